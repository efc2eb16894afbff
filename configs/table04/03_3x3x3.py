# Table 4, SmallBig: 3x3x3.
_base_ = "../table02/03_smallbig_3x1x1.py"

model = dict(backbone=dict(views=((3, 3, 3), None, None)))
