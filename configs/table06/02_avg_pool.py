# Table 6, Avg Pool.
_base_ = "../smallbig_r23_k400.py"

model = dict(backbone=dict(pool="avg"))
