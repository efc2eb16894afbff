"""NonLocal-R23 of Table 7: a non-local unit behind every block of res3 and res4."""

_base_ = "r23.py"

model = dict(
    backbone=dict(units=[dict(type="NonLocalUnit", position="block_output", stages=(3, 4))])
)
