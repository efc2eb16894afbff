# CoST(b) in place of the 1x3x3 convolution of every second block of a stage, the first included.
_base_ = "../r23_k400.py"

unit = dict(type="CoSTConv", position="conv2")
model = dict(
    backbone=dict(
        units=[
            dict(unit, stages=(2, 3, 5), blocks=(0,)),
            dict(unit, stages=(4,), blocks=(0, 2)),
        ]
    )
)
