# Table 11, I3D: R50, 32 x 2, Something-Something V1. mmaction2's I3D without its stem's temporal
# strides and res5's spatial one. Neither this layout nor the recipe, Section 6's, is established as
# that of its own paper.
_base_ = [
    "mmaction::_base_/models/i3d_r50.py",
    "../_base_/datasets/sthv1_32.py",
    "../_base_/schedules/sgd_50e.py",
    "../_base_/default_runtime.py",
]

model = dict(
    backbone=dict(conv1_stride_t=1, pool1_stride_t=1, spatial_strides=(1, 2, 2, 1)),
    cls_head=dict(num_classes=174),
)
sample, *rest = _base_.val_pipeline
test_pipeline = [dict(sample, num_clips=2), *rest]
test_dataloader = dict(dataset=dict(pipeline=test_pipeline))
