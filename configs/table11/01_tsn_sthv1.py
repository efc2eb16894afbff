# Table 11, TSN: BN-Inception, 8 frames, Something-Something V1; 1 clip, 1 crop. With the recipe of
# github.com/zhoubolei/TRN-pytorch, whose paper the figure is from: it mirrors clips without
# changing their labels. mmaction2's head averages features where theirs averages scores, which
# differs in training only, by the dropout.
_base_ = "mmaction::recognition/trn/trn_imagenet-pretrained-r50_8xb16-1x1x8-50e_sthv1-rgb.py"
custom_imports = dict(imports=["smallbig_mm"], allow_failed_imports=False)
dataset = "sthv1"

model = dict(
    backbone=dict(
        _delete_=True,
        type="BNInception",
        pretrained="https://download.openmmlab.com/pretrain/third_party/"
        "bn_inception_caffe-ed2e8665.pth",
        partial_bn=True,
    ),
    cls_head=dict(
        _delete_=True,
        type="TSNHead",
        num_classes=174,
        in_channels=1024,
        dropout_ratio=0.8,
        init_std=0.001,
        average_clips="prob",
    ),
    # to_rgb swaps the first and the last channel: mmaction2 decodes RGB, Caffe's weights take BGR
    data_preprocessor=dict(mean=[104, 117, 128], std=[1, 1, 1], to_rgb=True),
)

flip = dict(type="Flip", flip_ratio=0.5)
train_pipeline = [flip if t["type"] == "Flip" else t for t in _base_.train_pipeline]
test_pipeline = _base_.val_pipeline
train_dataloader = dict(batch_size=8, dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(batch_size=8)
test_dataloader = dict(dataset=dict(pipeline=test_pipeline))

train_cfg = dict(max_epochs=120, val_interval=5)
optim_wrapper = dict(optimizer=dict(lr=0.001))
param_scheduler = [
    dict(type="MultiStepLR", milestones=[50, 100], gamma=0.1, by_epoch=True, begin=0, end=120)
]
auto_scale_lr = dict(enable=False, base_batch_size=64)
