"""Full SmallBig-R23 at its full width, from ImageNet weights: 8 frames of 112x112."""

_base_ = "r23_imagenet.py"

model = dict(backbone=dict(type="ResNet3dSmallBig", extra_unit="default"))
