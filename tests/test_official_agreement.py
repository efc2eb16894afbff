"""Our networks give the authors' outputs, for the weights and clips of `golden/weights.py`."""

from math import prod
from pathlib import Path

import numpy as np
import pytest
import torch
from mmaction.registry import MODELS
from mmengine.registry import init_default_scope
from torch import nn

from smallbig_mm.checkpoints import convert

from .golden.weights import GOLDEN, clip, official_state_dict

FULL = dict(extra_unit="default")
PLAIN = dict(views=(None, None, None))
SLOWONLY = dict(**PLAIN, inflate=(0, 0, 1, 1))
NETWORKS = {
    "r50": dict(depth=50, **PLAIN),
    "slowonly_r50": dict(depth=50, **SLOWONLY),
    "slowonly_r50_extra": dict(depth=50, **SLOWONLY, **FULL, extra_stages=(4, 5)),
    "smallbig_r23_typical": dict(depth=23),
    "smallbig_r23_full": dict(depth=23, **FULL),
    "smallbig_r50_typical": dict(depth=50),
    "smallbig_r50_full": dict(depth=50, **FULL),
    "smallbig_r101_typical": dict(depth=101),
    "smallbig_r101_full": dict(depth=101, **FULL),
}
STAGES = ("res2", "res3", "res4", "res5")


def cases():
    """Every case of every network; those of more work than R101 on 8 frames of 112x112 are slow."""
    for name, args in NETWORKS.items():
        with np.load(GOLDEN / f"{name}.npz") as golden:
            found = sorted({key.split("/")[0] for key in golden.files})
        for case in found:
            heavy = args["depth"] * prod(map(int, case.split("x"))) > 101 * 8 * 112 * 112
            yield pytest.param(name, case, marks=[pytest.mark.slow] if heavy else [])


@pytest.fixture(scope="module")
def network(tmp_path_factory):
    """Builds a network through the registry and fills it through the converter; keeps the last."""
    last: dict[str, nn.Module] = {}

    def get(name: str) -> nn.Module:
        if name not in last:
            last.clear()
            init_default_scope("mmaction")
            official: Path = tmp_path_factory.mktemp("official") / f"{name}.pth"
            torch.save(official_state_dict(name), official)
            model = MODELS.build(
                dict(
                    type="Recognizer3D",
                    backbone=dict(
                        type="ResNet3dSmallBig", **NETWORKS[name], out_indices=(0, 1, 2, 3)
                    ),
                    cls_head=dict(
                        type="I3DHead", num_classes=100, in_channels=2048, dropout_ratio=0
                    ),
                )
            )
            tensors = convert(official)[0].tensors
            model.load_state_dict(tensors)
            official.unlink()
            last[name] = model.eval()
        return last[name]

    return get


def relative_error(found: torch.Tensor, wanted: np.ndarray) -> float:
    return float(np.linalg.norm(found.double().numpy() - wanted) / np.linalg.norm(wanted))


def outputs(model: nn.Module, x: torch.Tensor) -> dict[str, torch.Tensor]:
    with torch.no_grad():
        features = model.backbone(x)
        logits = model.cls_head(features[-1])
    means = {s: f.mean((0, 2, 3, 4))[::4] for s, f in zip(STAGES, features, strict=True)}
    return means | {"logits": logits}


@pytest.mark.parametrize(("name", "case"), list(cases()))
def test_outputs_are_the_authors(network, name, case, record_property):
    found = outputs(network(name), clip(case))
    with np.load(GOLDEN / f"{name}.npz") as golden:
        errors = {
            key: relative_error(value, golden[f"{case}/{key}"]) for key, value in found.items()
        }
    record_property("errors", errors)
    assert max(errors.values()) < 1e-5, errors


def test_outputs_are_the_authors_in_double_precision(network):
    name, case = "smallbig_r23_full", "1x5x75x97"
    model = network(name).double()
    try:
        logits = outputs(model, clip(case).double())["logits"]
    finally:
        model.float()
    with np.load(GOLDEN / f"{name}.npz") as golden:
        assert relative_error(logits, golden[f"{case}/logits"]) < 1e-12


def test_a_missing_branch_would_show(network):
    """The tolerance is far below what a branch of a single block contributes."""
    name, case = "smallbig_r23_full", "1x5x75x97"
    model = network(name)
    with np.load(GOLDEN / f"{name}.npz") as golden:
        wanted = golden[f"{case}/logits"]
    block = model.backbone.layer3[1]
    for norm in (*(getattr(block, f"conv{n}").big_bn for n in (1, 2, 3)), block.input_unit.bn):
        weight = norm.weight.detach().clone()
        nn.init.zeros_(norm.weight)
        logits = outputs(model, clip(case))["logits"]
        norm.weight.data.copy_(weight)
        assert relative_error(logits, wanted) > 1e-3
