# Table 10, SlowFast: R50+R50, 4+32 frames. mmaction2's recipe.
_base_ = "../slowfast_r50_4x16_k400.py"
