"""Networks on BN-Inception give their authors' outputs, for the weights of `golden/weights.py`.

How the golden files were made, in float64 with torch 2.13.0 (CPU), after the authors' own classes
were filled by `official_tensor` under their checkpoints' names and put in eval mode; `tensors` in
each holds these names and shapes.

- `tsn.npz`: `TSN` of github.com/yjxiong/tsn-pytorch (commit 2f0468e049760530b4995bf72c8a512623929c39)
  on BNInception of github.com/yjxiong/tensorflow-model-zoo.torch (commit
  9788c674f3058741a4c4128142c21877052863ee): scores of 3 frames, and of 5b's map its means over
  space (`channels`) and over channels (`map`), at 224 and at odd sizes.
- `trn.npz`: `TSN` of github.com/zhoubolei/TRN-pytorch (commit
  060509c4a25bb83d9dfa7c3444e850a49b8bed88) with TRNmultiscale on the same, after
  `numpy.random.seed(0)`, as it draws frames in testing, too.
- `eco_full.npz`, `eco_lite.npz`: ECOfull and ECO of github.com/mzolfaghari/ECO-pytorch (commit
  b175e7c2449d83af76fbaeebe8a9aa0f44c17972); its pools of 7x7 are over the whole map at other sizes
  than 224.

Loading BNInception's own weights was left out, and the consensus of TSN and ECO, an autograd
function of a form that torch no longer takes, written as the mean or identity that it is.
"""

import json
from math import prod

import numpy as np
import pytest
import torch
from mmaction.registry import MODELS
from mmengine.registry import init_default_scope

from smallbig_mm.backbones.bn_inception import rename_checkpoint
from smallbig_mm.backbones.eco import rename_eco

from ..golden.weights import GOLDEN, clip, official_tensor

FRAMES = dict(type="Recognizer2D", backbone=dict(type="BNInception"))
TRN = dict(type="TRNHead", num_classes=174, in_channels=1024)
NETWORKS = {
    "tsn": dict(FRAMES, cls_head=dict(type="TSNHead", num_classes=174, in_channels=1024)),
    "trn": dict(FRAMES, cls_head=TRN),
    "eco_full": dict(
        type="Recognizer3D",
        backbone=dict(type="ECO"),
        cls_head=dict(type="I3DHead", num_classes=174, in_channels=1536),
    ),
    "eco_lite": dict(
        type="Recognizer3D",
        backbone=dict(type="ECO", full=False),
        cls_head=dict(type="I3DHead", num_classes=174, in_channels=512),
    ),
}


def golden(name: str) -> dict[str, np.ndarray]:
    with np.load(GOLDEN / f"{name}.npz") as file:
        return dict(file)


def network(name: str) -> torch.nn.Module:
    """Through the registry, filled under the authors' names."""
    init_default_scope("mmaction")
    model = MODELS.build(NETWORKS[name])
    model.load_state_dict(
        {
            rename_checkpoint(theirs, rename_eco): official_tensor(theirs, tuple(shape))
            for theirs, shape in json.loads(str(golden(name)["tensors"])).items()
        }
    )
    return model.eval()


def relative_error(found: torch.Tensor, wanted: np.ndarray) -> float:
    return float(np.linalg.norm(found.double().numpy() - wanted) / np.linalg.norm(wanted))


@pytest.mark.parametrize("name", NETWORKS)
def test_scores_are_the_authors(name, record_property):
    model, wanted = network(name), golden(name)
    cases = [key for key in wanted if key.endswith("/logits")]
    errors = {}
    for key in cases:
        x = clip(key.split("/")[0])
        # one clip of a video, or frames
        x = x[:, None] if "3D" in NETWORKS[name]["type"] else x.transpose(1, 2)
        np.random.seed(0)
        with torch.no_grad():
            features, arguments = model.extract_feat(x)
            errors[key] = relative_error(model.cls_head(features, **arguments), wanted[key])
    record_property("errors", errors)
    assert max(errors.values()) < 1e-5, errors
    assert len(errors) == (2 if "eco" in name else 1)
    assert prod(wanted[cases[0]].shape) == 174 * wanted[cases[0]].shape[0]


def test_maps_are_the_authors_at_odd_sizes(record_property):
    backbone, wanted = network("tsn").backbone, golden("tsn")
    errors = {}
    for case in ("1x1x224x224", "2x1x69x101", "1x2x101x67"):
        with torch.no_grad():
            y = backbone(clip(case).transpose(1, 2).flatten(0, 1))
        errors[f"{case}/channels"] = relative_error(y.mean((0, 2, 3)), wanted[f"{case}/channels"])
        errors[f"{case}/map"] = relative_error(y.mean(1), wanted[f"{case}/map"])
    record_property("errors", errors)
    assert max(errors.values()) < 1e-5, errors
