# Table 4, SmallBig: 3x5x5.
_base_ = "../table02/03_smallbig_3x1x1.py"

model = dict(backbone=dict(views=((3, 5, 5), None, None)))
