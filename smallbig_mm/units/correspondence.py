"""The correspondence proposal module of CPNet (Liu et al., CVPR 2019): where is this elsewhere?

    y = x + up(BN(W max_{q in kNN(p)} MLP([q - p, f_p, f_q]))),  f = down(BN(W_r x))

For each position p of the clip, the k positions q of *other frames* whose features are nearest are
proposed as its correspondences; an MLP (1x1x1 convolutions, each with batch norm and ReLU) looks at
each pair, the offset (t, h, w) in parts of the clip included, and the strongest answer a channel is
added. Which positions are neighbours has no gradient.

Written from what is publicly known of the network, without its authors' code, whose licence is
non-commercial. The order of the halving and the projections is that of their counted cost.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
import torch.nn.functional as F
from mmaction.registry import MODELS
from mmcv.cnn import build_norm_layer
from mmengine.model import constant_init, kaiming_init
from torch import Tensor, nn

from ..ops.layout import ChannelsLastConv3d
from ..ops.neighbours import nearest_elsewhere


@MODELS.register_module()
class CorrespondenceUnit(nn.Module):
    """The correspondence proposal module, meant for `block_sum`.

    The defaults are those of CPNet's ResNet101; its ResNet34 has `reduction=None, k=8, mlp=(4, 2)`.

    Args:
        in_channels: channels C of the input.
        k: neighbours of each position.
        reduction: features f have C / `reduction` channels; None: they are x itself.
        mlp: the MLP's layers have C / m channels, for each m.
        half_size: work at half the spatial size, as CPNet does in res3.
        norm_cfg: config of the batch norms; the last one's scale starts at zero.

    Shapes: (N, C, T, H, W) -> (N, C, T, H, W).

    Raises:
        ValueError: if k is not positive.
    """

    def __init__(
        self,
        in_channels: int,
        k: int = 4,
        reduction: int | None = 8,
        mlp: Sequence[int] = (8,),
        half_size: bool = False,
        norm_cfg: dict = dict(type="BN3d"),  # noqa: B006
    ) -> None:
        super().__init__()
        if k < 1:
            raise ValueError(f"k={k!r}: give how many neighbours each position has, 1 or more")

        def project(wide: int, width: int, *after: nn.Module) -> nn.Sequential:
            conv = ChannelsLastConv3d(wide, width, 1, bias=False)
            return nn.Sequential(conv, build_norm_layer(norm_cfg, width)[1], *after)

        self.k, self.half_size = k, half_size
        width = max(in_channels // (reduction or 1), 1)
        self.reduce = project(in_channels, width) if reduction else nn.Identity()
        widths = [3 + 2 * width, *(max(in_channels // m, 1) for m in mlp)]
        self.mlp = nn.Sequential(
            *(project(a, b, nn.ReLU(inplace=True)) for a, b in pairwise(widths))
        )
        self.expand = project(widths[-1], in_channels)
        self.init_unit()

    def init_unit(self) -> None:
        """Kaiming convolutions, and a last batch norm that starts at zero."""
        for conv in self.modules():
            if isinstance(conv, nn.Conv3d):
                kaiming_init(conv)
        constant_init(self.expand[-1], 0, bias=0)

    def _halved(self, size: Sequence[int]) -> tuple[int, ...]:
        t, h, w = size
        return (t, (h + 1) // 2, (w + 1) // 2) if self.half_size else (t, h, w)

    def check_input(self, x: Tensor) -> None:
        """Raise ValueError if the other frames of `x`, (N, C, T, H, W), have too few positions."""
        t, h, w = self._halved(x.shape[2:])
        if self.k > (t - 1) * h * w:
            raise ValueError(
                f"k={self.k} neighbours in other frames, which have {(t - 1) * h * w} positions "
                f"({t - 1}x{h}x{w}): use a smaller k, or a larger clip"
            )

    def pairs(self, features: Tensor) -> Tensor:
        """Each position with each of its neighbours: (N, C, T, H, W) -> (N, 3 + 2C, T, HW, k)."""
        size, points = features.shape[2:], features.flatten(2)  # (N, C, P)
        near = nearest_elsewhere(features, self.k)  # (N, P, k)
        index = near.flatten(1)[:, None].expand(-1, points.shape[1], -1)
        theirs = points.gather(2, index).unflatten(2, near.shape[1:])  # (N, C, P, k)
        ours = points[..., None].expand_as(theirs)
        places = torch.cartesian_prod(*(torch.arange(s, device=points.device) / s for s in size))
        offsets = (places[near] - places[:, None]).movedim(3, 1)  # (N, 3, P, k)
        return torch.cat([offsets, ours, theirs], dim=1).unflatten(2, (size[0], -1))

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, T, H, W) -> (N, C, T, H, W)."""
        features = self.reduce(x)
        size = self._halved(x.shape[2:])
        if self.half_size:
            features = F.interpolate(features, size, mode="trilinear")
        y = self.mlp(self.pairs(features)).amax(-1).unflatten(3, size[1:])
        y = self.expand(y)
        if self.half_size:
            y = F.interpolate(y, x.shape[2:], mode="trilinear")
        return x + y
