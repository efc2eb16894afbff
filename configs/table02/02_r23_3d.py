# Table 2, 3D: 3x1x1.
_base_ = "../r23_3d_k400.py"
