# Table 10, Our SmallBig: R101, 32 frames.
_base_ = "../smallbig_r101_32f_k400.py"
