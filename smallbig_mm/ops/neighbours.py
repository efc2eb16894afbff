"""The positions of other frames whose features are nearest."""

from __future__ import annotations

from contextlib import nullcontext

import torch
from torch import Tensor


@torch.no_grad()
def nearest_elsewhere(x: Tensor, k: int) -> Tensor:
    """The k positions of other frames nearest to each position, by the features' L2 distance.

    In full precision also under autocast: half precision ties what differs.

    Args:
        x: features, (N, C, T, H, W).
        k: at most the (T - 1) H W positions of other frames.

    Returns:
        (N, THW, k), nearest first, as positions of the flattened clip. Which one of equally near
        positions comes first is not defined.
    """
    frames, area = x.shape[2], x.shape[3] * x.shape[4]
    device = x.device.type
    known = torch.amp.is_autocast_available(device)
    with torch.autocast(device, enabled=False) if known else nullcontext():
        points = x.flatten(2).transpose(1, 2).float()  # (N, P, C)
        # |p - q|^2 without |q|^2, which is the same for all p
        distances = points.square().sum(2)[:, None] - 2 * (points @ points.transpose(1, 2))
    own = torch.eye(frames, dtype=torch.bool, device=x.device)[:, None, :, None]
    apart = distances.view(-1, frames, area, frames, area).masked_fill(own, torch.inf)
    return apart.view_as(distances).topk(k, dim=2, largest=False).indices
