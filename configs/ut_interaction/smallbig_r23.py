"""Full SmallBig (Fig. 2(f)): typical units and an extra unit in every block of res3 to res5."""

_base_ = "r23.py"

model = dict(backbone=dict(type="ResNet3dSmallBig", extra_unit="default"))
