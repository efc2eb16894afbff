"""Networks on BN-Inception beside their authors', whose weights are those of `golden/weights.py`.

How the golden files were made, in float64 with torch 2.13.0 (CPU): the authors' own classes with
174 classes were filled by `official_tensor` under their checkpoints' names and put in eval mode.
`tensors` holds these names and shapes, `<case>/logits` the class scores.

- `tsn.npz`: `TSN` of github.com/yjxiong/tsn-pytorch (2f0468e049760530b4995bf72c8a512623929c39) on
  `BNInception` of the submodule that it names, github.com/yjxiong/tensorflow-model-zoo.torch
  (9788c674f3058741a4c4128142c21877052863ee); also the means of 5b's map over batch and space
  (`<case>/channels`) and over channels (`<case>/map`).
- `trn.npz`: `TSN` with TRNmultiscale of github.com/zhoubolei/TRN-pytorch
  (060509c4a25bb83d9dfa7c3444e850a49b8bed88) on the same, after `numpy.random.seed(0)`.
- `eco_full.npz`, `eco_lite.npz`: `ECOfull` and `ECO` of github.com/mzolfaghari/ECO-pytorch
  (b175e7c2449d83af76fbaeebe8a9aa0f44c17972). At other sizes than 224 their last pools, of 7x7, are
  over the whole map.

The consensus of TSN and ECO, an autograd function of a form that torch no longer takes, was written
as the mean, or nothing, that it is.
"""

from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np
import torch
from mmaction.registry import MODELS
from mmengine.registry import init_default_scope
from torch import Tensor, nn

from smallbig_mm.backbones.bn_inception import rename_checkpoint

from ..golden.weights import GOLDEN, official_tensor


def golden(name: str) -> dict[str, np.ndarray]:
    with np.load(GOLDEN / f"{name}.npz") as file:
        return dict(file)


def official_state_dict(name: str) -> dict[str, Tensor]:
    """A checkpoint's, under the authors' names."""
    shapes = json.loads(str(golden(name)["tensors"]))
    return {theirs: official_tensor(theirs, tuple(shape)) for theirs, shape in shapes.items()}


def recognizer(cfg: dict, name: str, rename: Callable[[str], str]) -> nn.Module:
    """Built through the registry and filled with the authors' weights, all of them."""
    init_default_scope("mmaction")
    model = MODELS.build(cfg)
    weights = official_state_dict(name)
    model.load_state_dict({rename_checkpoint(k, rename): v for k, v in weights.items()})
    return model.eval()


def scores(model: nn.Module, inputs: Tensor) -> Tensor:
    with torch.no_grad():
        features, arguments = model.extract_feat(inputs)
        return model.cls_head(features, **arguments)


def relative_error(found: Tensor, wanted: np.ndarray) -> float:
    return float(np.linalg.norm(found.double().numpy() - wanted) / np.linalg.norm(wanted))
