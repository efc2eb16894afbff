"""The memory layout of features: channels-last, the fastest for convolutions, norms and pooling.

A position's channels lie side by side. PyTorch hands the layout on from layer to layer, but for
convolutions of a few small maps on the CPU, and of 1x1x1 ones with one thread at any size: these
take a path that is slow, and gives the other layout back.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from mmengine.registry import MODELS
from torch import Tensor, nn

FORMATS = {4: torch.channels_last, 5: torch.channels_last_3d}
CONV3D = dict(type="ChannelsLastConv3d")


def channels_last(x: Tensor) -> Tensor:
    """`x`, (N, C, H, W) or (N, C, T, H, W), in channels-last; itself if it lies so already.

    torch.onnx's older exporter knows no layouts, and is left without.
    """
    return x if torch.onnx.is_in_onnx_export() else x.contiguous(memory_format=FORMATS[x.ndim])


def over_frames(function: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
    """Apply a function of frames, (N * T, C, H, W), to each frame of (N, C, T, H, W).

    In channels-last no features move.
    """
    frames = function(x.transpose(1, 2).flatten(0, 1))
    return frames.unflatten(0, (x.shape[0], x.shape[2])).transpose(1, 2)


@MODELS.register_module()
class ChannelsLastConv3d(nn.Conv3d):
    """A `Conv3d` that gives channels-last; with one thread a 1x1x1 one is a matrix product.

    A compiled or exported graph has the convolution, which other runtimes know better.
    """

    def forward(self, x: Tensor) -> Tensor:
        """(N, C_in, T, H, W) -> (N, C_out, T', H', W')."""
        pointwise = self.weight[0, 0].numel() == self.groups == 1 and not any(self.padding)
        if not pointwise or not on_one_thread(x):
            return channels_last(super().forward(x))
        t, h, w = self.stride
        positions = x[:, :, ::t, ::h, ::w].permute(0, 2, 3, 4, 1)
        return F.linear(positions, self.weight.flatten(1), self.bias).permute(0, 4, 1, 2, 3)


def on_one_thread(x: Tensor) -> bool:
    """Whether PyTorch convolves `x` without oneDNN if the kernel is 1x1x1, or 1x1.

    Not in a graph that is compiled or exported, where others decide how to convolve.
    """
    compiled = torch.compiler.is_compiling() or torch.compiler.is_exporting()
    if compiled or torch.onnx.is_in_onnx_export():
        return False
    return x.device.type == "cpu" and torch.get_num_threads() == 1
