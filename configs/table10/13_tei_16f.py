# Table 10, TEI: R50, 16 frames.
_base_ = "11_tei_8f.py"

model = dict(backbone=dict(clip_size=(16, 224, 224)))
frames = dict(clip_len=16, frame_interval=4)
decode, sample, *rest = _base_.train_pipeline
train_pipeline = [decode, dict(sample, **frames), *rest]
decode, sample, *rest = _base_.val_pipeline
val_pipeline = [decode, dict(sample, **frames), *rest]
decode, sample, *rest = _base_.test_pipeline
test_pipeline = [decode, dict(sample, **frames), *rest]

train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(pipeline=val_pipeline))
test_dataloader = dict(dataset=dict(pipeline=test_pipeline))
