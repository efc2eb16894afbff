# Correspondence modules, CPNet's, in the last two blocks of res3 and the last three of res4.
_base_ = "../r50_k400.py"

unit = dict(type="CorrespondenceUnit", position="block_sum")
model = dict(
    backbone=dict(
        units=[
            dict(unit, stages=(3,), blocks=(2, 3), half_size=True),
            dict(unit, stages=(4,), blocks=(3, 4, 5)),
        ]
    )
)
