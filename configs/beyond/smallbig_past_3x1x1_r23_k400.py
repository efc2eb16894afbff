# SmallBig-R23, 3x1x1 in the first convolution (Fig. 2(c)) of all stages, looking at the past only.
_base_ = "../table02/03_smallbig_3x1x1.py"
twin = "table02/03_smallbig_3x1x1"  # sees both ways

model = dict(backbone=dict(views=((("past", 3), 1, 1), None, None)))
