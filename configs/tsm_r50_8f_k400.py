# TSM-R50, mmaction2's network, under this paper's recipe and test protocol. It is a 2D network:
# a clip's frames come as a batch of images.
_base_ = [
    "mmaction::_base_/models/tsm_r50.py",
    "_base_/datasets/kinetics400_8x8.py",
    "_base_/schedules/sgd_110e.py",
    "_base_/default_runtime.py",
]

images = dict(type="FormatShape", input_format="NCHW")
*head, _, pack = _base_.train_pipeline
train_pipeline = [*head, images, pack]
*head, _, pack = _base_.val_pipeline
val_pipeline = [*head, images, pack]
*head, _, pack = _base_.test_pipeline
test_pipeline = [*head, images, pack]

train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(pipeline=val_pipeline))
test_dataloader = dict(dataset=dict(pipeline=test_pipeline))
