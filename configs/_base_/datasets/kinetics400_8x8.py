# Kinetics-400 as in Sec. 6: 8 frames of 64 (interval 8), short side 256-320, 224 crops; tested
# with 10 clips x 3 crops of 256. Folders and lists as mmaction2's data preparation makes them.
dataset = "kinetics400"
train_pipeline = [
    dict(type="DecordInit"),
    dict(type="SampleFrames", clip_len=8, frame_interval=8, num_clips=1),
    dict(type="DecordDecode"),
    dict(type="RandomRescale", scale_range=(256, 320)),
    dict(type="RandomCrop", size=224),
    dict(type="Flip", flip_ratio=0.5),
    dict(type="FormatShape", input_format="NCTHW"),
    dict(type="PackActionInputs"),
]
val_pipeline = [
    dict(type="DecordInit"),
    dict(type="SampleFrames", clip_len=8, frame_interval=8, num_clips=1, test_mode=True),
    dict(type="DecordDecode"),
    dict(type="Resize", scale=(-1, 256)),
    dict(type="CenterCrop", crop_size=224),
    dict(type="FormatShape", input_format="NCTHW"),
    dict(type="PackActionInputs"),
]
test_pipeline = [
    dict(type="DecordInit"),
    dict(type="SampleFrames", clip_len=8, frame_interval=8, num_clips=10, test_mode=True),
    dict(type="DecordDecode"),
    dict(type="Resize", scale=(-1, 256)),
    dict(type="ThreeCrop", crop_size=256),
    dict(type="FormatShape", input_format="NCTHW"),
    dict(type="PackActionInputs"),
]

data_root = "data/kinetics400"
loader = dict(num_workers=8, persistent_workers=True)
train_dataloader = dict(
    **loader,
    batch_size=16,
    sampler=dict(type="DefaultSampler", shuffle=True),
    dataset=dict(
        type="VideoDataset",
        ann_file=f"{data_root}/kinetics400_train_list_videos.txt",
        data_prefix=dict(video=f"{data_root}/videos_train"),
        pipeline=train_pipeline,
    ),
)
heldout = dict(
    type="VideoDataset",
    ann_file=f"{data_root}/kinetics400_val_list_videos.txt",
    data_prefix=dict(video=f"{data_root}/videos_val"),
    test_mode=True,
)
val_dataloader = dict(
    **loader,
    batch_size=16,
    sampler=dict(type="DefaultSampler", shuffle=False),
    dataset=dict(**heldout, pipeline=val_pipeline),
)
test_dataloader = dict(
    **loader,
    batch_size=1,
    sampler=dict(type="DefaultSampler", shuffle=False),
    dataset=dict(**heldout, pipeline=test_pipeline),
)
val_evaluator = dict(type="AccMetric")
test_evaluator = val_evaluator
