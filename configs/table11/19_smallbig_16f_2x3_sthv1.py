# Table 11, Our SmallBig: R50, 16 x 2 x 3, Something-Something V1. The weights are those of row 10.
_base_ = "../smallbig_slowonly_r50_16f_sthv1.py"
