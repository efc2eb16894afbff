# Table 8, R23.
_base_ = "../r23_k400.py"
