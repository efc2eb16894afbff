"""ARTNet: appearance and relation, apart (Wang et al., CVPR 2018, arXiv 1711.09125).

Written from the paper and from facts of the network's published description (kernels, widths,
strides, where norms stand); the authors' repository has no licence and nothing of it is here. That
a residual sum is normalised before the next block branches from it is a reading.
"""

from __future__ import annotations

import torch
from mmaction.registry import MODELS
from torch import Tensor, nn

from .parts import Size, conv3d, xavier


class Smart(nn.Module):
    """A SMART block: a spatial and a spatio-temporal convolution on one input.

        a = BN(W_a * x),   r = W_r * x,   e_c = BN((BN(r)_2c^2 + BN(r)_2c+1^2) / 2)
        y = BN(W [relu(a); relu(e)])

    W_a is 1xkxk and W_r 3xkxk, C channels each; the energy e of each two neighbouring relations has
    C/2, pooled with fixed weights that are no parameters; W is 1x1x1, back to C.

    Args:
        in_channels: channels of the input.
        channels: C, even.
        size: k.
        stride: of both convolutions.
        relu: whether a ReLU follows, as in the stem; in a residual block it follows the sum.

    Shapes: (N, C_in, T, H, W) -> (N, C, T', H', W').
    """

    def __init__(
        self, in_channels: int, channels: int, size: int = 3, stride: Size = 1, relu: bool = False
    ) -> None:
        super().__init__()
        options = dict(stride=stride, act_cfg=None)
        self.appearance = conv3d(in_channels, channels, (1, size, size), **options)
        self.relation = conv3d(in_channels, channels, (3, size, size), **options)
        self.energy_bn = nn.BatchNorm3d(channels // 2)
        act = dict(type="ReLU") if relu else None
        self.reduce = conv3d(channels + channels // 2, channels, 1, act_cfg=act)

    def forward(self, x: Tensor) -> Tensor:
        """(N, C_in, T, H, W) -> (N, C, T', H', W')."""
        energy = self.relation(x).square().unflatten(1, (-1, 2)).mean(2)
        both = torch.cat([self.appearance(x), self.energy_bn(energy)], dim=1)
        return self.reduce(both.relu())


class ArtBlock(nn.Module):
    """y = relu(BN(second(conv1(x)) + shortcut(x))), second a SMART block, or 3x3x3 in res5.

    The shortcut of a stage's first block is a 3x3x3 with its stride.

    Shapes: (N, C_in, T, H, W) -> (N, C, T', H', W').
    """

    def __init__(self, in_channels: int, channels: int, stride: int, smart: bool) -> None:
        super().__init__()
        bare: dict = dict(norm_cfg=None, act_cfg=None)
        self.conv1 = conv3d(in_channels, channels, 3, stride=stride)
        self.conv2 = Smart(channels, channels) if smart else conv3d(channels, channels, 3, **bare)
        self.shortcut: nn.Module = nn.Identity()
        if stride > 1:
            self.shortcut = conv3d(in_channels, channels, 3, stride=stride, **bare)
        self.bn = nn.BatchNorm3d(channels)

    def forward(self, x: Tensor) -> Tensor:
        """(N, C_in, T, H, W) -> (N, C, T', H', W')."""
        return self.bn(self.conv2(self.conv1(x)) + self.shortcut(x)).relu()


@MODELS.register_module()
class ARTNet(nn.Module):
    """ARTNet of depth 18: a SMART stem, then (2, 2, 2, 2) residual blocks, SMART in res2 ... res4.

    Time and space are halved together, in the stem and where res3, res4 and res5 begin. From
    scratch.

    Shapes: (N, 3, T, H, W) -> (N, 512, T/16, H/16, W/16), each rounded up.
    """

    def __init__(self) -> None:
        super().__init__()
        self.stem = Smart(3, 64, size=7, stride=2, relu=True)
        for stage in range(4):
            channels, first = 64 << stage, 1 + (stage > 0)
            self.add_module(
                f"layer{stage + 1}",
                nn.Sequential(
                    ArtBlock(channels // first, channels, first, smart=stage < 3),
                    ArtBlock(channels, channels, 1, smart=stage < 3),
                ),
            )

    def init_weights(self) -> None:
        """Xavier's initialisation."""
        xavier(self)

    def forward(self, x: Tensor) -> Tensor:
        """(N, 3, T, H, W) -> (N, 512, T/16, H/16, W/16), each rounded up."""
        x = self.stem(x)
        for number in range(1, 5):
            x = self.get_submodule(f"layer{number}")(x)
        return x
