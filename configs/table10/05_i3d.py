# Table 10, I3D: Inception, 64 frames. 6 clips a GPU as its authors had, on 8 GPUs for their 64.
# Readings are the interval of 1, a learning rate of 0.1 for their batch of 384, here in proportion,
# which falls tenfold when accuracy stands still, the weight decay, which is S3D-G's, and 176
# epochs, about 110,000 steps of theirs. They test all frames of a video at once, of which 64 are
# this row's: 4 clips span its 10 s.
_base_ = [
    "../_base_/models/r50.py",
    "../_base_/datasets/kinetics400_8x8.py",
    "../_base_/schedules/sgd_110e.py",
    "../_base_/default_runtime.py",
]

model = dict(
    backbone=dict(_delete_=True, type="Inception3D", pretrained="torchvision://googlenet"),
    cls_head=dict(type="WindowHead", in_channels=1024, dropout_ratio=0.5),
    data_preprocessor=dict(mean=[127.5] * 3, std=[127.5] * 3),
)

frames = dict(clip_len=64, frame_interval=1)
decode, sample, read, _, *rest = _base_.train_pipeline
scale = dict(type="Resize", scale=(-1, 256))
train_pipeline = [decode, dict(sample, **frames), read, scale, *rest]
decode, sample, *rest = _base_.val_pipeline
val_pipeline = [decode, dict(sample, **frames), *rest]
test_pipeline = [decode, dict(sample, **frames, num_clips=4), *rest]

train_dataloader = dict(batch_size=6, dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(batch_size=6, dataset=dict(pipeline=val_pipeline))
test_dataloader = dict(dataset=dict(pipeline=test_pipeline))

train_cfg = dict(max_epochs=176)
optim_wrapper = dict(optimizer=dict(lr=0.0125, weight_decay=1e-7))
plateau = dict(type="ReduceOnPlateauLR", monitor="acc/top1", rule="greater")
param_scheduler = [dict(**plateau, factor=0.1, patience=2)]
auto_scale_lr = dict(base_batch_size=48)
