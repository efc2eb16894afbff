# Table 8, SmallBig-R50.
_base_ = "../smallbig_r50_k400.py"
