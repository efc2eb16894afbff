"""ResNet23 of one frame, trained and tested so: what a frame of a clip tells without the others."""

_base_ = "r23.py"

one = dict(type="UniformSample", clip_len=1)
first, _, *rest = _base_.train_pipeline
train_pipeline = [first, one, *rest]
first, _, *rest = _base_.test_pipeline
test_pipeline = [first, dict(one, test_mode=True), *rest]

train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
test_dataloader = dict(dataset=dict(pipeline=test_pipeline))
val_dataloader = test_dataloader
controls = dict(_delete_=True)
