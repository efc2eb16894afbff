"""ECO Full and Lite."""

import pytest
import torch
from torch import nn

from smallbig_mm.backbones import ECO
from smallbig_mm.backbones.eco import rename_eco

from ..golden.weights import clip
from .inception import golden, official_state_dict, recognizer, relative_error, scores

WIDTHS = {"eco_full": 1536, "eco_lite": 512}


def network(name: str, num_classes: int = 174) -> nn.Module:
    head = dict(type="I3DHead", num_classes=num_classes, in_channels=WIDTHS[name])
    backbone = dict(type="ECO", full=name == "eco_full")
    return recognizer(dict(type="Recognizer3D", backbone=backbone, cls_head=head), name, rename_eco)


@pytest.mark.parametrize(
    "case", ["2x6x69x101", pytest.param("1x4x224x224", marks=pytest.mark.slow)]
)
@pytest.mark.parametrize("name", WIDTHS)
def test_scores_are_the_authors(name, case):
    found = scores(network(name), clip(case)[:, None])
    assert relative_error(found, golden(name)[f"{case}/logits"]) < 1e-5


@pytest.mark.parametrize("full, wanted", [(True, 47.50), (False, 37.50)])
def test_parameters_with_the_400_classes_of_its_authors(full, wanted):
    with torch.device("meta"):
        backbone = ECO(full)
    width = 1536 if full else 512
    found = sum(p.numel() for p in backbone.parameters()) + 400 * (width + 1)
    assert round(found / 1e6, 2) == wanted


@pytest.mark.slow
def test_every_parameter_is_trained_in_half_precision():
    backbone = ECO().train()
    backbone.init_weights()
    with torch.autocast("cpu", torch.bfloat16):
        out = backbone(torch.randn(2, 3, 2, 64, 64))
    out.float().square().sum().backward()
    assert all(p.grad.isfinite().all() and p.grad.any() for p in backbone.parameters())


@pytest.mark.slow
@pytest.mark.parametrize("full", [True, False])
def test_compiles_into_one_graph(full):
    backbone = ECO(full).eval()
    clips = torch.randn(2, 3, 4, 64, 96)
    with torch.no_grad():
        compiled = torch.compile(backbone, fullgraph=True, backend="aot_eager")(clips)
        torch.testing.assert_close(compiled, backbone(clips))
    assert compiled.shape == ((2, 1536, 1, 1, 1) if full else (2, 512, 1, 2, 3))


def test_both_halves_of_a_file_load_and_what_it_has_not_is_drawn(tmp_path):
    """As of Lite into Full: the rest of BN-Inception is not in its file."""
    path = tmp_path / "eco.pth"
    weights = official_state_dict("eco_lite")
    wrapped = {f"module.{name}": value for name, value in weights.items()}
    torch.save(dict(state_dict=wrapped, best_prec1=1.0), path)
    backbone = ECO(pretrained=str(path))
    backbone.init_weights()
    state = backbone.state_dict()
    for name, value in weights.items():
        assert name.startswith("base_model.fc_final.") or state[rename_eco(name)].equal(value)
    assert state["inception.5b.one.bn.weight"].eq(1).all()
    assert backbone.pretrained == str(path)
