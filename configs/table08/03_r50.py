# Table 8, R50.
_base_ = "../r50_k400.py"
