# Table 4, SmallBig: 3x1x1.
_base_ = "../table02/03_smallbig_3x1x1.py"
