"""3D ResNet23: the first convolution of every block of res3 to res5 is 3x1x1."""

_base_ = "r23.py"

model = dict(backbone=dict(inflate=(0, 1, 1, 1), inflate_style="3x1x1"))
