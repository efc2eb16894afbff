"""MFNet-3D: residual units of many thin fibers (Chen et al., ECCV 2018, arXiv 1807.11195).

Layout and initialisation are facts of the authors' implementation, github.com/cypw/PyTorch-MFNet at
4d3434e, with which this one agrees (`tests/backbones/test_whole_networks.py`).
"""

from __future__ import annotations

from mmaction.registry import MODELS
from torch import Tensor, nn

from .official_names import MFNET
from .parts import PREACT, conv3d, load_2d, xavier

FIBERS = 16
WIDTHS, BLOCKS = (96, 192, 384, 768), (3, 4, 6, 3)


class MultiFiberUnit(nn.Module):
    """A residual unit sliced into fibers, which a multiplexer connects.

        y = shortcut(x) + conv2(conv1(x + M2(M1(x))))

    Every convolution is a batch norm, a ReLU and the convolution. conv1 (3x3x3) and conv2 (1x3x3)
    are grouped, a group a fiber; M1 and M2 (1x1x1, C -> C_out/4 -> C) exchange what fibers know. In
    a stage's first unit conv2 is a full 1x1x1, and the shortcut a 1x1x1 with the unit's stride.

    Shapes: (N, C, T, H, W) -> (N, C_out, T', H', W').
    """

    def __init__(
        self, in_channels: int, channels: int, stride: tuple[int, int, int], first: bool
    ) -> None:
        super().__init__()
        self.multiplexer = nn.Sequential(
            conv3d(in_channels, channels // 4, 1, order=PREACT),
            conv3d(channels // 4, in_channels, 1, order=PREACT),
        )
        self.conv1 = conv3d(in_channels, channels, 3, stride=stride, groups=FIBERS, order=PREACT)
        self.shortcut: nn.Module = nn.Identity()
        if first:
            self.conv2 = conv3d(channels, channels, 1, order=PREACT)
            self.shortcut = conv3d(in_channels, channels, 1, stride=stride, order=PREACT)
        else:
            self.conv2 = conv3d(channels, channels, (1, 3, 3), groups=FIBERS, order=PREACT)

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, T, H, W) -> (N, C_out, T', H', W')."""
        return self.shortcut(x) + self.conv2(self.conv1(x + self.multiplexer(x)))


@MODELS.register_module()
class MFNet(nn.Module):
    """The multi-fiber network for clips: (3, 4, 6, 3) units of 96, 192, 384, 768 channels.

    Time is halved at the first unit, space in the stem, its pooling and res3 ... res5.

    Args:
        pretrained: a file of the authors' 2D network, whose kernels are inflated; None for Xavier's
            initialisation.

    Shapes: (N, 3, T, H, W) -> (N, 768, T/2, H/32, W/32).
    """

    def __init__(self, pretrained: str | None = None) -> None:
        super().__init__()
        self.pretrained = pretrained
        self.stem = conv3d(3, 16, (3, 5, 5), stride=(1, 2, 2))
        self.pool = nn.MaxPool3d((1, 3, 3), (1, 2, 2), (0, 1, 1))
        width = 16
        for number, (channels, blocks) in enumerate(zip(WIDTHS, BLOCKS, strict=True), start=1):
            stride = (2, 1, 1) if number == 1 else (1, 2, 2)
            layer = [MultiFiberUnit(width, channels, stride, first=True)]
            layer += [
                MultiFiberUnit(channels, channels, (1, 1, 1), first=False) for _ in range(1, blocks)
            ]
            self.add_module(f"layer{number}", nn.Sequential(*layer))
            width = channels
        self.norm = nn.BatchNorm3d(width)
        self.relu = nn.ReLU()

    def init_weights(self) -> None:
        """Xavier's initialisation, then the 2D weights if there are any."""
        xavier(self)
        if self.pretrained:
            load_2d(self, self.pretrained, MFNET)

    def forward(self, x: Tensor) -> Tensor:
        """(N, 3, T, H, W) -> (N, 768, T/2, H/32, W/32)."""
        x = self.pool(self.stem(x))
        for number in range(1, 5):
            x = self.get_submodule(f"layer{number}")(x)
        return self.relu(self.norm(x))
