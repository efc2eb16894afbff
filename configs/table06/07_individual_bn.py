# Table 6, Individual BN.
_base_ = "../smallbig_r23_k400.py"
