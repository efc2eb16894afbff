# CoST(b) in place of the 1x3x3 convolution of every second block, as its authors place it.
_base_ = "../r50_k400.py"

unit = dict(type="CoSTConv", position="conv2")
model = dict(
    backbone=dict(
        units=[
            dict(unit, stages=(2,), blocks=(1,)),
            dict(unit, stages=(3, 5), blocks=(0, 2)),
            dict(unit, stages=(4,), blocks=(0, 2, 4)),
        ]
    )
)
