"""Pooling of views: around each position, and of the whole clip."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.utils.checkpoint import checkpoint

from .layout import channels_last

View = tuple[int | Literal["T"], int, int]
POOLS = ("max", "avg")


def check_pool(pool: str) -> str:
    """Return `pool`.

    Raises:
        ValueError: if it is neither `'max'` nor `'avg'`.
    """
    if pool not in POOLS:
        raise ValueError(f"pool={pool!r}: choose 'max' or 'avg'")
    return pool


def pool_view(x: Tensor, view: View, pool: str = "max") -> Tensor:
    """Pool the `view` around each position, with stride 1; what lies outside the clip is ignored.

    Args:
        x: features, (N, C, T, H, W).
        view: (t, h, w); with `t='T'` the view is the whole clip.
        pool: `'max'` or `'avg'`.

    Returns:
        (N, C, T, H, W), or (N, C, 1, H, W) with `t='T'`: all frames have the same view.
    """
    t, h, w = view
    kernel = (x.shape[2] if t == "T" else t, h, w)
    padding = (0 if t == "T" else t // 2, h // 2, w // 2)
    x = channels_last(x)
    if pool == "max":
        return F.max_pool3d(x, kernel, stride=1, padding=padding)
    return F.avg_pool3d(x, kernel, stride=1, padding=padding, count_include_pad=False)


def pool_view_separable(x: Tensor, view: View, pool: str = "max") -> Tensor:
    """`pool_view` for inference: a maximum along each dimension after the other."""
    t, h, w = view
    if pool != "max":
        return pool_view(x, view, pool)
    x = channels_last(x)
    if t == "T":
        t, x = 1, reduce(torch.maximum, x.unbind(2)).unsqueeze(2)
    for dim, size in zip((2, 3, 4), (t, h, w), strict=True):
        x = _maximum_around(x, dim, size)
    return x


def _maximum_around(x: Tensor, dim: int, size: int) -> Tensor:
    """The maximum of the `size` positions around each, along one dimension."""
    for _ in range(size // 2):
        earlier, x = x, x.clone()
        others = x.shape[dim] - 1
        for here, there in ((1, 0), (0, 1)):
            part = x.narrow(dim, here, others)
            torch.maximum(part, earlier.narrow(dim, there, others), out=part)
    return x


def pool_again(convolve: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
    """`convolve(x)`, a pooling and then a convolution; pooled again in the backward pass.

    In training neither the pooled features, which the convolution would keep, nor max pooling's
    indices of 8 bytes each stay in memory; the convolution itself is not run again. A compiler
    decides by itself what to keep.
    """
    if not torch.is_grad_enabled() or torch.compiler.is_compiling():
        return convolve(x)
    return checkpoint(convolve, x, use_reentrant=False, preserve_rng_state=False)


def pool_clip(x: Tensor, pool: str = "max") -> Tensor:
    """Pool the whole clip, `'max'` or `'avg'`: (N, C, T, H, W) -> (N, C, 1, 1, 1)."""
    return F.adaptive_max_pool3d(x, 1) if pool == "max" else F.adaptive_avg_pool3d(x, 1)
