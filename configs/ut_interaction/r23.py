"""ResNet23 frame by frame, from ImageNet weights: 8 frames of 112x112.

The stem and res2 stay as they are: SmallBig's units begin in res3, and so do the other networks'.
Batch norms follow the clips, as a big view's have no ImageNet statistics.
"""

_base_ = [
    "mmaction::_base_/default_runtime.py",
    "../_base_/datasets/ut_interaction.py",
    "../_base_/schedules/ut_interaction.py",
]
custom_imports = dict(imports=["smallbig_mm"])

model = dict(
    type="Recognizer3D",
    backbone=dict(
        type="ResNet3dUnits",
        depth=23,
        frozen_stages=1,
        norm_eval=False,
        pretrained="torchvision://resnet50",
    ),
    cls_head=dict(
        type="I3DHead", num_classes=6, in_channels=2048, dropout_ratio=0.5, average_clips="prob"
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
# What a trained network is tested on beside clips, by tools/run_ut_interaction.py.
controls = dict(single="SingleFrame", shuffled="ShuffleFrames", reversed="ReverseFrames")
randomness = dict(seed=0)
