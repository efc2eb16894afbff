# Table 2, SmallBig: 3x1x1. Fig. 2(c) in all stages.
_base_ = "../smallbig_r23_k400.py"

model = dict(backbone=dict(views=((3, 1, 1), None, None), stages=(2, 3, 4, 5), extra_unit=None))
