# Table 7, NonLocal-R23.
_base_ = "../nonlocal_r23_k400.py"
