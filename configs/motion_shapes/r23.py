"""ResNet23 frame by frame at an eighth of its width: 8 frames of 32x32, from scratch."""

_base_ = [
    "mmaction::_base_/default_runtime.py",
    "../_base_/datasets/motion_shapes.py",
    "../_base_/schedules/motion_shapes.py",
]
custom_imports = dict(imports=["smallbig_mm"], allow_failed_imports=False)

model = dict(
    type="Recognizer3D",
    backbone=dict(
        type="ResNet3dUnits",
        depth=23,
        base_channels=8,
        conv1_kernel=(1, 5, 5),
        with_pool1=False,
        norm_eval=False,
        pretrained=None,
    ),
    cls_head=dict(
        type="I3DHead", num_classes=11, in_channels=256, dropout_ratio=0, average_clips="prob"
    ),
    data_preprocessor=dict(
        type="ActionDataPreprocessor",
        mean=[123.675, 116.28, 103.53],
        std=[58.395, 57.12, 57.375],
        format_shape="NCTHW",
    ),
)
default_hooks = dict(checkpoint=dict(interval=1, max_keep_ckpts=1, save_best=None))
randomness = dict(seed=0)
