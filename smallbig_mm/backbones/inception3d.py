"""Inception-v1 over clips: I3D, inflated, and S3D-G, separable and gated.

I3D (Carreira and Zisserman, CVPR 2017) makes every kxk of Inception-v1 a kxkxk, with 3x3x3 in the
place of 5x5. S3D-G (Xie et al., ECCV 2018) splits each kxkxk into 1xkxk and kx1x1 and gates
channels by their mean over the clip. Padding is TensorFlow's SAME.

The layouts are those of github.com/piergiaj/pytorch-i3d at 05783d1, which I3D agrees with at any
size, and of github.com/antoine77340/S3D_HowTo100M at b8cd0bb, which S3D-G agrees with wherever a
pooling of 3 and stride 2 meets an even size: elsewhere that one's padding is not TensorFlow's. Both
halves of a separable convolution have a batch norm as there; in TensorFlow's own S3D-G only the
spatial one has.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from mmaction.registry import MODELS
from mmcv.cnn import ConvModule
from mmengine.model import constant_init, trunc_normal_init
from torch import Tensor, nn

from ..ops.layout import CONV3D
from .official_names import GOOGLENET
from .parts import Size, load_2d, triple

# Outputs of a block: 1x1x1 | 1x1x1 - 3x3x3 | 1x1x1 - 3x3x3 | pool - 1x1x1
BLOCKS = (
    ((64, 96, 128, 16, 32, 32), (128, 128, 192, 32, 96, 64)),
    (
        (192, 96, 208, 16, 48, 64),
        (160, 112, 224, 24, 64, 64),
        (128, 128, 256, 24, 64, 64),
        (112, 144, 288, 32, 64, 64),
        (256, 160, 320, 32, 128, 128),
    ),
    ((256, 160, 320, 32, 128, 128), (384, 192, 384, 48, 128, 128)),
)


def pad_same(x: Tensor, kernel: Size, stride: Size) -> Tensor:
    """Zeros as TensorFlow's SAME puts them around (N, C, T, H, W), where a stride is above 1.

    An axis of n gets ceil(n / s) outputs; of the (ceil(n / s) - 1) s + k - n zeros that they need,
    half come before, and the odd one after. Stride 1 is left to a convolution's own padding.
    """
    pads: list[int] = []
    axes = zip(x.shape[2:], triple(kernel), triple(stride), strict=True)
    for n, k, s in reversed(list(axes)):  # as torch wants them, from the last axis
        total = max(k - (n % s or s), 0) if s > 1 else 0
        pads += (total // 2, total - total // 2)
    return F.pad(x, pads)


class SameConv(ConvModule):
    """Convolution without bias, batch norm and ReLU, padded as SAME."""

    def __init__(self, in_channels: int, out_channels: int, kernel: Size, stride: Size = 1) -> None:
        steps = zip(triple(kernel), triple(stride), strict=True)
        super().__init__(
            in_channels,
            out_channels,
            kernel,
            stride=stride,
            padding=tuple(k // 2 if s == 1 else 0 for k, s in steps),
            conv_cfg=CONV3D,
            norm_cfg=dict(type="BN3d", momentum=1e-2),
        )

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, T, H, W) -> (N, C', ceil(T/s), ceil(H/s), ceil(W/s))."""
        return super().forward(pad_same(x, self.kernel_size, self.stride))


class SamePool(nn.MaxPool3d):
    """Maximum pooling, padded as SAME: with zeros, which never win over features after a ReLU."""

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, T, H, W) -> (N, C, ceil(T/s), ceil(H/s), ceil(W/s))."""
        return super().forward(pad_same(x, self.kernel_size, self.stride))


class Gate(nn.Module):
    """S3D-G's feature gating: y = x * sigmoid(W mean_THW(x) + b)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.fc = nn.Linear(channels, channels)

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, T, H, W) -> (N, C, T, H, W)."""
        return x * self.fc(x.mean((2, 3, 4))).sigmoid()[..., None, None, None]


class InceptionBlock(nn.Module):
    """Four branches beside each other, their channels concatenated; gated in S3D-G."""

    def __init__(self, in_channels: int, widths: Sequence[int], gated: bool) -> None:
        super().__init__()
        one, two_in, two, three_in, three, four = widths
        self.branches = nn.ModuleList(
            [
                nn.Sequential(SameConv(in_channels, one, 1), *gate(one, gated)),
                nn.Sequential(SameConv(in_channels, two_in, 1), *cube(two_in, two, gated)),
                nn.Sequential(SameConv(in_channels, three_in, 1), *cube(three_in, three, gated)),
                nn.Sequential(
                    nn.MaxPool3d(3, 1, 1), SameConv(in_channels, four, 1), *gate(four, gated)
                ),
            ]
        )

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, T, H, W) -> (N, C', T, H, W)."""
        return torch.cat([branch(x) for branch in self.branches], dim=1)


def gate(channels: int, gated: bool) -> list[nn.Module]:
    """A gate, or nothing."""
    return [Gate(channels)] if gated else []


