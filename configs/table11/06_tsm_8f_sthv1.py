# Table 11, TSM: R50, 8 frames, Something-Something V1. As on V2, without flips, as its authors
# train it; 1 clip, 1 crop.
_base_ = "16_tsm_8f_2x3_sthv2.py"

decode = dict(type="RawFrameDecode")
_, sample, _, *rest = [t for t in _base_.train_pipeline if t["type"] != "Flip"]
train_pipeline = [sample, decode, *rest]
_, sample, _, *rest = _base_.val_pipeline
val_pipeline = [sample, decode, *rest]
test_pipeline = val_pipeline

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
