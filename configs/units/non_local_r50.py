# Non-local units after every second block of res3 and res4.
_base_ = "../r50_k400.py"

unit = dict(type="NonLocalUnit", position="block_output")
model = dict(
    backbone=dict(
        units=[
            dict(unit, stages=(3,), blocks=(1, 3)),
            dict(unit, stages=(4,), blocks=(1, 3, 5)),
        ]
    )
)
