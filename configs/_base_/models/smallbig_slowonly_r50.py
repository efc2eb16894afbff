# Sec. 6.2: SlowOnly (3x1x1 kernels in res4 and res5) with extra units in res3, res4 and res5.
_base_ = "r50.py"

model = dict(
    backbone=dict(
        type="ResNet3dSmallBig",
        views=(None, None, None),
        inflate=(0, 0, 1, 1),
        extra_unit="default",
    ),
    cls_head=dict(num_classes=174),
)
