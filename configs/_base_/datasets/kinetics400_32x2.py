# Kinetics-400 with 32 frames of 64 (interval 2).
_base_ = "kinetics400_8x8.py"

frames = dict(clip_len=32, frame_interval=2)
decode, sample, *rest = _base_.train_pipeline
train_pipeline = [decode, dict(sample, **frames), *rest]
decode, sample, *rest = _base_.val_pipeline
val_pipeline = [decode, dict(sample, **frames), *rest]
decode, sample, *rest = _base_.test_pipeline
test_pipeline = [decode, dict(sample, **frames), *rest]

train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(pipeline=val_pipeline))
test_dataloader = dict(dataset=dict(pipeline=test_pipeline))
