# Table 10, ARTNet: R18, 16 consecutive frames of 112. From scratch: 250,000 steps, which are 267
# epochs of 240,000 if a batch has 256; tested with 25 clips x 10 crops. The batch, the interval and
# how training crops are readings.
_base_ = [
    "../_base_/models/r50.py",
    "../_base_/datasets/kinetics400_8x8.py",
    "../_base_/schedules/sgd_110e.py",
    "../_base_/default_runtime.py",
]

model = dict(
    backbone=dict(_delete_=True, type="ARTNet"),
    cls_head=dict(in_channels=512, dropout_ratio=0.2),
)

frames = dict(clip_len=16, frame_interval=1)
small = dict(type="Resize", scale=(171, 128), keep_ratio=False)
crop = dict(type="MultiScaleCrop", input_size=112, scales=(1, 0.875, 0.75, 0.66))
resize = dict(type="Resize", scale=(112, 112), keep_ratio=False)
decode, sample, read, _, _, *rest = _base_.train_pipeline
train_pipeline = [decode, dict(sample, **frames), read, small, crop, resize, *rest]
decode, sample, read, _, _, *rest = _base_.val_pipeline
centre, ten = dict(type="CenterCrop", crop_size=112), dict(type="TenCrop", crop_size=112)
val_pipeline = [decode, dict(sample, **frames), read, small, centre, *rest]
test_pipeline = [decode, dict(sample, **frames, num_clips=25), read, small, ten, *rest]

train_dataloader = dict(batch_size=32, dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(batch_size=32, dataset=dict(pipeline=val_pipeline))
test_dataloader = dict(dataset=dict(pipeline=test_pipeline))

train_cfg = dict(max_epochs=267)
optim_wrapper = dict(optimizer=dict(lr=0.1, weight_decay=5e-4))
param_scheduler = [dict(type="MultiStepLR", milestones=[75, 149, 192, 235], gamma=0.1)]
auto_scale_lr = dict(base_batch_size=256)
