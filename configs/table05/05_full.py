# Table 5, SmallBig: Full. Fig. 2(f).
_base_ = "../smallbig_r23_k400.py"
