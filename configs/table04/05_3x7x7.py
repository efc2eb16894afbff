# Table 4, SmallBig: 3x7x7.
_base_ = "../table02/03_smallbig_3x1x1.py"

model = dict(backbone=dict(views=((3, 7, 7), None, None)))
