# Table 9, Extra Unit: Simple.
_base_ = "../smallbig_r50_k400.py"

model = dict(backbone=dict(extra_unit="simple"))
