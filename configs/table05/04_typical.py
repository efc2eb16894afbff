# Table 5, SmallBig: Typical. Fig. 2(e), in res3 to res5 as in the authors' code.
_base_ = "../smallbig_r23_k400.py"

model = dict(backbone=dict(extra_unit=None))
