# Table 10, R(2+1)D: R34, 8 frames of 112. mmaction2's recipe and network but for its stem, which
# the authors' network does not pool; 10 clips of one centre crop, as its own paper tests.
_base_ = "mmaction::recognition/r2plus1d/r2plus1d_r34_8xb8-8x8x1-180e_kinetics400-rgb.py"
custom_imports = dict(imports=["smallbig_mm"], allow_failed_imports=False)
dataset = "kinetics400"

model = dict(backbone=dict(pool1_stride_s=1, norm_cfg=dict(type="BN3d")))

scale = dict(type="Resize", scale=(-1, 128))
crop = dict(type="CenterCrop", crop_size=112)
decode, sample, read, _, cut, _, *rest = _base_.train_pipeline
resize = dict(type="Resize", scale=(112, 112), keep_ratio=False)
train_pipeline = [decode, sample, read, scale, cut, resize, *rest]
decode, sample, read, _, _, *rest = _base_.val_pipeline
val_pipeline = [decode, sample, read, scale, crop, *rest]
decode, sample, read, _, _, *rest = _base_.test_pipeline
test_pipeline = [decode, sample, read, scale, crop, *rest]

train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(pipeline=val_pipeline))
test_dataloader = dict(dataset=dict(pipeline=test_pipeline))
