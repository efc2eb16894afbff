# Table 10, NL I3D: R101, 32 frames.
_base_ = ["15_nl_i3d_r50_32f.py", "../_base_/models/nl_i3d_r101.py"]

model = dict(backbone=_base_.r101)
