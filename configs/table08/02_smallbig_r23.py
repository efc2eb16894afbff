# Table 8, SmallBig-R23.
_base_ = "../smallbig_r23_k400.py"
