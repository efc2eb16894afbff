# Table 11, Our SmallBig: R50, 8 frames, Something-Something V1; 1 clip, 1 crop.
_base_ = "../smallbig_slowonly_r50_8f_sthv1.py"

test_pipeline = _base_.val_pipeline
test_dataloader = dict(dataset=dict(pipeline=test_pipeline))
