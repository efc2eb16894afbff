# The 2D host of Table 1. No dropout, as in the authors' code; clip scores are averaged after
# softmax (Sec. 6).
model = dict(
    type="Recognizer3D",
    backbone=dict(
        type="ResNet3dUnits",
        depth=50,
        pretrained="torchvision://resnet50",
        clip_size=(8, 224, 224),
    ),
    cls_head=dict(
        type="I3DHead",
        num_classes=400,
        in_channels=2048,
        dropout_ratio=0,
        average_clips="prob",
    ),
    data_preprocessor=dict(
        type="ActionDataPreprocessor",
        mean=[123.675, 116.28, 103.53],
        std=[58.395, 57.12, 57.375],
        format_shape="NCTHW",
    ),
)
