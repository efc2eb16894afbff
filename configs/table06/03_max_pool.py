# Table 6, Max Pool.
_base_ = "../smallbig_r23_k400.py"
