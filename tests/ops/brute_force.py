"""What pooling is, as a loop."""

from itertools import product

import torch


def brute_force_pool(x, view, pool):
    """Every output position looks at its view, clipped to the clip."""
    n, c, *size = x.shape
    half = [size[0] if v == "T" else v // 2 for v in view]
    out = torch.empty_like(x)
    for centre in product(*map(range, size)):
        tube = x[
            (..., *(slice(max(p - h, 0), p + h + 1) for p, h in zip(centre, half, strict=True)))
        ]
        flat = tube.reshape(n, c, -1)
        out[(..., *centre)] = flat.amax(-1) if pool == "max" else flat.mean(-1)
    return out
