"""The temporal shift module, TSM (Lin et al., ICCV 2019), as a unit: y = W shift(x).

A part of the channels moves one frame back in time, as many move one frame ahead, the rest stay;
what moves out of the clip is dropped and zeros move in. It costs no parameter and no multiply-add.
"""

from __future__ import annotations

import torch
from mmaction.registry import MODELS
from mmcv.cnn import ConvModule
from torch import Tensor


def temporal_shift(x: Tensor, shift_div: int = 8) -> Tensor:
    """Shifts two times C // `shift_div` channels of (N, C, T, H, W) by one frame along T."""
    fold = x.shape[1] // shift_div
    back, ahead, still = x.split([fold, fold, x.shape[1] - 2 * fold], dim=1)
    blank = torch.zeros_like(back[:, :, :1])
    back = torch.cat([back[:, :, 1:], blank], dim=2)
    ahead = torch.cat([blank, ahead[:, :, :-1]], dim=2)
    return torch.cat([back, ahead, still], dim=1)


@MODELS.register_module()
class TemporalShiftConv(ConvModule):
    """A `ConvModule` whose input is shifted in time: TSM's residual shift when placed at `conv1`.

    The same network as mmaction2's `ResNetTSM`, on the host, so that its depth and width can be
    those of the networks it is compared with.

    Args:
        *args: arguments of `ConvModule`.
        shift_div: one in `shift_div` channels shifts each way.
        **kwargs: arguments of `ConvModule`.

    Shapes: (N, C_in, T, H, W) -> what the convolution alone would give.
    """

    def __init__(self, *args, shift_div: int = 8, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.shift_div = shift_div

    def forward(self, x: Tensor) -> Tensor:
        """(N, C_in, T, H, W) -> (N, C_out, T', H', W')."""
        return super().forward(temporal_shift(x, self.shift_div))
