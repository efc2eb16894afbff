# UT-Interaction, written by tools/make_ut_interaction.py --short-side 128 --every 3.
#
# A clip's width, height and length give its class away, so frames are never squashed to a square:
# the short side is resized, a square of fixed size is cut out of it (no padding, so no borders),
# and frames are sampled uniformly over the whole clip. What survives: people appear larger where
# the frame is taller than wide (the class "point", one person), a crop shows less of a wider scene,
# and motion looks faster in a longer clip.
dataset = "ut_interaction"
data_root = "data/ut_interaction"
crop = 112

in_memory = dict(type="CachedDecordInit", num_threads=1)
train_pipeline = [
    in_memory,
    dict(type="UniformSample", clip_len=8),
    dict(type="DecordDecode"),
    dict(type="RandomRescale", scale_range=(crop, 128)),
    dict(type="RandomCrop", size=crop),
    dict(type="Flip", flip_ratio=0.5),
    dict(type="FormatShape", input_format="NCTHW"),
    dict(type="PackActionInputs"),
]
test_pipeline = [
    in_memory,
    dict(type="UniformSample", clip_len=8, test_mode=True),
    dict(type="DecordDecode"),
    dict(type="Resize", scale=(-1, crop)),
    dict(type="CenterCrop", crop_size=crop),
    dict(type="FormatShape", input_format="NCTHW"),
    dict(type="PackActionInputs", meta_keys=("filename",)),
]

videos = dict(type="VideoDataset", data_root=data_root, data_prefix=dict(video="short128_every3"))
train_dataloader = dict(
    batch_size=8,
    num_workers=0,
    sampler=dict(type="DefaultSampler", shuffle=True),
    dataset=dict(**videos, ann_file="fold1_train.txt", pipeline=train_pipeline),
)
test_dataloader = dict(
    batch_size=4,
    num_workers=0,
    sampler=dict(type="DefaultSampler", shuffle=False),
    dataset=dict(**videos, ann_file="fold1_val.txt", pipeline=test_pipeline, test_mode=True),
)
val_dataloader = test_dataloader
test_evaluator = dict(type="AccMetric", metric_options=dict(top_k_accuracy=dict(topk=(1,))))
val_evaluator = test_evaluator
