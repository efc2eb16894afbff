# Something-Something V2 with one frame of each of 16 segments.
_base_ = "sthv2_8.py"

decode, sample, *rest = _base_.train_pipeline
train_pipeline = [decode, dict(sample, clip_len=16), *rest]
decode, sample, *rest = _base_.val_pipeline
val_pipeline = [decode, dict(sample, clip_len=16), *rest]
decode, sample, *rest = _base_.test_pipeline
test_pipeline = [decode, dict(sample, clip_len=16), *rest]

train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(pipeline=val_pipeline))
test_dataloader = dict(dataset=dict(pipeline=test_pipeline))
