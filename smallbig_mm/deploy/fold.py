"""Folding: a trained network -> an equal one for inference, in plain PyTorch, without batch norms.

    BN(W x) = W' x + b,   W' = g / sqrt(v + e) W,   b = beta - g m / sqrt(v + e)

Convolutions that span one frame run over N * T frames in 2D, sums run in place, and pooling
frame by frame. What has no rule here stays as it is.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from mmcv.cnn import ConvModule
from mmcv.cnn.bricks import wrappers
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.nn.utils.fusion import fuse_conv_bn_eval, fuse_conv_bn_weights

from ..backbones.blocks import UnitBasicBlock, UnitBottleneck
from ..backbones.inception3d import SameConv
from ..ops.layout import ChannelsLastConv3d, channels_last, on_one_thread, over_frames
from ..ops.pool import pool_view_separable
from ..units import SimpleExtraUnit, SmallBig, SmallBigExtraUnit, TEIConv, TemporalShiftConv


def fold(network: nn.Module) -> nn.Module:
    """An equal network for inference; `network` itself, and so its checkpoint, is left alone.

    Args:
        network: any, e.g. a backbone, a recogniser or a `Classifier`; its running statistics count,
            whatever its mode.

    Returns:
        A network of the same call, in eval mode, whose parameters take no gradients.
    """
    return _folded(copy.deepcopy(network).eval()).requires_grad_(False)


def _folded(module: nn.Module) -> nn.Module:
    """By the rule of its type, else with its children folded."""
    for name, child in module.named_children():
        if type(module) not in WHOLE:
            setattr(module, name, _folded(child))
    rule = RULES.get(type(module))
    return module if rule is None else rule(module)


# --------------------------------------------------------------------------------------------------
# Convolutions


class FrameConv(nn.Conv2d):
    """A convolution that spans one frame: (N, C_in, T, H, W) -> (N, C_out, T, H', W')."""

    def forward(self, x: Tensor) -> Tensor:
        return over_frames(self._convolve, x)

    def _convolve(self, frames: Tensor) -> Tensor:
        if self.weight[0, 0].numel() > 1 or any(self.padding) or not on_one_thread(frames):
            return super().forward(frames)
        h, w = self.stride
        positions = frames[:, :, ::h, ::w].permute(0, 2, 3, 1)
        return F.linear(positions, self.weight.flatten(1), self.bias).permute(0, 3, 1, 2)


def _over_frames(conv: Any) -> Any:
    """The same convolution in 2D where it spans one frame, else itself."""
    along_time = conv.kernel_size[0], conv.stride[0], conv.padding[0]
    if conv.weight.ndim != 5 or along_time != (1, 1, 0) or conv.groups > 1:
        return conv
    sizes = (conv.kernel_size, conv.stride, conv.padding, conv.dilation)
    frames = FrameConv(conv.in_channels, conv.out_channels, *(size[1:] for size in sizes))
    frames.weight = nn.Parameter(channels_last(conv.weight.squeeze(2)))
    frames.bias = conv.bias
    return frames


def _fused(conv: Any, norm: Any) -> Any:
    return _over_frames(fuse_conv_bn_eval(conv, norm))


def _conv_module(module: Any) -> Any:
    """A `ConvModule`, or a unit that goes before one, with its norm in its convolution."""
    known = type(module.conv) in (wrappers.Conv2d, wrappers.Conv3d, ChannelsLastConv3d)
    if module.order[:2] == ("conv", "norm") and known and isinstance(module.norm, _BatchNorm):
        module.conv = _fused(module.conv, module.norm)
        delattr(module, module.norm_name)
        module.norm_name, module.with_norm = None, False
    return module


# --------------------------------------------------------------------------------------------------
# Units


class FoldedSmallBig(nn.Module):
    """y = W_s x + W_b pool(x) + b: the shared convolution, scaled for either view."""

    def __init__(self, unit: SmallBig) -> None:
        super().__init__()
        self.view, self.pool = unit.view, unit.pool
        self.small = _fused(unit.conv, unit.norm)
        self.big: Any = None
        if unit.big_bn is not None:
            self.big = _fused(unit.conv if unit.big_conv is None else unit.big_conv, unit.big_bn)
            self.small.bias = nn.Parameter(self.small.bias + self.big.bias)
            self.big.bias = None
        self.activate = unit.activate if unit.with_activation else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        pooled = pool_view_separable(x, self.view, self.pool)
        if self.big is None:
            return self.activate(self.small(x + pooled))
        y = self.small(x)
        y += self.big(pooled)
        return self.activate(y)


class FoldedExtraUnit(nn.Module):
    """y = x + W2' diag(a) W1 x + b: attention a scales W2, not the features."""

    def __init__(self, unit: SmallBigExtraUnit) -> None:
        super().__init__()
        big_reduce = unit.reduce if unit.big_reduce is None else unit.big_reduce
        expand: Any = fuse_conv_bn_eval(unit.expand, unit.bn)
        self.pool, self.bias = unit.pool, expand.bias
        self.reduce, self.big_reduce, self.expand = (
            nn.Parameter(conv.weight.flatten(1)) for conv in (unit.reduce, big_reduce, expand)
        )

    def forward(self, x: Tensor) -> Tensor:
        attention = F.linear(_pooled(x, self.pool).flatten(1), self.big_reduce).sigmoid()
        positions = x.permute(0, 2, 3, 4, 1)
        flat = positions.flatten(1, 3)  # (N, THW, C)
        expand = self.expand * attention[:, None]  # (N, C, C/4)
        y = torch.baddbmm(flat, F.linear(flat, self.reduce), expand.transpose(1, 2))
        y += self.bias
        return y.view(positions.shape).permute(0, 4, 1, 2, 3)


