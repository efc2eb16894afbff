# Table 6, With Share.
_base_ = "../smallbig_r23_k400.py"
