# SmallBig-R23, full, whose local big views look at the past in one half of the channels and at
# the future in the other.
_base_ = "../smallbig_r23_k400.py"
twin = "table05/05_full"  # sees both ways

model = dict(backbone=dict(views=((("both", 3), 3, 3), (("both", 3), 3, 3), ("T", 3, 3))))
