# Table 10, SlowOnly: R50, 8 frames. mmaction2's recipe.
_base_ = "mmaction::recognition/slowonly/slowonly_r50_8xb16-8x8x1-256e_kinetics400-rgb.py"
custom_imports = dict(imports=["smallbig_mm"], allow_failed_imports=False)
dataset = "kinetics400"
