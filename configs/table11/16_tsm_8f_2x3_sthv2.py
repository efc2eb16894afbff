# Table 11, TSM: R50, 8 x 2 x 3, Something-Something V2. mmaction2's recipe.
_base_ = "mmaction::recognition/tsm/tsm_imagenet-pretrained-r50_8xb16-1x1x8-50e_sthv2-rgb.py"
custom_imports = dict(imports=["smallbig_mm"], allow_failed_imports=False)
dataset = "sthv2"
