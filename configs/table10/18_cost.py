# Table 10, CoST: R101, 8 frames. CoST(b) in every second block, and half the frames after res2, as
# in its authors' release, whose recipe this is.
_base_ = "../r50_k400.py"

cost = dict(type="CoSTConv", position="conv2")
model = dict(
    backbone=dict(
        depth=101,
        pretrained="torchvision://resnet101",
        with_pool2=True,
        units=[
            dict(cost, stages=(2, 5), blocks=(1,)),
            dict(cost, stages=(3,), blocks=(0, 2)),
            dict(cost, stages=(4,), blocks=tuple(range(0, 23, 2))),
        ],
    ),
    cls_head=dict(dropout_ratio=0.5),
)
train_dataloader = dict(batch_size=8)
train_cfg = dict(max_epochs=160)
optim_wrapper = dict(optimizer=dict(lr=0.01), clip_grad=dict(max_norm=40, norm_type=2))
param_scheduler = [
    dict(type="MultiStepLR", milestones=[80, 120], gamma=0.1, by_epoch=True, begin=0, end=160)
]
auto_scale_lr = dict(base_batch_size=64)
