"""What pooling is, as a loop."""

from itertools import product

import torch


def brute_force_pool(x, view, pool):
    """Every output position looks at its view, clipped to the clip."""
    n, c, *size = x.shape
    t, h, w = view
    if isinstance(t, tuple) and t[0] == "both":
        halves = zip(x.split((c + 1) // 2, 1), ("past", "future"), strict=True)
        looks = [brute_force_pool(half, ((way, t[1]), h, w), pool) for half, way in halves]
        return torch.cat(looks, 1)
    reach = [_reach(v, size[0]) for v in view]
    out = torch.empty_like(x)
    for centre in product(*map(range, size)):
        sides = zip(centre, reach, strict=True)
        tube = x[(..., *(slice(max(p - back, 0), p + ahead + 1) for p, (back, ahead) in sides))]
        flat = tube.reshape(n, c, -1)
        out[(..., *centre)] = flat.amax(-1) if pool == "max" else flat.mean(-1)
    return out


def _reach(size, frames):
    """How many positions a view has before and after its own, in one dimension."""
    if size == "T":
        return frames, frames
    if isinstance(size, int):
        return size // 2, size // 2
    way, number = size
    return {"past": (number - 1, 0), "future": (0, number - 1)}[way]
