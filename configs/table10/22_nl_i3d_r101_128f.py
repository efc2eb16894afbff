# Table 10, NL I3D: R101, 128 frames.
_base_ = ["16_nl_i3d_r50_128f.py", "../_base_/models/nl_i3d_r101.py"]

model = dict(backbone=_base_.r101)
