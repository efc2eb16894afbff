# Table 11, CPNet: R34, 24 x 16 x 6, Something-Something V2. Correspondence modules as in the R101
# of Table 10, with 8 neighbours instead of 4, on features of full width. The recipe is Section 6's;
# neither that of its own paper nor where its six crops lie is established.
_base_ = [
    "../_base_/models/r50.py",
    "../_base_/datasets/sthv2_8.py",
    "../_base_/schedules/sgd_50e.py",
    "../_base_/default_runtime.py",
]

propose = dict(type="CorrespondenceUnit", position="block_sum", reduction=None, k=8, mlp=(4, 2))
model = dict(
    backbone=dict(
        depth=34,
        pretrained="torchvision://resnet34",
        clip_size=(24, 224, 224),
        units=[
            dict(propose, stages=(3,), blocks=(2, 3), half_size=True),
            dict(propose, stages=(4,), blocks=(3, 4, 5)),
        ],
    ),
    cls_head=dict(num_classes=174, in_channels=512, dropout_ratio=0.5),
)
decode, sample, *rest = _base_.train_pipeline
train_pipeline = [decode, dict(sample, clip_len=24), *rest]
decode, sample, *rest = _base_.val_pipeline
val_pipeline = [decode, dict(sample, clip_len=24), *rest]
decode, sample, read, scale, _, *rest = _base_.test_pipeline
sample = dict(sample, clip_len=24, num_clips=16)
test_pipeline = [decode, sample, read, scale, dict(type="SixCrop", crop_size=256), *rest]

train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(pipeline=val_pipeline))
test_dataloader = dict(dataset=dict(pipeline=test_pipeline))
