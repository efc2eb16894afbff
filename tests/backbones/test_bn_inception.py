"""BN-Inception, and TSN and TRN on it."""

import numpy as np
import pytest
import torch
from mmaction.registry import MODELS
from torch import nn

from smallbig_mm.backbones import BNInception
from smallbig_mm.backbones.bn_inception import rename_official
from smallbig_mm.errors import WeightsError
from smallbig_mm.pretrained import count_loaded

from ..golden.weights import clip
from .inception import golden, official_state_dict, recognizer, relative_error, scores

HEADS = {"tsn": "TSNHead", "trn": "TRNHead"}


def network(name: str) -> nn.Module:
    head = dict(type=HEADS[name], num_classes=174, in_channels=1024)
    cfg = dict(type="Recognizer2D", backbone=dict(type="BNInception"), cls_head=head)
    return recognizer(cfg, name, rename_official)


@pytest.fixture(scope="module")
def tsn():
    return network("tsn")


def test_tsn_gives_its_authors_scores(tsn):
    case = "1x3x224x224"
    found = scores(tsn, clip(case).transpose(1, 2))
    assert relative_error(found, golden("tsn")[f"{case}/logits"]) < 1e-5


def test_trn_gives_its_authors_scores():
    """Of the same subsets of frames: both draw them from numpy's random numbers alike."""
    case, model = "1x8x224x224", network("trn")
    frames = clip(case).transpose(1, 2)
    np.random.seed(0)
    assert relative_error(scores(model, frames), golden("trn")[f"{case}/logits"]) < 1e-5
    assert relative_error(scores(model, frames), golden("trn")[f"{case}/logits"]) > 1e-3


@pytest.mark.parametrize("case", ["1x1x224x224", "2x1x69x101", "1x2x101x67"])
def test_maps_are_the_authors_at_odd_sizes(tsn, case):
    with torch.no_grad():
        found = tsn.backbone(clip(case).transpose(1, 2).flatten(0, 1))
    wanted = golden("tsn")
    assert relative_error(found.mean((0, 2, 3)), wanted[f"{case}/channels"]) < 1e-5
    assert relative_error(found.mean(1), wanted[f"{case}/map"]) < 1e-5


def test_the_parameters_quoted_for_trn():
    """13.1 M as its authors publish it; 18.3 M with an MLP a subset, and 400 classes."""
    backbone = parameters(BNInception())
    assert backbone + parameters(trn_head(174)) == 13_141_218
    head = trn_head(400)
    again = sum(2 * parameters(mlp) for mlp in head.consensus.fc_fusion_scales[1:])
    assert round((backbone + parameters(head) + again) / 1e6, 1) == 18.3


def trn_head(num_classes: int) -> nn.Module:
    return MODELS.build(dict(type="TRNHead", num_classes=num_classes, in_channels=1024))


def parameters(module: nn.Module) -> int:
    return sum(p.numel() for p in module.parameters())


def test_published_weights_load(tmp_path):
    """Under Caffe's names, with norms as the first PyTorch wrote them, and a classifier."""
    prefix = "base_model."
    tensors = {
        name.removeprefix(prefix): value[None] if "_bn" in name and value.dim() else value
        for name, value in official_state_dict("tsn").items()
        if name.startswith(prefix) and "tracked" not in name
    }
    assert len(tensors) == 69 * 6
    path = tmp_path / "bn_inception.pth"
    torch.save({**tensors, "fc.weight": torch.ones(2, 1024)}, path)
    backbone = BNInception(pretrained=str(path))
    backbone.init_weights()
    state = backbone.state_dict()
    for name, value in tensors.items():
        assert state[rename_official(name)].equal(value[0] if "_bn" in name else value), name
    found = count_loaded(backbone, path)
    assert found.loaded == found.tensors == 69

    torch.save({"layer1.weight": torch.ones(3)}, path)
    with pytest.raises(WeightsError, match=r"none of its 1 tensors fits"):
        BNInception(pretrained=str(path)).init_weights()


def test_partial_bn_keeps_all_norms_but_the_first():
    backbone = BNInception(partial_bn=True).train()
    names = [n for n, m in backbone.named_modules() if isinstance(m, nn.BatchNorm2d)]
    before = {name: value.clone() for name, value in backbone.state_dict().items()}
    backbone(torch.randn(2, 3, 64, 64)).sum().backward()
    for number, name in enumerate(names):
        norm = backbone.get_submodule(name)
        assert norm.running_mean.equal(before[f"{name}.running_mean"]) == (number > 0)
        assert norm.weight.requires_grad == (number == 0)
    trained = {name: p for name, p in backbone.named_parameters() if p.requires_grad}
    assert len(trained) == 69 * 2 + 2
    assert all(p.grad.isfinite().all() and p.grad.any() for p in trained.values())
    assert not any(norm.training for norm in backbone.eval().modules())


def test_sizes_that_3c_and_4e_cannot_halve():
    with pytest.raises(ValueError, match=r"10x8 positions .* that 32 divides"):
        BNInception()(torch.zeros(1, 3, 80, 64))
