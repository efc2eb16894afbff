# Table 3, SmallBig: res4+5.
_base_ = "../table02/03_smallbig_3x1x1.py"

model = dict(backbone=dict(stages=(4, 5)))
