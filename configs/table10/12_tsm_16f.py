# Table 10, TSM: R50, 16 frames.
_base_ = "10_tsm_8f.py"

model = dict(backbone=dict(num_segments=16), cls_head=dict(num_segments=16))
decode, sample, *rest = _base_.train_pipeline
train_pipeline = [decode, dict(sample, num_clips=16), *rest]
decode, sample, *rest = _base_.val_pipeline
val_pipeline = [decode, dict(sample, num_clips=16), *rest]
decode, sample, *rest = _base_.test_pipeline
test_pipeline = [decode, dict(sample, num_clips=16), *rest]

train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(pipeline=val_pipeline))
test_dataloader = dict(dataset=dict(pipeline=test_pipeline))
