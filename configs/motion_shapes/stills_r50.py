"""ResNet50 at an eighth of its width on single frames: see stills_r23.py."""

_base_ = "stills_r23.py"

model = dict(backbone=dict(depth=50))