class FoldedSimpleExtraUnit(nn.Module):
    """y = (1 + g a) x + b, with the norm's g and b."""

    def __init__(self, unit: SimpleExtraUnit) -> None:
        super().__init__()
        self.pool, self.reduce, self.expand = unit.pool, unit.reduce, unit.expand
        norm = unit.bn
        statistics = norm.running_mean, norm.running_var, norm.eps, norm.weight, norm.bias
        scale, bias = fuse_conv_bn_weights(torch.ones_like(norm.bias)[:, None], None, *statistics)
        self.scale, self.bias = (nn.Parameter(each.view(-1, 1, 1, 1)) for each in (scale, bias))

    def forward(self, x: Tensor) -> Tensor:
        attention = self.expand(self.reduce(_pooled(x, self.pool)).relu()).sigmoid()
        return torch.addcmul(self.bias, x, 1 + self.scale * attention)


def _pooled(x: Tensor, pool: str) -> Tensor:
    """`pool_clip` for inference: (N, C, T, H, W) -> (N, C, 1, 1, 1)."""
    return (x.amax if pool == "max" else x.mean)((2, 3, 4), keepdim=True)


# --------------------------------------------------------------------------------------------------
# Blocks


class FoldedBlock(nn.Module):
    """A residual block, its sum in place: y = output_unit(relu(sum_unit(branch(z) + shortcut)))."""

    def __init__(self, block: Any) -> None:
        super().__init__()
        self.input_unit, self.shortcut = block.input_unit, block.downsample
        self.branch = nn.Sequential(*(getattr(block, name) for name in block.convs))
        relu = nn.ReLU(inplace=True) if isinstance(block.relu, nn.ReLU) else block.relu
        after = (block.sum_unit, relu, block.output_unit)
        self.after = nn.Sequential(*(each for each in after if each is not None))

    def forward(self, x: Tensor) -> Tensor:
        if self.input_unit is not None:
            x = self.input_unit(x)
        y = self.branch(x)
        y += x if self.shortcut is None else self.shortcut(x)
        return self.after(y)


def _with_batch_norms(folded: Callable[[Any], nn.Module]) -> Callable[[Any], nn.Module]:
    """Of a unit whose norms are others, itself."""

    def rule(unit: Any) -> nn.Module:
        norms = (getattr(unit, name, None) for name in ("norm", "big_bn", "bn"))
        known = all(norm is None or isinstance(norm, _BatchNorm) for norm in norms)
        return folded(unit) if known else unit

    return rule


def _block(block: Any) -> nn.Module:
    return block if block.non_local else FoldedBlock(block)


WHOLE = (SmallBig, SmallBigExtraUnit, SimpleExtraUnit)  # whose parts are not folded one by one
RULES: dict[type, Callable[[Any], nn.Module]] = {
    **dict.fromkeys((ConvModule, SameConv, TEIConv, TemporalShiftConv), _conv_module),
    **dict.fromkeys((UnitBasicBlock, UnitBottleneck), _block),
    SmallBig: _with_batch_norms(FoldedSmallBig),
    SmallBigExtraUnit: _with_batch_norms(FoldedExtraUnit),
    SimpleExtraUnit: _with_batch_norms(FoldedSimpleExtraUnit),
}
