# Table 10, CPNet: R101, 32 frames. Correspondence modules in the last two blocks of res3 and the
# last three of res4. A stage's stride is in its first 1x1x1 convolution; torchvision's weights have
# it in the 3x3 one. The recipe is Section 6's, since that of its own paper is not established.
_base_ = [
    "../_base_/models/r50.py",
    "../_base_/datasets/kinetics400_32x2.py",
    "../_base_/schedules/sgd_110e.py",
    "../_base_/default_runtime.py",
]

propose = dict(type="CorrespondenceUnit", position="block_sum")
model = dict(
    backbone=dict(
        depth=101,
        pretrained="torchvision://resnet101",
        style="caffe",
        clip_size=(32, 224, 224),
        units=[
            dict(propose, stages=(3,), blocks=(2, 3), half_size=True),
            dict(propose, stages=(4,), blocks=(20, 21, 22)),
        ],
    ),
    cls_head=dict(dropout_ratio=0.5),
)
