# Table 11, TSM: R50, 8 frames, Something-Something V1. As on V2, without flips, as its authors
# train it; 1 clip, 1 crop.
_base_ = ["16_tsm_8f_2x3_sthv2.py", "../_base_/datasets/sthv1.py"]
dataset = "sthv1"

decode = dict(type="RawFrameDecode")
_, sample, _, *rest = [t for t in _base_.train_pipeline if t["type"] != "Flip"]
train_pipeline = [sample, decode, *rest]
_, sample, _, *rest = _base_.val_pipeline
val_pipeline = [sample, decode, *rest]
test_pipeline = val_pipeline

train_dataloader = dict(dataset=dict(**_base_.v1_train, pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(**_base_.v1_heldout, pipeline=val_pipeline))
test_dataloader = dict(dataset=dict(**_base_.v1_heldout, pipeline=test_pipeline))
