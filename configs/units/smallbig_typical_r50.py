# SmallBig, typical: three units a block in res3 to res5.
_base_ = "../smallbig_r50_k400.py"

model = dict(backbone=dict(extra_unit=None))
