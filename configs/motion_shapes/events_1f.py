"""What one frame tells of events: the 2D network, trained and tested on one frame a clip."""

_base_ = "events.py"

networks = ("table02/01_r23",)
frame = dict(type="SampleFrames", clip_len=1, frame_interval=1)
first, _, *rest = _base_.train_pipeline
train_pipeline = [first, frame, *rest]
first, _, *rest = _base_.test_pipeline
test_pipeline = [first, dict(frame, num_clips=1, test_mode=True), *rest]
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(pipeline=test_pipeline))
test_dataloader = val_dataloader
controls = dict(_delete_=True)
