"""STC-Net: a 3D ResNeXt with spatio-temporal channel correlation (Diba et al., ECCV 2018).

The paper, arXiv 1806.07754, published no code. That a block has two branches, one that pools over
the clip and one that keeps time, each followed by fully connected layers, is the paper's. The rest
is a reading: SE-Net's reduction of 16, its ReLU and sigmoid, a temporal branch that is the same for
every frame, the mean of the two gates, and a place at the end of every residual branch.
"""

from __future__ import annotations

from mmaction.registry import MODELS
from mmengine.model import constant_init, kaiming_init
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from ..ops.layout import ChannelsLastConv3d
from .parts import conv3d

CARDINALITY = 32
BLOCKS = (3, 4, 23, 3)


class ChannelCorrelation(nn.Module):
    """The STC block: y = x * (g_s(mean_THW(x)) + g_t(mean_HW(x))) / 2.

    g(z) = sigmoid(W2 relu(W1 z + b1) + b2), W1: C -> C / reduction; g_t is applied to every frame.

    Shapes: (N, C, T, H, W) -> (N, C, T, H, W).
    """

    def __init__(self, channels: int, reduction: int = 16) -> None:
        super().__init__()
        self.spatial, self.temporal = (
            nn.Sequential(
                ChannelsLastConv3d(channels, channels // reduction, 1),
                nn.ReLU(),
                ChannelsLastConv3d(channels // reduction, channels, 1),
                nn.Sigmoid(),
            )
            for _ in range(2)
        )

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, T, H, W) -> (N, C, T, H, W)."""
        frames = x.mean((3, 4), keepdim=True)
        clip = frames.mean(2, keepdim=True)
        return x * (self.spatial(clip) + self.temporal(frames)) / 2


class ResNeXtBottleneck(nn.Module):
    """y = relu(stc(conv3(conv2(conv1(x)))) + shortcut(x)), conv2 a 3x3x3 in 32 groups.

    Shapes: (N, C, T, H, W) -> (N, C', T', H', W').
    """

    def __init__(self, in_channels: int, channels: int, stride: int, stc: bool) -> None:
        super().__init__()
        middle = channels // 2
        self.conv1 = conv3d(in_channels, middle, 1)
        self.conv2 = conv3d(middle, middle, 3, stride=stride, groups=CARDINALITY)
        self.conv3 = conv3d(middle, channels, 1, act_cfg=None)
        self.stc = ChannelCorrelation(channels) if stc else nn.Identity()
        self.shortcut: nn.Module = nn.Identity()
        if in_channels != channels:
            self.shortcut = conv3d(in_channels, channels, 1, stride=stride, act_cfg=None)

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, T, H, W) -> (N, C', T', H', W')."""
        y = self.stc(self.conv3(self.conv2(self.conv1(x))))
        return (y + self.shortcut(x)).relu()


@MODELS.register_module()
class ResNeXt3d(nn.Module):
    """3D ResNeXt-101 with STC blocks: a 7x7x7 stem, a pooling, bottlenecks with 3x3x3 kernels.

    Space is halved in the stem; time and space together in the pooling and where res3, res4 and
    res5 begin. From scratch.

    Args:
        stc: whether there are STC blocks.

    Shapes: (N, 3, T, H, W) -> (N, 2048, T/16, H/32, W/32), each rounded up.
    """

    def __init__(self, stc: bool = True) -> None:
        super().__init__()
        self.stem = conv3d(3, 64, 7, stride=(1, 2, 2))
        self.pool = nn.MaxPool3d(3, 2, 1)
        in_channels = 64
        for stage, blocks in enumerate(BLOCKS):
            channels, layer = 256 << stage, nn.Sequential()
            for block in range(blocks):
                stride = 2 if stage > 0 and block == 0 else 1
                layer.append(ResNeXtBottleneck(in_channels, channels, stride, stc))
                in_channels = channels
            self.add_module(f"layer{stage + 1}", layer)

    def init_weights(self) -> None:
        """Kaiming's initialisation (fan out)."""
        for module in self.modules():
            if isinstance(module, nn.Conv3d):
                kaiming_init(module)
            elif isinstance(module, _BatchNorm):
                constant_init(module, 1)

    def forward(self, x: Tensor) -> Tensor:
        """(N, 3, T, H, W) -> (N, 2048, T/16, H/32, W/32), each rounded up."""
        x = self.pool(self.stem(x))
        for number in range(1, 5):
            x = self.get_submodule(f"layer{number}")(x)
        return x
