# SmallBig-R50, 8 frames, full (Fig. 2(f)): 76.3 top-1 in Tables 8 to 10.
_base_ = [
    "_base_/models/smallbig_r50.py",
    "_base_/datasets/kinetics400_8x8.py",
    "_base_/schedules/sgd_110e.py",
    "_base_/default_runtime.py",
]
