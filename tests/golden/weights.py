"""Weights and clips that two programs can each make, so that golden outputs need no stored weights.

How the `.npz` files beside this one were made: the authors' networks (github.com/xhl-video/
SmallBigNet, commit 9e6d9ea4b61a0efb87893ab830463f56d0c5c8b4; it has no licence, so none of its code
is here) were built with 100 classes and a `t_length` of the clip's frames, filled by
`official_tensor` under their own tensor names, put in eval mode, and run in float64 on `clip` with
torch 2.13.0 (CPU). R23 and R101 with extra units, which their `get_model` does not list, are their
network class with the block counts of R23 and R101 and their block with the extra unit in res3,
res4 and res5. `slowonly_r50_extra` is theirs: extra units in res4 and res5 only.

A model's `.npz` holds for each case, `<batch>x<frames>x<height>x<width>`, the class scores
(`<case>/logits`, float64) and the means over batch, time and space of every fourth channel of each
stage's output (`<case>/res2` ... `<case>/res5`, float32). `tensors.json` holds the names and shapes
of each model's tensors.

`numpy.random.RandomState` is used because its streams are frozen: every numpy gives these values.
"""

from __future__ import annotations

import json
import zlib
from math import prod
from pathlib import Path

import numpy as np
import torch

GOLDEN = Path(__file__).parent
# A branch that ends on the residual path is kept small, or activations would grow with every block;
# the extra unit's first convolution too, or its sigmoid would saturate.
_GAINS = {"conv3.weight": 0.15, "big4_1.weight": 0.1, "big4_2.0.weight": 3.0, "fc.weight": 0.5}
_GAINS |= {"branch2.c.weight": 0.15, "conv_out.weight": 0.15, "projection.weight": 0.5}  # others'


def tensor_shapes(model: str) -> dict[str, tuple[int, ...]]:
    """The tensors of one of the authors' networks, as `{name: shape}`."""
    shapes = json.loads((GOLDEN / "tensors.json").read_text())[model]
    return {name: tuple(shape) for name, shape in shapes.items()}


def official_tensor(name: str, shape: tuple[int, ...]) -> torch.Tensor:
    """The value of the authors' tensor `name`: a function of the name and the shape alone.

    No scale is zero, unlike at the start of training: without any one batch norm, small, big, extra
    or downsampling, the scores of `smallbig_r50_full` change by 1 % or more.
    """
    random = np.random.RandomState(zlib.crc32(name.encode()))
    if name.endswith("num_batches_tracked"):
        return torch.zeros(shape, dtype=torch.int64)
    if name.endswith("running_var"):
        values = random.uniform(0.5, 1.5, shape)
    elif name.endswith("weight") and len(shape) == 1:
        values = random.uniform(0.5, 1.5, shape) * (0.3 if ".big" in name else 1)
    elif name.endswith("weight"):
        gain = next((g for suffix, g in _GAINS.items() if name.endswith(suffix)), 1.0)
        values = random.standard_normal(shape) * gain * (2 / prod(shape[1:])) ** 0.5
    else:
        values = random.standard_normal(shape) * 0.1
    return torch.from_numpy(values.astype(np.float32))


def official_state_dict(model: str) -> dict[str, torch.Tensor]:
    """A full state dict of one of the authors' networks, float32."""
    return {name: official_tensor(name, shape) for name, shape in tensor_shapes(model).items()}


def clip(case: str) -> torch.Tensor:
    """The input of a case `<batch>x<frames>x<height>x<width>`: (N, 3, T, H, W), float32."""
    batch, frames, height, width = map(int, case.split("x"))
    random = np.random.RandomState(zlib.crc32(case.encode()))
    values = random.standard_normal((batch, 3, frames, height, width))
    return torch.from_numpy(values.astype(np.float32))
