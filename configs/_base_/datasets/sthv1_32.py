# Something-Something V1 with one frame of each of 32 segments.
_base_ = "sthv1_8.py"

sample, *rest = _base_.train_pipeline
train_pipeline = [dict(sample, clip_len=32), *rest]
sample, *rest = _base_.val_pipeline
val_pipeline = [dict(sample, clip_len=32), *rest]
sample, *rest = _base_.test_pipeline
test_pipeline = [dict(sample, clip_len=32), *rest]

train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(pipeline=val_pipeline))
test_dataloader = dict(dataset=dict(pipeline=test_pipeline))
