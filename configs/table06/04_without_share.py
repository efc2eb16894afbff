# Table 6, Without Share.
_base_ = "../smallbig_r23_k400.py"

model = dict(backbone=dict(share_weights=False))
