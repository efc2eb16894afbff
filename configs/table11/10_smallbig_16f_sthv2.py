# Table 11, Our SmallBig: R50, 16 frames, Something-Something V2; 1 clip, 1 crop.
_base_ = "../smallbig_slowonly_r50_16f_sthv2.py"

test_pipeline = _base_.val_pipeline
test_dataloader = dict(dataset=dict(pipeline=test_pipeline))
