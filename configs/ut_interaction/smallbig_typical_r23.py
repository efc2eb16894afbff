"""Typical SmallBig (Fig. 2(e)): a big view at each convolution of res3 to res5."""

_base_ = "r23.py"

model = dict(backbone=dict(type="ResNet3dSmallBig"))
