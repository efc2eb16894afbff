# Table 10, STC: ResNeXt101, 32 frames of 112. Its own recipe is not established; this is Sec. 6's.
_base_ = [
    "../_base_/models/r50.py",
    "../_base_/datasets/kinetics400_32x2.py",
    "../_base_/schedules/sgd_110e.py",
    "../_base_/default_runtime.py",
]

model = dict(backbone=dict(_delete_=True, type="ResNeXt3d"))

decode, sample, read, _, _, *rest = _base_.train_pipeline
train_scale = dict(type="RandomRescale", scale_range=(128, 160))
train_crop = dict(type="RandomCrop", size=112)
train_pipeline = [decode, sample, read, train_scale, train_crop, *rest]
decode, sample, read, _, _, *rest = _base_.val_pipeline
scale, crop = dict(type="Resize", scale=(-1, 128)), dict(type="CenterCrop", crop_size=112)
val_pipeline = [decode, sample, read, scale, crop, *rest]
decode, sample, read, _, _, *rest = _base_.test_pipeline
test_pipeline = [decode, sample, read, scale, dict(type="ThreeCrop", crop_size=128), *rest]

train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(pipeline=val_pipeline))
test_dataloader = dict(dataset=dict(pipeline=test_pipeline))
