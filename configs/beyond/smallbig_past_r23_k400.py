# SmallBig-R23, full, whose local big views look at the past only.
_base_ = "../smallbig_r23_k400.py"
twin = "table05/05_full"  # sees both ways

model = dict(backbone=dict(views=((("past", 3), 3, 3), (("past", 3), 3, 3), ("T", 3, 3))))
