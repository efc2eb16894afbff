"""ResNet23 at an eighth of its width on single frames: weights for events.py to begin with.

They play the part of the paper's ImageNet weights. Its frames: tools/make_motion_shapes.py
data/motion_shapes_stills --kind stills --train 7168 --val 560. results/stills holds the backbones
of the recorded trainings of this config and of stills_r50.py; a checkpoint of one's own goes to the
grids' `small.pretrained`.
"""

_base_ = "r23.py"

data_root = "data/motion_shapes_stills"
model = dict(
    backbone=dict(with_pool1=True, spatial_strides=(1, 1, 2, 1)), cls_head=dict(num_classes=56)
)

frame = dict(type="SampleFrames", clip_len=1, frame_interval=1)
in_memory = dict(type="CachedDecordInit", num_threads=1)
_, _, *rest = _base_.train_pipeline
train_pipeline = [in_memory, frame, *rest]
_, _, decode, resize, _, *ends = _base_.test_pipeline
centre = dict(type="CenterCrop", crop_size=_base_.crop)
test_pipeline = [in_memory, dict(frame, test_mode=True), decode, resize, centre, *ends]
val_pipeline = test_pipeline

loader = dict(batch_size=64, num_workers=0, persistent_workers=False)
classes = None
videos = dict(data_root=data_root, metainfo=dict(classes=classes))
train_dataloader = dict(**loader, dataset=dict(**videos, pipeline=train_pipeline))
val_dataloader = dict(**loader, dataset=dict(**videos, pipeline=test_pipeline))
test_dataloader = val_dataloader
val_evaluator = dict(_delete_=True, type="AccMetric")
test_evaluator = val_evaluator

epochs = 14
train_cfg = dict(max_epochs=epochs, val_interval=epochs)
optim_wrapper = dict(optimizer=dict(_delete_=True, type="AdamW", lr=5e-3, weight_decay=0.02))
param_scheduler = [
    dict(type="LinearLR", start_factor=0.1, end=1, convert_to_iter_based=True),
    dict(type="CosineAnnealingLR", begin=1, end=epochs, eta_min=0, convert_to_iter_based=True),
]
