# Table 5, R23.
_base_ = "../r23_k400.py"
