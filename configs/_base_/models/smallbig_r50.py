# Full SmallBigNet, Fig. 2(f): three SmallBig units a block, and an extra unit at its input.
_base_ = "r50.py"

model = dict(backbone=dict(type="ResNet3dSmallBig", extra_unit="default"))
