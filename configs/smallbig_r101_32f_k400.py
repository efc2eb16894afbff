# SmallBig-R101, 32 frames: 77.4 top-1 in Table 10. Its 418 G fit typical blocks without extra
# units. Tested with 4 clips x 3 crops (418 x 12).
_base_ = [
    "_base_/models/smallbig_r50.py",
    "_base_/datasets/kinetics400_32x2.py",
    "_base_/schedules/sgd_110e.py",
    "_base_/default_runtime.py",
]

model = dict(
    backbone=dict(
        depth=101,
        pretrained="torchvision://resnet101",
        extra_unit=None,
        clip_size=(32, 224, 224),
    )
)
decode, sample, *rest = _base_.test_pipeline
test_pipeline = [decode, dict(sample, num_clips=4), *rest]
test_dataloader = dict(dataset=dict(pipeline=test_pipeline))
