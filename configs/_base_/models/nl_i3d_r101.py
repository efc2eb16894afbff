# The layout of the non-local authors' ResNet101, as arguments of mmaction2's ResNet3d: temporal
# kernels in every second block, non-local units in every second block of res3 and every seventh of
# res4.
r101 = dict(
    depth=101,
    pretrained="torchvision://resnet101",
    inflate=((1, 1, 1), (1, 0, 1, 0), (1, 0) * 11 + (1,), (0, 1, 0)),
    non_local=((0, 0, 0), (0, 1, 0, 1), ((0,) * 6 + (1,)) * 3 + (0, 0), (0, 0, 0)),
)
