# Table 10, S3D-G: Inception, 64 frames. Its separable, gated network with a stem that is separated
# as the other convolutions are; otherwise I3D's recipe, with less dropout.
_base_ = "05_i3d.py"

model = dict(backbone=dict(gated_separable=True), cls_head=dict(dropout_ratio=0.2))
