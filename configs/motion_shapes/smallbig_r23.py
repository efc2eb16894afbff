"""SmallBig-R23, typical (Fig. 2(e)) in res2 to res4: res5's maps of 2x2 are smaller than a view."""

_base_ = "r23.py"

model = dict(
    backbone=dict(type="ResNet3dSmallBig", stages=(2, 3, 4), clip_size=(8, 32, 32)),
)
