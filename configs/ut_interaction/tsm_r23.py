"""TSM: one eighth of the channels shifts each way at the input of every residual branch."""

_base_ = "r23.py"

model = dict(
    backbone=dict(
        units=[dict(type="TemporalShiftConv", position="conv1", stages=(2, 3, 4, 5), shift_div=8)]
    )
)
