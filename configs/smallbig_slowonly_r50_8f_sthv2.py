# SmallBig-R50 of Table 11, 8 frames, on Something-Something V2.
_base_ = [
    "_base_/models/smallbig_slowonly_r50.py",
    "_base_/datasets/sthv2_8.py",
    "_base_/schedules/sgd_50e.py",
    "_base_/default_runtime.py",
]
