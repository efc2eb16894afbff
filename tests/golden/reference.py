"""Golden outputs of peers' own implementations, for weights that need no file.

How the `.npz` files were made: a reference network was built with 100 classes, filled by
`reference_tensor` under its own tensor names, put in eval mode and run in float64 with torch
2.13.0 (CPU) on `weights.clip`. Its fixed pooling before the classifier, which takes one input size
only, was replaced by the mean over all positions, in I3D of each two frames, which it equals at
that size. A file holds `tensors` (names and shapes) and of each case,
`<batch>x<frames>x<height>x<width>`, `<case>/features` (every eighth channel before that pooling,
float32) and `<case>/logits` (float64).

| file | repository | commit | licence |
|---|---|---|---|
| mfnet | cypw/PyTorch-MFNet | 4d3434efe24f90b1b8d49aba5c1512a9a401de57 | MIT |
| i3d | piergiaj/pytorch-i3d | 05783d11f9632b25fe3d50395a9c9bb51f848d6d | Apache-2.0 |
| s3dg | antoine77340/S3D_HowTo100M | b8cd0bbfd16fe41629d1b15e0cf384d75f56101a | Apache-2.0 |
| glore_r50, glore_r101 | facebookresearch/GloRe | 9c6a7340ebb44a66a3bf1945094fc685fb7b730d | MIT |
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor, nn

from .weights import GOLDEN, clip, official_tensor

# What ends on a residual path is kept small, or activations would grow with every block; the graph
# unit, which multiplies three functions of its input, throughout.
_GAINS = {
    **{"conv_i2.conv.weight": 0.3, "conv_m2.conv.weight": 0.7, "conv_m3.conv.weight": 0.3},
    **{"conv_state.weight": 0.05, "conv_proj.weight": 0.05, "conv_extend.weight": 0.5},
    **{"fc.weight": 0.5, "blocker.weight": 0.003},
}


def reference_tensor(name: str, shape: tuple[int, ...]) -> Tensor:
    """The value of a reference's tensor: a function of its name and shape alone."""
    gain = next((gain for suffix, gain in _GAINS.items() if name.endswith(suffix)), 1)
    return official_tensor(name, shape) * gain


def state_dict(model: str) -> dict[str, Tensor]:
    """A reference's full state dict, float32."""
    with np.load(GOLDEN / f"{model}.npz") as golden:
        lines = [str(line).split() for line in golden["tensors"]]
    return {name: reference_tensor(name, tuple(map(int, shape))) for name, *shape in lines}


def cases(model: str) -> list[str]:
    """The cases of a file."""
    with np.load(GOLDEN / f"{model}.npz") as golden:
        return sorted(key.split("/")[0] for key in golden.files if key.endswith("/logits"))


def fill(model: nn.Module, tensors: dict[str, Tensor], rename: Callable[[str], str]) -> None:
    """Load a reference's tensors into a recogniser, every one of either into one of the other."""
    own = model.state_dict()
    named = {rename(name): value for name, value in tensors.items()}
    named = {n if n.startswith("cls_head.") else f"backbone.{n}": v for n, v in named.items()}
    assert len(named) == len(tensors)
    missing = {name for name in own if name not in named}
    assert all(name.endswith("num_batches_tracked") for name in missing), missing
    model.load_state_dict({n: v.reshape(own[n].shape) for n, v in named.items()}, strict=False)
    assert named.keys() <= own.keys(), named.keys() - own.keys()


def errors(model: nn.Module, golden: str, case: str) -> dict[str, float]:
    """Relative differences of a filled recogniser's features and scores from the reference's."""
    model.eval()
    with torch.no_grad(), np.load(GOLDEN / f"{golden}.npz") as wanted:
        features = model.backbone(clip(case))
        found = dict(features=features[:, ::8], logits=model.cls_head(features))
        differences = {}
        for key, value in found.items():
            expected = wanted[f"{case}/{key}"].astype(np.float64)
            assert value.shape == expected.shape
            difference = np.linalg.norm(value.double().numpy() - expected)
            differences[key] = float(difference / np.linalg.norm(expected))
    return differences
