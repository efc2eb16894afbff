"""ResNet23 at its full width, from ImageNet weights: 8 frames of 112x112, one fold.

For pictures of what trained networks see, not for comparing them: 24 clips are held out. Clips from
tools/make_ut_interaction.py --short-side 128 --every 3.
"""

_base_ = "r23.py"

crop, epochs = 112, 6
model = dict(
    backbone=dict(base_channels=64, frozen_stages=1, pretrained="torchvision://resnet50"),
    cls_head=dict(in_channels=2048),
)

sampled = dict(type="UniformSample", clip_len=8)
ends = [
    dict(type="FormatShape", input_format="NCTHW"),
    dict(type="PackActionInputs", meta_keys=("filename",)),
]
train_pipeline = [
    dict(type="DecordInit", num_threads=1),
    sampled,
    dict(type="DecordDecode"),
    dict(type="RandomRescale", scale_range=(crop, 128)),
    dict(type="RandomCrop", size=crop),
    dict(type="Flip", flip_ratio=0.5),
    *ends,
]
test_pipeline = [
    dict(type="DecordInit", num_threads=1),
    dict(sampled, test_mode=True),
    dict(type="DecordDecode"),
    dict(type="Resize", scale=(-1, crop)),
    dict(type="CenterCrop", crop_size=crop),
    *ends,
]
videos = dict(data_prefix=dict(video="short128_every3"))
train_dataloader = dict(batch_size=8, dataset=dict(**videos, pipeline=train_pipeline))
test_dataloader = dict(dataset=dict(**videos, pipeline=test_pipeline))
val_dataloader = test_dataloader

train_cfg = dict(max_epochs=epochs, val_interval=epochs)
optim_wrapper = dict(optimizer=dict(lr=5e-4))
param_scheduler = [
    dict(type="LinearLR", start_factor=0.1, end=1, convert_to_iter_based=True),
    dict(type="CosineAnnealingLR", begin=1, end=epochs, eta_min=0, convert_to_iter_based=True),
]
randomness = dict(seed=0)
