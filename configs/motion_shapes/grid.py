"""Tables 2 to 9 on MotionShapes: each row's backbone at an eighth of its width.

Its videos: tools/make_motion_shapes.py data/motion_shapes_grid --train 1100 --val 880. Feature maps
are 16, 8, 4 and 4 pixels wide in res2 to res5 (res5 is not strided, or a 3x3 view would be larger
than its map), so views of 7x7, and nearly those of 5x5, see all of res4's and res5's.
"""

_base_ = "r23.py"

networks = ("table0[2-9]/*",)
# What replaces a row's own settings; depth, units, views, stages and the like stay the row's.
small = dict(
    base_channels=8,
    conv1_kernel=(1, 5, 5),
    with_pool1=False,
    spatial_strides=(1, 2, 2, 1),
    norm_eval=False,
    pretrained=None,
    clip_size=None,
)

in_memory = dict(type="CachedDecordInit", num_threads=1)
_, *rest = _base_.train_pipeline
train_pipeline = [in_memory, *rest]
_, *rest = _base_.test_pipeline
test_pipeline = [in_memory, *rest]
val_pipeline = test_pipeline

loader = dict(num_workers=0, persistent_workers=False)
heldout = dict(
    **loader,
    batch_size=8,
    dataset=dict(data_root="data/motion_shapes_grid", pipeline=test_pipeline),
)
train_dataloader = dict(
    **loader, dataset=dict(data_root="data/motion_shapes_grid", pipeline=train_pipeline)
)
val_dataloader = heldout
test_dataloader = heldout
