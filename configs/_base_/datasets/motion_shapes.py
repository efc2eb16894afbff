# MotionShapes, written by tools/make_motion_shapes.py.
#
# A video has 8 slots of 2 frames. With 8 frames at an interval of 2, each sampled frame lies in a
# slot of its own, which keeps the classes of a group alike but for their order: in training
# anywhere in its slot (temporal_jitter), in testing at both of its places (num_clips=2). Other
# samplings would not keep this. No flip: it turns left into right.
dataset = "motion_shapes"
data_root = "data/motion_shapes"
crop = 32

train_pipeline = [
    dict(type="DecordInit", num_threads=1),
    dict(type="SampleFrames", clip_len=8, frame_interval=2, temporal_jitter=True),
    dict(type="DecordDecode"),
    dict(type="Resize", scale=(-1, 36)),
    dict(type="RandomCrop", size=crop),
    dict(type="FormatShape", input_format="NCTHW"),
    dict(type="PackActionInputs"),
]
test_pipeline = [
    dict(type="DecordInit", num_threads=1),
    dict(type="SampleFrames", clip_len=8, frame_interval=2, num_clips=2, test_mode=True),
    dict(type="DecordDecode"),
    dict(type="Resize", scale=(-1, crop)),
    dict(type="ThreeCrop", crop_size=crop),
    dict(type="FormatShape", input_format="NCTHW"),
    dict(type="PackActionInputs"),
]
val_pipeline = test_pipeline

classes = (
    *("oscillating", "rocking", "pulsing", "jittering", "wandering"),
    *("moving_left", "moving_right", "clockwise", "anticlockwise", "approaching", "receding"),
)
videos = dict(
    type="VideoDataset",
    data_root=data_root,
    data_prefix=dict(video=""),
    metainfo=dict(classes=classes),
)
train_dataloader = dict(
    batch_size=16,
    num_workers=2,
    persistent_workers=True,
    sampler=dict(type="DefaultSampler", shuffle=True),
    dataset=dict(**videos, ann_file="train.txt", pipeline=train_pipeline),
)
val_dataloader = dict(
    batch_size=4,
    num_workers=2,
    persistent_workers=True,
    sampler=dict(type="DefaultSampler", shuffle=False),
    dataset=dict(**videos, ann_file="val.txt", pipeline=test_pipeline, test_mode=True),
)
test_dataloader = val_dataloader
val_evaluator = dict(type="MotionShapesMetric")
test_evaluator = val_evaluator
