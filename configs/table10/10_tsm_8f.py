# Table 10, TSM: R50, 8 frames, sampled densely. mmaction2's recipe, tested with 3 crops instead of
# its 10.
_base_ = (
    "mmaction::recognition/tsm/tsm_imagenet-pretrained-r50_8xb16-dense-1x1x8-50e_kinetics400-rgb.py"
)
custom_imports = dict(imports=["smallbig_mm"], allow_failed_imports=False)
dataset = "kinetics400"

*head, _, shape, pack = _base_.test_pipeline
test_pipeline = [*head, dict(type="ThreeCrop", crop_size=256), shape, pack]
test_dataloader = dict(dataset=dict(pipeline=test_pipeline))
