"""TSM in res3 to res5: one eighth of the channels shifts each way at a residual branch's input."""

_base_ = "r23.py"

model = dict(
    backbone=dict(
        units=[dict(type="TemporalShiftConv", position="conv1", stages=(3, 4, 5), shift_div=8)]
    )
)
