# Table 9, Extra Unit: Default.
_base_ = "../smallbig_r50_k400.py"
