# 3D ResNet23 of Table 2: 3x1x1 instead of the first 1x1x1 in every block, Fig. 2(b).
_base_ = "r23_k400.py"

model = dict(backbone=dict(inflate=1))
