"""SmallBig with one 3x1x1 view (Fig. 2(c)), at the first convolution of res3's to res5's blocks."""

_base_ = "r23.py"

model = dict(backbone=dict(type="ResNet3dSmallBig", views=((3, 1, 1), None, None)))
