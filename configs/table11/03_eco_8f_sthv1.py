# Table 11, ECO: BN-Inception and 3D ResNet-18, 8 frames, Something-Something V1; 1 clip, 1 crop.
# With TSN's data and the recipe that github.com/mzolfaghari/ECO-pytorch gives for Kinetics. The 2D
# half begins with ImageNet's weights, the 3D half from scratch: the authors' begin with Kinetics',
# which no longer have a public source (a file of theirs goes to model.backbone.pretrained).
_base_ = "01_tsn_sthv1.py"

model = dict(
    type="Recognizer3D",
    backbone=dict(
        _delete_=True, type="ECO", pretrained=_base_.model["backbone"]["pretrained"], full=True
    ),
    cls_head=dict(type="I3DHead", in_channels=1536, dropout_ratio=0),
    data_preprocessor=dict(format_shape="NCTHW"),
)

shape = dict(type="FormatShape", input_format="NCTHW")
_, *transforms, _, pack = _base_.train_pipeline
train_pipeline = [dict(type="UniformSample", clip_len=8), *transforms, shape, pack]
_, *transforms, _, pack = _base_.val_pipeline
val_pipeline = [dict(type="UniformSample", clip_len=8, test_mode=True), *transforms, shape, pack]
test_pipeline = val_pipeline
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(pipeline=val_pipeline))
test_dataloader = dict(dataset=dict(pipeline=test_pipeline))

train_cfg = dict(max_epochs=40)
optim_wrapper = dict(optimizer=dict(nesterov=True), clip_grad=dict(max_norm=50))
param_scheduler = [
    dict(type="MultiStepLR", milestones=[15, 30], gamma=0.1, by_epoch=True, begin=0, end=40)
]
