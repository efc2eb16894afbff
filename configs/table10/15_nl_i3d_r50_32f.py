# Table 10, NL I3D: R50, 32 frames. mmaction2's recipe.
_base_ = (
    "mmaction::recognition/i3d/"
    "i3d_imagenet-pretrained-r50-nl-embedded-gaussian_8xb8-32x2x1-100e_kinetics400-rgb.py"
)
custom_imports = dict(imports=["smallbig_mm"], allow_failed_imports=False)
dataset = "kinetics400"
