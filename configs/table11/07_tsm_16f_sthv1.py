# Table 11, TSM: R50, 16 frames, Something-Something V1.
_base_ = "06_tsm_8f_sthv1.py"

model = dict(backbone=dict(num_segments=16), cls_head=dict(num_segments=16))
sample, *rest = _base_.train_pipeline
train_pipeline = [dict(sample, num_clips=16), *rest]
sample, *rest = _base_.val_pipeline
val_pipeline = [dict(sample, num_clips=16), *rest]
sample, *rest = _base_.test_pipeline
test_pipeline = [dict(sample, num_clips=16), *rest]

train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(pipeline=val_pipeline))
test_dataloader = dict(dataset=dict(pipeline=test_pipeline))
