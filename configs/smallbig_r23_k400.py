# SmallBig-R23, 8 frames, full (Fig. 2(f)): 72.6 top-1 in Tables 5 to 8.
_base_ = "smallbig_r50_k400.py"

model = dict(backbone=dict(depth=23))
optim_wrapper = dict(optimizer=dict(lr=0.02))
