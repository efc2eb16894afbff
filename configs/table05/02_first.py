# Table 5, SmallBig: 3x3x3 (1st layer). Fig. 2(d): the row of Table 4.
_base_ = "../table04/03_3x3x3.py"
