# Table 11, a member of ECOEnLite: ECO Lite, 16 frames, Something-Something V1.
_base_ = "04_eco_16f_sthv1.py"

model = dict(backbone=dict(full=False), cls_head=dict(in_channels=512, dropout_ratio=0.3))
