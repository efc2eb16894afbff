# Table 11, TSM: R50, 16 x 2 x 3, Something-Something V2. Not on mmaction2's own 16-frame config,
# whose test pipeline is not where the loader looks for it.
_base_ = "16_tsm_8f_2x3_sthv2.py"

model = dict(backbone=dict(num_segments=16), cls_head=dict(num_segments=16))
decode, sample, *rest = _base_.train_pipeline
train_pipeline = [decode, dict(sample, num_clips=16), *rest]
decode, sample, *rest = _base_.val_pipeline
val_pipeline = [decode, dict(sample, num_clips=16), *rest]
decode, sample, *rest = _base_.test_pipeline
test_pipeline = [decode, dict(sample, num_clips=16), *rest]

train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(pipeline=val_pipeline))
test_dataloader = dict(dataset=dict(pipeline=test_pipeline))
