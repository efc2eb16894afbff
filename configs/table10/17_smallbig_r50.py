# Table 10, Our SmallBig: R50, 8 frames.
_base_ = "../smallbig_r50_k400.py"
