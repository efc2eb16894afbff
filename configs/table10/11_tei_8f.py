# Table 10, TEI: R50, 8 frames. TSM's recipe, since that of its own paper is not established; the
# clips are TSM's dense ones, here as one tensor a clip.
_base_ = "10_tsm_8f.py"

model = dict(
    type="Recognizer3D",
    backbone=dict(
        _delete_=True,
        type="ResNet3dUnits",
        depth=50,
        pretrained="torchvision://resnet50",
        clip_size=(8, 224, 224),
        units=[dict(type="TEIConv", position="conv1", stages=(2, 3, 4, 5))],
    ),
    cls_head=dict(
        _delete_=True,
        type="I3DHead",
        num_classes=400,
        in_channels=2048,
        dropout_ratio=0.5,
        init_std=0.001,
        average_clips="prob",
    ),
    data_preprocessor=dict(format_shape="NCTHW"),
)
frames = dict(type="SampleFrames", clip_len=8, frame_interval=8)
clip = dict(type="FormatShape", input_format="NCTHW")
decode, _, *rest, _, pack = _base_.train_pipeline
train_pipeline = [decode, frames, *rest, clip, pack]
decode, _, *rest, _, pack = _base_.val_pipeline
val_pipeline = [decode, dict(frames, test_mode=True), *rest, clip, pack]
decode, _, *rest, _, pack = _base_.test_pipeline
test_pipeline = [decode, dict(frames, num_clips=10, test_mode=True), *rest, clip, pack]

train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(pipeline=val_pipeline))
test_dataloader = dict(dataset=dict(pipeline=test_pipeline))
