"""SmallBig with one 3x3x3 view (Fig. 2(d)), at the first convolution of res3's to res5's blocks."""

_base_ = "r23.py"

model = dict(backbone=dict(type="ResNet3dSmallBig", views=((3, 3, 3), None, None)))
