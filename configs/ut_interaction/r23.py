"""ResNet23 frame by frame at a quarter of its width: 8 frames of 72x72, from scratch."""

_base_ = [
    "mmaction::_base_/default_runtime.py",
    "../_base_/datasets/ut_interaction.py",
    "../_base_/schedules/ut_interaction.py",
]
custom_imports = dict(imports=["smallbig_mm"])

model = dict(
    type="Recognizer3D",
    backbone=dict(
        type="ResNet3dUnits", depth=23, base_channels=16, norm_eval=False, pretrained=None
    ),
    cls_head=dict(
        type="I3DHead", num_classes=6, in_channels=512, dropout_ratio=0.5, average_clips="prob"
    ),
    data_preprocessor=dict(
        type="ActionDataPreprocessor",
        mean=[123.675, 116.28, 103.53],
        std=[58.395, 57.12, 57.375],
        format_shape="NCTHW",
    ),
)
default_hooks = dict(
    checkpoint=dict(interval=-1, save_last=True, save_best=None, save_optimizer=False)
)
