# 3x1x1 kernels in place of the first 1x1x1 of every block.
_base_ = "../r50_k400.py"

model = dict(backbone=dict(inflate=1))
