# 2D ResNet23 of Table 1, which starts from ResNet50's weights.
_base_ = "r50_k400.py"

model = dict(backbone=dict(depth=23))
optim_wrapper = dict(optimizer=dict(lr=0.02))
