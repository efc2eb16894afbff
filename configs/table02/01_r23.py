# Table 2, 2D.
_base_ = "../r23_k400.py"
