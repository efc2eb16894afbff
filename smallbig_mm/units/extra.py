"""The extra units, which look at the whole clip (Fig. 2(f), Sec. 4 and Table 9)."""

from __future__ import annotations

from mmaction.registry import MODELS
from mmcv.cnn import build_norm_layer
from mmengine.model import constant_init, kaiming_init
from torch import Tensor, nn

from ..ops.layout import ChannelsLastConv3d
from ..ops.pool import check_pool, pool_clip

BN3D = dict(type="BN3d")


def _pointwise(in_channels: int, out_channels: int) -> nn.Conv3d:
    return ChannelsLastConv3d(in_channels, out_channels, 1, bias=False)


class _ExtraUnit(nn.Module):
    """A bottleneck over 1x1x1 convolutions, C -> C/4 -> C, and a batch norm whose scale starts at
    zero, so that the unit starts as the identity."""

    def __init__(self, in_channels: int, pool: str = "max", norm_cfg: dict = BN3D) -> None:
        super().__init__()
        self.pool = check_pool(pool)
        self.reduce = _pointwise(in_channels, max(in_channels // 4, 1))
        self.expand = _pointwise(max(in_channels // 4, 1), in_channels)
        self.bn = build_norm_layer(norm_cfg, in_channels)[1]

    def init_unit(self) -> None:
        """Kaiming convolutions (fan out), and a batch norm that starts at zero."""
        for conv in self.modules():
            if isinstance(conv, nn.Conv3d):
                kaiming_init(conv)
        constant_init(self.bn, 0, bias=0)


@MODELS.register_module()
class SmallBigExtraUnit(_ExtraUnit):
    """SmallBig over the whole clip, the big view acting as attention on the small one.

        y = x + BN(W2 (W1 x * sigmoid(W1 pool_THW(x))))

    The text gives the parts; that no bias, norm or ReLU stands between W1 and W2 and that the unit
    is added to its input follow the authors' code (github.com/xhl-video/SmallBigNet).

    Args:
        in_channels: channels C of the input; W1: C -> C/4, W2: C/4 -> C.
        pool: `'max'`, or `'avg'` (Table 6).
        share_weights: W1 is one convolution for both views; otherwise the big view has its own,
            which starts as a copy (Table 6).
        norm_cfg: config of the batch norm.

    Shapes: (N, C, T, H, W) -> (N, C, T, H, W).
    """

    def __init__(
        self,
        in_channels: int,
        pool: str = "max",
        share_weights: bool = True,
        norm_cfg: dict = BN3D,
    ) -> None:
        super().__init__(in_channels, pool, norm_cfg)
        self.big_reduce = (
            None if share_weights else _pointwise(in_channels, self.reduce.out_channels)
        )
        self.init_unit()

    def init_unit(self) -> None:
        """As above; the big view's convolution, if it has its own, starts as a copy."""
        super().init_unit()
        if self.big_reduce is not None:
            self.big_reduce.load_state_dict(self.reduce.state_dict())

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, T, H, W) -> (N, C, T, H, W)."""
        big_reduce = self.reduce if self.big_reduce is None else self.big_reduce
        attention = big_reduce(pool_clip(x, self.pool)).sigmoid()
        return x + self.bn(self.expand(self.reduce(x) * attention))


@MODELS.register_module()
class SimpleExtraUnit(_ExtraUnit):
    """The squeeze-and-excitation version that Table 9 compares with.

        y = x + BN(x * sigmoid(W2 relu(W1 pool_THW(x))))

    Sec. 6.1 gives the pooling, the two convolutions and the sigmoid. The ReLU is squeeze-and-
    excitation's own, and the batch norm, at zero in the beginning, is the default unit's; both are
    our reading, since the authors' code does not hold this unit.

    Args:
        in_channels: channels C of the input; W1: C -> C/4, W2: C/4 -> C.
        pool: `'max'` as in the default unit, or `'avg'`.
        norm_cfg: config of the batch norm.

    Shapes: (N, C, T, H, W) -> (N, C, T, H, W).
    """

    def __init__(self, in_channels: int, pool: str = "max", norm_cfg: dict = BN3D) -> None:
        super().__init__(in_channels, pool, norm_cfg)
        self.init_unit()

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, T, H, W) -> (N, C, T, H, W)."""
        attention = self.expand(self.reduce(pool_clip(x, self.pool)).relu()).sigmoid()
        return x + self.bn(x * attention)
