# Table 11, ECO: BN-Inception and 3D ResNet-18, 16 frames, Something-Something V1; 1 clip, 1 crop.
_base_ = "03_eco_8f_sthv1.py"

sample, *rest = _base_.train_pipeline
train_pipeline = [dict(sample, clip_len=16), *rest]
sample, *rest = _base_.val_pipeline
val_pipeline = [dict(sample, clip_len=16), *rest]
test_pipeline = val_pipeline

train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(pipeline=val_pipeline))
test_dataloader = dict(dataset=dict(pipeline=test_pipeline))
