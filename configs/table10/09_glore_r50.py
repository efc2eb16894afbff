# Table 10, GloRe: R50, 8 frames. The recipe of its authors' code, with their ImageNet weights; that
# it ends after 95 epochs is a reading.
_base_ = [
    "../_base_/models/r50.py",
    "../_base_/datasets/kinetics400_8x8.py",
    "../_base_/schedules/sgd_110e.py",
    "../_base_/default_runtime.py",
]

lite = "https://dl.fbaipublicfiles.com/glore/kinetics/pretrained/resnet50-lite.pth"
model = dict(
    backbone=dict(_delete_=True, type="PreActResNet3d", depth=50, pretrained=lite),
    cls_head=dict(dropout_ratio=0.5, init_std=(2 / (2048 + 400)) ** 0.5),
    data_preprocessor=dict(mean=[124, 117, 104], std=[1 / 0.0167] * 3),
)

decode, sample, read, _, *rest = _base_.train_pipeline
scale = dict(type="RandomRescale", scale_range=(224, 340))
train_pipeline = [decode, sample, read, scale, *rest]
train_dataloader = dict(batch_size=8, dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(batch_size=8)

train_cfg = dict(max_epochs=95)
optim_wrapper = dict(
    optimizer=dict(lr=0.05, nesterov=True),
    paramwise_cfg=dict(bias_decay_mult=0, custom_keys={".conv2.": dict(lr_mult=0.5)}),
)
param_scheduler = [dict(type="MultiStepLR", milestones=[45, 65, 85], gamma=0.1)]
auto_scale_lr = dict(base_batch_size=64)
