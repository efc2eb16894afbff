# Table 10, SlowFast: R101+R101, 16+64 frames.
_base_ = "23_slowfast_r101_8f.py"

decode, sample, *rest = _base_.train_pipeline
train_pipeline = [decode, dict(sample, clip_len=64), *rest]
decode, sample, *rest = _base_.val_pipeline
val_pipeline = [decode, dict(sample, clip_len=64), *rest]
decode, sample, *rest = _base_.test_pipeline
test_pipeline = [decode, dict(sample, clip_len=64), *rest]

train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(pipeline=val_pipeline))
test_dataloader = dict(dataset=dict(pipeline=test_pipeline))
