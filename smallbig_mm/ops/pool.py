"""Pooling of views: around each position, on one side of it in time, and of the whole clip."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from math import inf
from typing import Literal, get_args

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.utils.checkpoint import checkpoint

from .layout import channels_last

Way = Literal["past", "future", "both"]
View = tuple[int | Literal["T"] | tuple[Way, int], int, int]
Form = Callable[[Tensor, View, str], Tensor]
POOLS, WAYS = ("max", "avg"), get_args(Way)


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
        view: (t, h, w). With `t='T'` the view is the whole clip. With `t=('past', n)` it is the
            frame and the n - 1 before it, with `('future', n)` the frame and the n - 1 after it,
            and with `('both', n)` the past in the first half of the channels and the future in
            the others.
        pool: `'max'` or `'avg'`.

    Returns:
        (N, C, T, H, W), or (N, C, 1, H, W) with `t='T'`: all frames have the same view.
    """
    t, h, w = view
    if isinstance(t, tuple):
        return _one_way(x, *t, h, w, pool)
    kernel = (x.shape[2] if t == "T" else t, h, w)
    padding = (0 if t == "T" else t // 2, h // 2, w // 2)
    x = channels_last(x)
    if pool == "max":
        return F.max_pool3d(x, kernel, stride=1, padding=padding)
    return F.avg_pool3d(x, kernel, stride=1, padding=padding, count_include_pad=False)


def _one_way(x: Tensor, way: Way, frames: int, h: int, w: int, pool: str) -> Tensor:
    """`pool_view` of the past, the future or both: the clip is made longer on the one side."""
    if way == "both":
        return _both(pool_view, x, frames, h, w, pool)
    longer = (0, 0, 0, 0, *_sides((way, frames)))
    kernel, padding = (frames, h, w), (0, h // 2, w // 2)
    if pool == "max":
        x = channels_last(F.pad(x, longer, value=-inf))
        return F.max_pool3d(x, kernel, stride=1, padding=padding)
    seen = torch.arange(1, x.shape[2] + 1, device=x.device).clamp(max=frames)
    seen = seen if way == "past" else seen.flip(0)
    x = channels_last(F.pad(x, longer))
    mean = F.avg_pool3d(x, kernel, stride=1, padding=padding, count_include_pad=False)
    return mean * frames / seen.view(-1, 1, 1)


def _both(form: Form, x: Tensor, frames: int, h: int, w: int, pool: str) -> Tensor:
    """One half of the channels by their past, the other by their future."""
    past, future = x.chunk(2, 1)
    looks = (
        form(past, (("past", frames), h, w), pool),
        form(future, (("future", frames), h, w), pool),
    )
    return torch.cat(looks, 1)


def _sides(size: int | tuple[Way, int]) -> tuple[int, int]:
    """How far a view looks back and ahead along one dimension."""
    if isinstance(size, int):
        return size // 2, size // 2
    way, frames = size
    return (frames - 1, 0) if way == "past" else (0, frames - 1)


def pool_view_separable(x: Tensor, view: View, pool: str = "max") -> Tensor:
    """`pool_view` for inference: a maximum along each dimension after the other."""
    t, h, w = view
    if pool != "max":
        return pool_view(x, view, pool)
    if isinstance(t, tuple) and t[0] == "both":
        return _both(pool_view_separable, x, t[1], h, w, pool)
    x = channels_last(x)
    if t == "T":
        t, x = 1, reduce(torch.maximum, x.unbind(2)).unsqueeze(2)
    for dim, size in zip((2, 3, 4), (t, h, w), strict=True):
        x = _maximum_around(x, dim, *_sides(size))
    return x


def _maximum_around(x: Tensor, dim: int, back: int, ahead: int) -> Tensor:
    """The maximum of each position, the `back` before and the `ahead` after it in one dimension."""
    found = x.clone() if back or ahead else x
    for step in range(1, x.shape[dim])[: max(back, ahead)]:
        others = x.shape[dim] - step
        for reach, here, there in ((back, step, 0), (ahead, 0, step)):
            if step <= reach:
                part = found.narrow(dim, here, others)
                torch.maximum(part, x.narrow(dim, there, others), out=part)
    return found


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
