# Double attention units, A2-Net's, after every second block of res3 and res4.
_base_ = "../r50_k400.py"

unit = dict(type="DoubleAttentionUnit", position="block_output")
model = dict(
    backbone=dict(
        units=[
            dict(unit, stages=(3,), blocks=(1, 3)),
            dict(unit, stages=(4,), blocks=(1, 3, 5)),
        ]
    )
)
