# Table 10, A2-Net: R50, 8 frames. Its layout is a reading: five units on the 2D network, which
# meets the printed cost. The recipe is Section 6's, since that of its own paper is not established.
_base_ = "../units/double_attention_r50.py"
