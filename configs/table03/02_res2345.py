# Table 3, SmallBig: res2+3+4+5.
_base_ = "../table02/03_smallbig_3x1x1.py"
