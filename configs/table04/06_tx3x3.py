# Table 4, SmallBig: Tx3x3.
_base_ = "../table02/03_smallbig_3x1x1.py"

model = dict(backbone=dict(views=(("T", 3, 3), None, None)))
