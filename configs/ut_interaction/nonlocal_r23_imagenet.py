"""NonLocal-R23 of Table 7 at its full width, from ImageNet weights: 8 frames of 112x112."""

_base_ = "r23_imagenet.py"

model = dict(
    backbone=dict(units=[dict(type="NonLocalUnit", position="block_output", stages=(3, 4))])
)
