"""Collaborative convolution, CoST (Li et al., CVPR 2019): one 2D kernel looks at three planes.

    y = sum_v alpha_v * (W_v x),  v in {HW, TW, TH}

`W_v` is one shared kxk kernel, laid on the plane v as 1xkxk, kx1xk and kxkx1. The coefficients
alpha, which sum to one over the planes, are either learned per channel, CoST(a), or follow from the
clip, CoST(b):

    alpha = softmax_v(U [V maxpool_THW(W_v x)]_v),  V: C -> C, U: 3 -> 3

Written from the paper and its authors' release (github.com/hikvision-research/cost, Apache-2.0).
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from mmaction.registry import MODELS
from mmcv.cnn import ConvModule
from mmengine.model import normal_init
from torch import Tensor, nn

from ..ops.layout import channels_last
from ..ops.pool import pool_clip

RELEASED = {"conv.fc1": "channel_fc", "conv.fc2": "view_fc", "conv.alpha": "alpha"}


def rename_released(name: str) -> str:
    """A tensor's name in the authors' release -> ours; only what the unit adds differs."""
    for theirs, ours in RELEASED.items():
        name = name.replace(f"conv2.{theirs}", f"conv2.{ours}")
    return name


@MODELS.register_module()
class CoSTConv(ConvModule):
    """Collaborative convolution in place of a 1xkxk one: CoST when placed at `conv2`.

    Its kernel has the shape and the name of the convolution it replaces, so 2D weights load.

    Args:
        *args: arguments of `ConvModule`; the kernel is (1, k, k), k > 1.
        per_clip: coefficients follow from the clip, CoST(b); otherwise CoST(a)'s.
        **kwargs: arguments of `ConvModule`.

    Shapes: (N, C_in, T, H, W) -> what the convolution alone would give.

    Raises:
        ValueError: if the kernel does not lie in one plane, or has a stride in time.
    """

    def __init__(self, *args, per_clip: bool = True, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        time, height, width = self.conv.kernel_size
        if time != 1 or height != width or height == 1 or self.conv.stride[0] != 1:
            raise ValueError(
                f"CoSTConv in place of a {time}x{height}x{width} convolution of stride "
                f"{self.conv.stride}: place it at a 1xkxk one without temporal stride, a "
                "bottleneck's conv2"
            )
        if per_clip:
            self.channel_fc = nn.Linear(self.out_channels, self.out_channels, bias=False)
            self.view_fc = nn.Linear(3, 3, bias=False)
        else:
            self.alpha = nn.Parameter(torch.empty(3, self.out_channels))
        self.per_clip = per_clip
        self.init_unit()

    def init_unit(self) -> None:
        """As the authors: coefficients that hardly differ in (b), that prefer HW in (a)."""
        if self.per_clip:
            normal_init(self.channel_fc, std=0.01)
            normal_init(self.view_fc, std=0.01)
        else:
            nn.init.constant_(self.alpha, -0.7)
            nn.init.constant_(self.alpha[0], 0.7)

    def views(self, x: Tensor) -> list[Tensor]:
        """The HW, TW and TH plane's features, each (N, C_out, T, H', W')."""
        pad, found = self.conv.padding[1], []
        for axis in range(3):  # that the plane has not
            padding = [pad] * 3
            padding[axis] = 0
            kernel = self.conv.weight.movedim(2, 2 + axis)
            y = F.conv3d(x, kernel, self.conv.bias, self.conv.stride, padding)
            found.append(channels_last(y))
        return found

    def coefficients(self, views: list[Tensor]) -> Tensor:
        """(3, N, C_out, 1, 1, 1), or without the clip (3, 1, C_out, 1, 1, 1); sums to 1 over 3."""
        if self.per_clip:
            pooled = torch.stack([pool_clip(view).flatten(1) for view in views], dim=-2)
            logits = self.view_fc(self.channel_fc(pooled).transpose(1, 2)).permute(2, 0, 1)
        else:
            logits = self.alpha[:, None]
        return logits.softmax(0)[..., None, None, None]

    def forward(self, x: Tensor) -> Tensor:
        """(N, C_in, T, H, W) -> (N, C_out, T, H', W')."""
        views = self.views(x)
        weights = self.coefficients(views)
        y = self.norm(sum(a * view for a, view in zip(weights, views, strict=True)))
        return self.activate(y) if self.with_activation else y
