# Table 11, a member of ECOEnLite: ECO Lite, 24 frames, Something-Something V1.
_base_ = "05_eco_lite_16f_sthv1.py"

sample, *rest = _base_.train_pipeline
train_pipeline = [dict(sample, clip_len=24), *rest]
sample, *rest = _base_.val_pipeline
val_pipeline = [dict(sample, clip_len=24), *rest]
test_pipeline = val_pipeline

train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(pipeline=val_pipeline))
test_dataloader = dict(dataset=dict(pipeline=test_pipeline))
