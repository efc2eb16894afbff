# Table 10, GloRe: R101, 8 frames.
_base_ = "09_glore_r50.py"

lite = "https://dl.fbaipublicfiles.com/glore/kinetics/pretrained/resnet101-lite.pth"
model = dict(backbone=dict(depth=101, pretrained=lite))
