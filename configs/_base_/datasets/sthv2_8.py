# Something-Something V2 as in Sec. 6: one random frame of each of 8 segments, no horizontal flip
# (it would turn "left to right" into "right to left"); tested with 2 clips x 3 crops of 256.
_base_ = "kinetics400_8x8.py"
dataset = "sthv2"

decode, _, *rest = [t for t in _base_.train_pipeline if t["type"] != "Flip"]
train_pipeline = [decode, dict(type="UniformSample", clip_len=8), *rest]
decode, _, *rest = _base_.val_pipeline
val_pipeline = [decode, dict(type="UniformSample", clip_len=8, test_mode=True), *rest]
decode, _, *rest = _base_.test_pipeline
sample = dict(type="UniformSample", clip_len=8, num_clips=2, test_mode=True)
test_pipeline = [decode, sample, *rest]

data_root = "data/sthv2"
videos = dict(video=f"{data_root}/videos")
heldout = dict(ann_file=f"{data_root}/sthv2_val_list_videos.txt", data_prefix=videos)
train_dataloader = dict(
    dataset=dict(
        ann_file=f"{data_root}/sthv2_train_list_videos.txt",
        data_prefix=videos,
        pipeline=train_pipeline,
    )
)
val_dataloader = dict(dataset=dict(**heldout, pipeline=val_pipeline))
test_dataloader = dict(dataset=dict(**heldout, pipeline=test_pipeline))
