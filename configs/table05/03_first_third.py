# Table 5, SmallBig: 3x3x3 (1st layer) + Tx3x3 (3rd layer); stages as in the row before.
_base_ = "02_first.py"

model = dict(backbone=dict(views=((3, 3, 3), None, ("T", 3, 3))))
