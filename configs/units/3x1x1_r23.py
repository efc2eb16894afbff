# 3x1x1 kernels in place of the first 1x1x1 of every block.
_base_ = "../r23_3d_k400.py"
