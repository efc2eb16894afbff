"""Tables 2 to 9, the peers' units and one-way views on MotionShapes' events, at a small size.

Its videos: tools/make_motion_shapes.py data/motion_shapes_events --kind events --train 1600 --val
640. Every network begins with weights of its depth that know the shapes but have seen no motion
(stills_r23.py, stills_r50.py), as the paper's begin with ImageNet's: from random weights the seeds
differ by how much they have learnt when the learning rate ends (results/curves). Feature maps are
8, 8, 4 and 4 pixels wide in res2 to res5.
"""

_base_ = "grid.py"

networks = ("table0[2-9]/*", "units/*_r23", "beyond/*_r23_k400")
small = dict(
    with_pool1=True,
    spatial_strides=(1, 1, 2, 1),
    pretrained="results/stills/r{depth}.pth",
)
data_root = "data/motion_shapes_events"
classes = ("still", "hop", "turn", "swell", "roll", "leap", "flare", "tumble")
model = dict(cls_head=dict(num_classes=8))

_, sampling, decode, resize, _, *ends = _base_.test_pipeline
centre = dict(type="CenterCrop", crop_size=_base_.crop)
test_pipeline = [_base_.in_memory, sampling, decode, resize, centre, *ends]
videos = dict(data_root=data_root, metainfo=dict(classes=classes))
train_dataloader = dict(dataset=videos)
val_dataloader = dict(dataset=dict(**videos, pipeline=test_pipeline))
test_dataloader = val_dataloader
val_evaluator = dict(kind="events")
test_evaluator = val_evaluator
# What is left of a trained network's figure on what these leave of each clip.
controls = dict(single="SingleFrame", shuffled="ShuffleFrames", reversed="ReverseFrames")

# Learning rate, length and the weights to begin with were chosen on seed 100, with 3x1x1 and full
# SmallBig; no other seed was looked at before the grid.
epochs = 5
train_cfg = dict(max_epochs=epochs, val_interval=epochs)
optim_wrapper = dict(optimizer=dict(_delete_=True, type="AdamW", lr=3e-3, weight_decay=0.02))
param_scheduler = [
    dict(type="LinearLR", start_factor=0.1, end=0.5, convert_to_iter_based=True),
    dict(type="CosineAnnealingLR", begin=0.5, end=epochs, eta_min=0, convert_to_iter_based=True),
]
