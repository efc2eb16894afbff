# SmallBig-R50 with six extra units, in every second block of res3 to res5: the network that meets
# the 57 GFLOPs which the paper prints for SmallBig-R50.
_base_ = "smallbig_r50_k400.py"

model = dict(backbone=dict(extra_blocks=((1, 3), (1, 3, 5), (1,))))
