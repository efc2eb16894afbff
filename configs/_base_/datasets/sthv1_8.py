# Something-Something V1, which is distributed as frames; otherwise as V2.
_base_ = "sthv2_8.py"

decode = dict(type="RawFrameDecode")
_, sample, _, *rest = _base_.train_pipeline
train_pipeline = [sample, decode, *rest]
_, sample, _, *rest = _base_.val_pipeline
val_pipeline = [sample, decode, *rest]
_, sample, _, *rest = _base_.test_pipeline
test_pipeline = [sample, decode, *rest]

data_root = "data/sthv1"
frames = dict(
    type="RawframeDataset",
    filename_tmpl="{:05}.jpg",
    data_prefix=dict(_delete_=True, img=f"{data_root}/rawframes"),
)
heldout = dict(**frames, ann_file=f"{data_root}/sthv1_val_list_rawframes.txt")
train_dataloader = dict(
    dataset=dict(
        **frames,
        ann_file=f"{data_root}/sthv1_train_list_rawframes.txt",
        pipeline=train_pipeline,
    )
)
val_dataloader = dict(dataset=dict(**heldout, pipeline=val_pipeline))
test_dataloader = dict(dataset=dict(**heldout, pipeline=test_pipeline))
