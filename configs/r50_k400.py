# 2D ResNet50 of Table 8.
_base_ = [
    "_base_/models/r50.py",
    "_base_/datasets/kinetics400_8x8.py",
    "_base_/schedules/sgd_110e.py",
    "_base_/default_runtime.py",
]
