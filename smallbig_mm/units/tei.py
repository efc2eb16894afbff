"""Temporal enhancement and interaction, TEI (Liu et al., AAAI 2020), as a unit: y = W TIM(MEM(x)).

    MEM: x'_t = x_t * sigmoid(W3 (W2 q_{t+1} - W1 q_t)),  q_t = mean_HW(x_t);  x'_T = x_T
    TIM: z_{c,t} = a_c x'_{c,t-1} + b_c x'_{c,t} + d_c x'_{c,t+1}

The motion enhanced module weighs a frame's channels by how their means differ from the next
frame's; the temporal interaction module then mixes neighbouring frames, each channel by itself,
and starts as TSM's shift. No code was published: that MEM's projections have biases, and that TEI
stands at the first convolution of every bottleneck, where TSM does, are readings, which give the
30.4 M parameters that others quote.
"""

from __future__ import annotations

import torch
from mmaction.registry import MODELS
from mmcv.cnn import ConvModule
from torch import Tensor, nn

from ..ops.layout import ChannelsLastConv3d


class MotionEnhanced(nn.Module):
    """MEM: (N, C, T, H, W) -> (N, C, T, H, W)."""

    def __init__(self, channels: int, reduction: int) -> None:
        super().__init__()
        width = max(channels // reduction, 1)
        self.now = nn.Conv1d(channels, width, 1)
        self.then = nn.Conv1d(channels, width, 1)
        self.expand = nn.Conv1d(width, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        means = x.mean((3, 4))  # (N, C, T)
        motion = self.then(means).roll(-1, 2) - self.now(means)
        weights = self.expand(motion).sigmoid()
        weights = torch.cat([weights[:, :, :-1], torch.ones_like(weights[:, :, :1])], dim=2)
        return x * weights[..., None, None]


class TemporalInteraction(ChannelsLastConv3d):
    """TIM, a 3x1x1 convolution of each channel by itself: (N, C, T, H, W) -> (N, C, T, H, W)."""

    def __init__(self, channels: int, shift_div: int) -> None:
        super().__init__(
            channels, channels, (3, 1, 1), padding=(1, 0, 0), groups=channels, bias=False
        )
        self.shift_div = shift_div

    @torch.no_grad()
    def init_shift(self) -> None:
        """Start as `temporal_shift`: see the next frame, the one before, or the frame itself."""
        fold = self.in_channels // self.shift_div
        self.weight.zero_()
        self.weight[:fold, :, 2] = 1
        self.weight[fold : 2 * fold, :, 0] = 1
        self.weight[2 * fold :, :, 1] = 1


@MODELS.register_module()
class TEIConv(ConvModule):
    """A `ConvModule` whose input went through MEM and TIM: TEI when placed at `conv1`.

    Args:
        in_channels: channels C of the input.
        *args: further arguments of `ConvModule`.
        reduction: MEM's projections are C -> C / `reduction` -> C.
        shift_div: TIM starts as the shift of one in `shift_div` channels each way.
        **kwargs: arguments of `ConvModule`.

    Shapes: (N, C, T, H, W) -> what the convolution alone would give. T may be 1: a single frame is
    its own last.
    """

    def __init__(
        self, in_channels: int, *args, reduction: int = 8, shift_div: int = 8, **kwargs
    ) -> None:
        super().__init__(in_channels, *args, **kwargs)
        self.mem = MotionEnhanced(in_channels, reduction)
        self.tim = TemporalInteraction(in_channels, shift_div)
        self.init_unit()

    def init_unit(self) -> None:
        """TIM starts as a shift; MEM as it was drawn when built, since no start is known."""
        self.tim.init_shift()

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, T, H, W) -> (N, C_out, T', H', W')."""
        return super().forward(self.tim(self.mem(x)))
