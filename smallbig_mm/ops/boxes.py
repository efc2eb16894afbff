"""Boxes (x1, y1, x2, y2) in fractions of the frame: how far they overlap, what features they hold.

No compiled operators are needed: mmcv-lite has none.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor


def grid_boxes(sides: tuple[int, ...] = (1, 2, 3, 6)) -> Tensor:
    """Tiles of a frame at several scales: s x s equal ones for each s of `sides`.

    Returns:
        (K, 4), K the sum of squares of `sides`: 50, as many as proposals in the paper.
    """
    tiles = [
        torch.tensor([i, j, i + 1, j + 1]) / s for s in sides for j in range(s) for i in range(s)
    ]
    return torch.stack(tiles)


def box_iou(a: Tensor, b: Tensor) -> Tensor:
    """Intersection over union of each pair; 0 where both boxes are empty.

    Args:
        a: (..., K, 4).
        b: (..., L, 4).

    Returns:
        (..., K, L), in 0..1.
    """
    a, b = a[..., :, None, :], b[..., None, :, :]
    sides = torch.minimum(a[..., 2:], b[..., 2:]) - torch.maximum(a[..., :2], b[..., :2])
    shared = sides.clamp(min=0).prod(-1)
    union = (a[..., 2:] - a[..., :2]).prod(-1) + (b[..., 2:] - b[..., :2]).prod(-1) - shared
    return shared / union.clamp(min=torch.finfo(union.dtype).eps)


def roi_align(x: Tensor, boxes: Tensor, size: int = 7, samples: int = 2) -> Tensor:
    """RoIAlign (Mask R-CNN, arXiv 1703.06870) of each time step's own boxes.

    A box is cut into `size` x `size` bins; a bin's feature is the mean of `samples` x `samples`
    values, each interpolated bilinearly between the nearest positions' centres.

    Args:
        x: features, (N, C, T, H, W).
        boxes: (N, T, K, 4).
        size: bins along each side.
        samples: values along each side of a bin.

    Returns:
        (N, T, K, C, size, size).
    """
    n, c, t = x.shape[:3]
    k = boxes.shape[2]
    steps = (torch.arange(size * samples).to(boxes) + 0.5) / (size * samples)
    grid = torch.stack(torch.meshgrid(steps, steps, indexing="xy"), -1)  # (S, S, 2)
    first, last = boxes.reshape(n * t, k, 1, 1, 4).split(2, -1)
    grid = first + (last - first) * grid  # (NT, K, S, S, 2)
    exact = torch.promote_types(x.dtype, boxes.dtype)  # no positions in half precision
    frames = x.transpose(1, 2).flatten(0, 1).to(exact)
    points = (grid.flatten(1, 2) * 2 - 1).to(exact)
    values = F.grid_sample(frames, points, padding_mode="border", align_corners=False)
    bins = values.reshape(n, t, c, k, size, samples, size, samples).mean((5, 7))
    return bins.transpose(2, 3).to(x.dtype)
