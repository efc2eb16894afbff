# SmallBig, full: three units a block and an extra unit at its input, in res3 to res5.
_base_ = "../smallbig_r50_k400.py"