def cube(in_channels: int, out_channels: int, gated: bool) -> list[nn.Module]:
    """3x3x3, or 1x3x3, 3x1x1 and a gate."""
    if not gated:
        return [SameConv(in_channels, out_channels, 3)]
    spatial = SameConv(in_channels, out_channels, (1, 3, 3))
    return [spatial, SameConv(out_channels, out_channels, (3, 1, 1)), Gate(out_channels)]


@MODELS.register_module()
class Inception3D(nn.Module):
    """I3D, or S3D-G.

    Args:
        gated_separable: S3D-G instead of I3D.
        stem: the kernels of the first convolution's parts; a part strides by 2 along the axes on
            which it is longer than 1. 7x7x7 for I3D and ((1, 7, 7), (7, 1, 1)) for S3D-G if not
            given. TensorFlow's S3D-G has ((3, 7, 7),). HowTo100M's, a 2x4x4 over each 2x2x2 of the
            clip, is ((5, 9, 9),) with `stem_from_blocks(W)` as weights.
        eps: of all batch norms; HowTo100M's have 1e-5.
        pretrained: 2D weights with the names of torchvision's GoogLeNet, as
            `'torchvision://googlenet'`; kernels are inflated, S3D-G's temporal ones start as the
            identity. None for a random start.

    Shapes: (N, 3, T, H, W) -> (N, 1024, T/8, H/32, W/32), each rounded up.

    Raises:
        ValueError: if the parts of `stem` do not stride along each axis once.
    """

    def __init__(
        self,
        gated_separable: bool = False,
        stem: Sequence[Sequence[int]] | None = None,
        eps: float = 1e-3,
        pretrained: str | None = None,
    ) -> None:
        super().__init__()
        if stem is None:
            stem = ((1, 7, 7), (7, 1, 1)) if gated_separable else ((7, 7, 7),)
        if any(sum(k > 1 for k in axis) != 1 for axis in zip(*stem, strict=True)):
            raise ValueError(f"stem={stem!r}: give each axis one kernel longer than 1")
        self.pretrained = pretrained
        self.stem = nn.Sequential()
        for t, h, w in stem:
            stride = (1 + (t > 1), 1 + (h > 1), 1 + (w > 1))
            self.stem.append(SameConv(64 if len(self.stem) else 3, 64, (t, h, w), stride))
        self.pool1 = SamePool((1, 3, 3), (1, 2, 2))
        self.conv2 = SameConv(64, 64, 1)
        self.conv3 = nn.Sequential(*cube(64, 192, gated_separable))
        self.pool2 = SamePool((1, 3, 3), (1, 2, 2))
        channels = 192
        for number, blocks in enumerate(BLOCKS, start=1):
            layer = nn.Sequential()
            for widths in blocks:
                layer.append(InceptionBlock(channels, widths, gated_separable))
                channels = widths[0] + widths[2] + widths[4] + widths[5]
            self.add_module(f"layer{number}", layer)
        self.pool3 = SamePool((3, 3, 3), (2, 2, 2))
        self.pool4 = SamePool((2, 2, 2), (2, 2, 2))
        for norm in (m for m in self.modules() if isinstance(m, nn.BatchNorm3d)):
            norm.eps = eps

    def init_weights(self) -> None:
        """Truncated normal weights, or 2D ones; temporal kernels 3x1x1 as the identity."""
        for module in self.modules():
            if isinstance(module, (nn.Conv3d, nn.Linear)):
                trunc_normal_init(module, std=0.01)
            elif isinstance(module, nn.BatchNorm3d):
                constant_init(module, 1)
        if self.pretrained:
            load_2d(self, self.pretrained, GOOGLENET)
        for module in self.modules():
            if isinstance(module, nn.Conv3d) and module.kernel_size in ((3, 1, 1), (7, 1, 1)):
                nn.init.dirac_(module.weight)

    def forward(self, x: Tensor) -> Tensor:
        """(N, 3, T, H, W) -> (N, 1024, T/8, H/32, W/32), each rounded up."""
        x = self.pool1(self.stem(x))
        x = self.pool2(self.conv3(self.conv2(x)))
        x = self.get_submodule("layer1")(x)
        x = self.get_submodule("layer2")(self.pool3(x))
        return self.get_submodule("layer3")(self.pool4(x))


def stem_from_blocks(weight: Tensor) -> Tensor:
    """HowTo100M's stem as one over the clip itself: (64, 24, 2, 4, 4) -> (64, 3, 5, 9, 9).

    Its input is the clip with each 2x2x2 as 24 channels. Over the clip it is a 4x8x8 with stride 2
    that begins where a 3x7x7 would under SAME, which a 5x9x9 does with zeros in front.
    """
    out, channels, *size = weight.shape
    weight = weight.reshape(out, 2, 2, 2, channels // 8, *size).permute(0, 4, 5, 1, 6, 2, 7, 3)
    return F.pad(weight.reshape(out, channels // 8, *(2 * n for n in size)), (1, 0, 1, 0, 1, 0))
