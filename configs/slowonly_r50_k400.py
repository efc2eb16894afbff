# SlowOnly-R50, mmaction2's network, under this paper's recipe and test protocol.
_base_ = [
    "mmaction::_base_/models/slowonly_r50.py",
    "_base_/datasets/kinetics400_8x8.py",
    "_base_/schedules/sgd_110e.py",
    "_base_/default_runtime.py",
]

model = dict(backbone=dict(pretrained="torchvision://resnet50"))  # V1 weights, as all others
