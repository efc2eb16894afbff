# Table 10, NL I3D: R50, 128 consecutive frames, 2 clips a GPU. Its authors start it from the
# 32-frame network: --cfg-options load_from=...
_base_ = "15_nl_i3d_r50_32f.py"

frames = dict(clip_len=128, frame_interval=1)
decode, sample, *rest = _base_.train_pipeline
train_pipeline = [decode, dict(sample, **frames), *rest]
decode, sample, *rest = _base_.val_pipeline
val_pipeline = [decode, dict(sample, **frames), *rest]
decode, sample, *rest = _base_.test_pipeline
test_pipeline = [decode, dict(sample, **frames), *rest]

train_dataloader = dict(batch_size=2, dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(batch_size=2, dataset=dict(pipeline=val_pipeline))
test_dataloader = dict(dataset=dict(pipeline=test_pipeline))
optim_wrapper = dict(optimizer=dict(lr=0.0025))
auto_scale_lr = dict(base_batch_size=16)
