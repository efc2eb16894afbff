# Table 6, Single BN.
_base_ = "../smallbig_r23_k400.py"

model = dict(backbone=dict(norm="single"))
