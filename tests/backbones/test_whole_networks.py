"""What every network that is not the host keeps to: a new one is a line in `NETWORKS`."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import pytest
import torch
from mmaction.registry import MODELS
from mmengine.registry import init_default_scope
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.utils.flop_counter import FlopCounterMode

import smallbig_mm  # noqa: F401
from smallbig_mm.backbones.official_names import GLORE, I3D, MFNET, Rules, renamed

from ..golden import reference


class Network(NamedTuple):
    """A backbone with its head, what it costs, and a clip that is small for it."""

    backbone: dict
    head: dict
    clip: tuple[int, int, int]
    params: float  # in M, with 400 classes
    gmac: float
    small: tuple[int, int, int]
    official: tuple[str, Rules] | None = None  # golden file, names
    heavy: bool = False


NETWORKS = {
    "artnet": Network(
        dict(type="ARTNet"), dict(in_channels=512), (16, 112, 112), *(39.68, 25.69, (8, 32, 32))
    ),
    "stc_base": Network(
        dict(type="ResNeXt3d", stc=False),
        dict(in_channels=2048),
        (32, 112, 112),
        *(48.34, 19.13, (8, 32, 32)),
        heavy=True,
    ),
    "stc": Network(
        dict(type="ResNeXt3d"),
        dict(in_channels=2048),
        (32, 112, 112),
        *(57.90, 19.16, (8, 32, 32)),
    ),
    "mfnet": Network(
        dict(type="MFNet"),
        dict(in_channels=768),
        (16, 224, 224),
        *(8.00, 11.05, (4, 32, 32)),
        ("mfnet", MFNET),
    ),
    "i3d": Network(
        dict(type="Inception3D"),
        dict(type="WindowHead", in_channels=1024),
        (64, 224, 224),
        *(12.70, 111.15, (16, 32, 32)),
        ("i3d", I3D),
    ),
    "s3dg": Network(
        dict(type="Inception3D", gated_separable=True),
        dict(type="WindowHead", in_channels=1024),
        (64, 224, 224),
        *(9.53, 71.92, (16, 32, 32)),
    ),
    "glore_r50": Network(
        dict(type="PreActResNet3d", depth=50),
        dict(in_channels=2048),
        (8, 224, 224),
        *(33.73, 31.78, (2, 32, 32)),
        ("glore_r50", GLORE),
    ),
    "glore_r101": Network(
        dict(type="PreActResNet3d", depth=101),
        dict(in_channels=2048),
        (8, 224, 224),
        *(57.44, 50.32, (2, 32, 32)),
        ("glore_r101", GLORE),
        heavy=True,
    ),
}
EVERY = pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[pytest.mark.slow] if network.heavy else [])
        for name, network in NETWORKS.items()
    ],
)


def build(name: str, classes: int = 400) -> nn.Module:
    init_default_scope("mmaction")
    network = NETWORKS[name]
    head = dict(dict(type="I3DHead", num_classes=classes, dropout_ratio=0), **network.head)
    return MODELS.build(dict(type="Recognizer3D", backbone=network.backbone, cls_head=head))


@lru_cache(maxsize=1)
def filled(name: str) -> nn.Module:
    """A network with the weights of its golden file."""
    golden, rules = NETWORKS[name].official
    model = build(name, classes=100)
    reference.fill(model, reference.state_dict(golden), lambda name: renamed(name, rules))
    return model


def awake(model: nn.Module) -> nn.Module:
    """Random norms, so that every branch counts."""
    for norm in (m for m in model.modules() if isinstance(m, _BatchNorm)):
        nn.init.uniform_(norm.weight, 0.5, 1.0)
        nn.init.normal_(norm.bias, std=0.1)
    return model


def clip(name: str, batch: int = 2) -> torch.Tensor:
    torch.manual_seed(0)
    return torch.randn(batch, 3, *NETWORKS[name].small)


@pytest.mark.parametrize("name", NETWORKS)
def test_costs(name):
    """Within 0.5 % and 1 % of what was measured on the reference or derived from the paper."""
    network = NETWORKS[name]
    with torch.device("meta"):
        model = build(name).eval()
    params = sum(p.numel() for p in model.parameters()) / 1e6
    assert params == pytest.approx(network.params, rel=5e-3)
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        model.cls_head(model.backbone(torch.empty(1, 3, *network.clip, device="meta")))
    assert counter.get_total_flops() / 2e9 == pytest.approx(network.gmac, rel=1e-2)


@pytest.mark.parametrize(
    "name, case",
    [
        pytest.param(name, case, marks=[pytest.mark.slow] if network.heavy else [])
        for name, network in NETWORKS.items()
        if network.official
        for case in reference.cases(network.official[0])
    ],
)
def test_outputs_are_the_reference_s(name, case, record_property):
    errors = reference.errors(filled(name), NETWORKS[name].official[0], case)
    record_property("errors", errors)
    assert max(errors.values()) < 1e-5, errors


@EVERY
def test_every_parameter_gets_a_finite_gradient(name):
    model = build(name)
    model.init_weights()
    model = awake(model).train()
    x = clip(name)
    model.cls_head(model.backbone(x)).square().mean().backward()
    for parameter, p in model.named_parameters():
        assert p.grad is not None and p.grad.isfinite().all() and p.grad.any(), parameter


@pytest.mark.slow
@EVERY
def test_bf16_autocast(name):
    """Trains, and scores as in float32."""
    model = build(name)
    model.init_weights()
    x = clip(name)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        model.train().cls_head(model.backbone(x)).float().square().mean().backward()
    assert all(p.grad.isfinite().all() for p in model.parameters())
    with torch.no_grad():
        exact = model.eval().backbone(x)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            found = model.backbone(x)
    assert found.dtype == torch.bfloat16
    assert (found - exact).norm() / exact.norm() < 0.1


@pytest.mark.slow
@EVERY
def test_torch_compile_is_one_graph(name):
    backbone = build(name).backbone.eval()
    x = clip(name, batch=1)
    with torch.no_grad():
        compiled = torch.compile(backbone, backend="eager", fullgraph=True)
        torch.testing.assert_close(compiled(x), backbone(x))


@EVERY
def test_any_clip(name):
    """More frames, other sizes, odd ones."""
    network = NETWORKS[name]
    frames, height, width = network.small
    model = build(name).eval()
    with torch.no_grad():
        for shape in ((frames + 1, height + 3, width + 21), (2 * frames, height, width)):
            assert model.cls_head(model.backbone(torch.randn(1, 3, *shape))).shape == (1, 400)
