# Table 10, MFNet: 16 frames. The recipe of its authors' code: interval 2 (on average, in training),
# a learning rate that falls after 18, 28, 34 and 38 million clips, here epochs of 240,000. Where it
# ends and the 10 clips of a test are readings. Its 2D weights are at no address that can be loaded:
# --cfg-options model.backbone.pretrained=FILE
_base_ = [
    "../_base_/models/r50.py",
    "../_base_/datasets/kinetics400_8x8.py",
    "../_base_/schedules/sgd_110e.py",
    "../_base_/default_runtime.py",
]

model = dict(
    backbone=dict(_delete_=True, type="MFNet"),
    cls_head=dict(in_channels=768, init_std=(2 / (768 + 400)) ** 0.5),
    data_preprocessor=dict(mean=[124, 117, 104], std=[1 / 0.0167] * 3),
)

frames = dict(clip_len=16, frame_interval=2)
decode, sample, read, _, *rest = _base_.train_pipeline
scale = dict(type="RandomRescale", scale_range=(224, 288))
train_pipeline = [decode, dict(sample, **frames), read, scale, *rest]
decode, sample, *rest = _base_.val_pipeline
val_pipeline = [decode, dict(sample, **frames), *rest]
test_pipeline = [decode, dict(sample, **frames, num_clips=10), *rest]

train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(pipeline=val_pipeline))
test_dataloader = dict(dataset=dict(pipeline=test_pipeline))

train_cfg = dict(max_epochs=167)
optim_wrapper = dict(optimizer=dict(lr=0.05, nesterov=True))
param_scheduler = [dict(type="MultiStepLR", milestones=[75, 117, 142, 158], gamma=0.1)]
