"""The pre-activation ResNet over clips that GloRe's authors place their units in.

Layout and initialisation are facts of github.com/facebookresearch/GloRe at 9c6a734, with which this
one agrees at both depths (`tests/backbones/test_whole_networks.py`). Its authors call it "lite":
the stem has 32 channels.
"""

from __future__ import annotations

from typing import Any, ClassVar

from mmaction.registry import MODELS
from torch import Tensor, nn

from .official_names import GLORE
from .parts import PREACT, conv3d, load_2d, xavier

EPS = 1e-4
LAST = 3  # res5, counted from 0


class PreActBottleneck(nn.Module):
    """y = unit(shortcut(x) + conv3(conv2(conv1(x)))), each a batch norm, a ReLU and a convolution.

    Args:
        in_channels: channels C of the input.
        channels: C' of the output; inside there are C' / 4.
        frames: of conv1's kernel, 3 or 1.
        stride: of conv2 (1x3x3) and of the shortcut, which a stage's first block has.
        first: whether this is a stage's first block.
        unit: config of a unit at the block's output.

    Shapes: (N, C, T, H, W) -> (N, C', T', H', W').
    """

    def __init__(
        self,
        in_channels: int,
        channels: int,
        frames: int,
        stride: tuple[int, int, int],
        first: bool,
        unit: dict | None,
    ) -> None:
        super().__init__()
        middle, options = channels // 4, dict(norm_cfg=dict(type="BN3d", eps=EPS), order=PREACT)
        self.conv1 = conv3d(in_channels, middle, (frames, 1, 1), **options)
        self.conv2 = conv3d(middle, middle, (1, 3, 3), stride=stride, **options)
        self.conv3 = conv3d(middle, channels, 1, **options)
        self.shortcut: nn.Module = nn.Identity()
        if first:
            self.shortcut = conv3d(in_channels, channels, 1, stride=stride, **options)
        self.output_unit: Any = nn.Identity()
        if unit is not None:
            self.output_unit = MODELS.build(dict(unit, in_channels=channels))

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, T, H, W) -> (N, C', T', H', W')."""
        y = self.conv3(self.conv2(self.conv1(x)))
        return self.output_unit(self.shortcut(x) + y)


@MODELS.register_module()
class PreActResNet3d(nn.Module):
    """GloRe's network: two units in res3, three in res4.

    All blocks of res2, every second of res3 and res4 from the first on, and the second of res5 have
    3x1x1 kernels. Time is halved where res3 begins.

    Args:
        depth: 50 or 101.
        unit: config of the units; None for the network without.
        pretrained: weights of the authors' 2D network, whose kernels are inflated; None for
            Xavier's initialisation.

    Shapes: (N, 3, T, H, W) -> (N, 2048, T/2, H/32, W/32).

    Raises:
        ValueError: on an unknown depth.
    """

    # Blocks of each stage, and those of them with a unit
    arch_settings: ClassVar[dict] = {
        50: ((3, 4, 6, 3), ((), (0, 2), (0, 2, 4), ())),
        101: ((3, 4, 23, 3), ((), (0, 2), (5, 11, 17), ())),
    }

    def __init__(
        self,
        depth: int = 50,
        unit: dict | None = dict(type="GloReUnit"),  # noqa: B006
        pretrained: str | None = None,
    ) -> None:
        super().__init__()
        if depth not in self.arch_settings:
            raise ValueError(f"depth={depth!r}: choose one of {sorted(self.arch_settings)}")
        self.pretrained = pretrained
        self.stem = conv3d(3, 32, (3, 5, 5), stride=(1, 2, 2), norm_cfg=dict(type="BN3d", eps=EPS))
        self.pool = nn.MaxPool3d((1, 3, 3), (1, 2, 2), (0, 1, 1))
        in_channels = 32
        for stage, (blocks, with_unit) in enumerate(zip(*self.arch_settings[depth], strict=True)):
            channels, layer = 256 << stage, nn.Sequential()
            for block in range(blocks):
                inflated = stage == 0 or (block == 1 if stage == LAST else block % 2 == 0)
                stride = (1, 1, 1)
                if block == 0 and stage > 0:
                    stride = (2 if stage == 1 else 1, 2, 2)
                layer.append(
                    PreActBottleneck(
                        in_channels,
                        channels,
                        3 if inflated else 1,
                        stride,
                        first=block == 0,
                        unit=unit if block in with_unit else None,
                    )
                )
                in_channels = channels
            self.add_module(f"layer{stage + 1}", layer)
        self.norm: nn.Module = nn.BatchNorm3d(in_channels, eps=EPS)
        self.relu = nn.ReLU()

    def init_weights(self) -> None:
        """Xavier's initialisation, the 2D weights if there are any, then the units'."""
        xavier(self)
        if self.pretrained:
            load_2d(self, self.pretrained, GLORE)
        for module in self.modules():
            if isinstance(module, PreActBottleneck) and hasattr(module.output_unit, "init_unit"):
                module.output_unit.init_unit()

    def forward(self, x: Tensor) -> Tensor:
        """(N, 3, T, H, W) -> (N, 2048, T/2, H/32, W/32)."""
        x = self.pool(self.stem(x))
        for number in range(1, 5):
            x = self.get_submodule(f"layer{number}")(x)
        return self.relu(self.norm(x))
