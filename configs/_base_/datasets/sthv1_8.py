# Something-Something V1, which is distributed as frames; otherwise as V2.
_base_ = ["sthv2_8.py", "sthv1.py"]
dataset = "sthv1"

decode = dict(type="RawFrameDecode")
_, sample, _, *rest = _base_.train_pipeline
train_pipeline = [sample, decode, *rest]
_, sample, _, *rest = _base_.val_pipeline
val_pipeline = [sample, decode, *rest]
_, sample, _, *rest = _base_.test_pipeline
test_pipeline = [sample, decode, *rest]

train_dataloader = dict(dataset=dict(**_base_.v1_train, pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(**_base_.v1_heldout, pipeline=val_pipeline))
test_dataloader = dict(dataset=dict(**_base_.v1_heldout, pipeline=test_pipeline))
