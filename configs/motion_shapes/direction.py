"""One-way views and what they compare with, on MotionShapes' order-free and direction classes.

Its videos are those of grid.py, its recipe that of events.py. The network whose seeds spread most
from random weights is here for its spread.
"""

_base_ = "events.py"

networks = (
    *("table02/*", "table05/05_full", "table05/03_first_third"),
    *("units/tsm_r23", "beyond/*_r23_k400"),
)
data_root = "data/motion_shapes_grid"
classes = (
    *("oscillating", "rocking", "pulsing", "jittering", "wandering"),
    *("moving_left", "moving_right", "clockwise", "anticlockwise", "approaching", "receding"),
)
model = dict(cls_head=dict(num_classes=11))
videos = dict(data_root=data_root, metainfo=dict(classes=classes))
train_dataloader = dict(dataset=videos)
val_dataloader = dict(dataset=videos)
test_dataloader = val_dataloader
val_evaluator = dict(kind="orders")
test_evaluator = val_evaluator

epochs = 8  # of 1100 videos: as many steps as 5 of 1600
train_cfg = dict(max_epochs=epochs, val_interval=epochs)
param_scheduler = [
    dict(type="LinearLR", start_factor=0.1, end=0.5, convert_to_iter_based=True),
    dict(type="CosineAnnealingLR", begin=0.5, end=epochs, eta_min=0, convert_to_iter_based=True),
]
