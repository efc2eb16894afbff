# Correspondence modules, CPNet's, in the last two blocks of res3 and the last three of res4.
_base_ = "../r23_k400.py"

unit = dict(type="CorrespondenceUnit", position="block_sum")
model = dict(
    backbone=dict(units=[dict(unit, stages=(3,), half_size=True), dict(unit, stages=(4,))])
)
