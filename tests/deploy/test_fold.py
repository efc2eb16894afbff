"""A folded network is the network, in eval mode."""

import pytest
import torch
from mmaction.registry import MODELS
from mmengine.registry import init_default_scope
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm

import smallbig_mm
from smallbig_mm.deploy.classifier import Classifier
from smallbig_mm.deploy.fold import fold

SMALLBIG = dict(type="ResNet3dSmallBig", base_channels=8)
NETWORKS = {
    "2D": dict(type="ResNet3dUnits", depth=23, base_channels=8),
    "basic blocks": dict(type="ResNet3dUnits", depth=18, base_channels=8),
    "3D": dict(type="ResNet3dUnits", depth=23, base_channels=8, inflate=(0, 0, 1, 1)),
    "typical": dict(SMALLBIG, depth=23),
    "full": dict(SMALLBIG, depth=23, extra_unit="default"),
    "full R50": dict(SMALLBIG, depth=50, extra_unit="default", base_channels=4),
    "simple": dict(SMALLBIG, depth=23, extra_unit="simple"),
    "average": dict(SMALLBIG, depth=23, pool="avg", extra_unit="default"),
    "not shared": dict(SMALLBIG, depth=23, share_weights=False, extra_unit="default"),
    "single norm": dict(SMALLBIG, depth=23, norm="single"),
    "slow only": dict(SMALLBIG, depth=23, views=((3, 3, 3), None, None), inflate=(0, 0, 1, 1)),
    "other views": dict(SMALLBIG, depth=23, views=((5, 1, 1), (3, 5, 5), (1, 3, 3))),
    "past": dict(SMALLBIG, depth=23, views=((("past", 3), 3, 3), None, (("future", 2), 1, 1))),
    "both": dict(SMALLBIG, depth=23, views=((("both", 4), 1, 1), (("both", 3), 3, 3), None)),
    "past, average": dict(
        SMALLBIG, depth=23, pool="avg", views=((("past", 3), 3, 3), None, (("both", 2), 1, 3))
    ),
    "leaky": dict(SMALLBIG, depth=23, act_cfg=dict(type="LeakyReLU", negative_slope=0.5)),
    "checkpointed": dict(SMALLBIG, depth=23, with_cp=True),
}


def drawn(network: nn.Module) -> nn.Module:
    """Norms as a training could have left them."""
    for norm in network.modules():
        if isinstance(norm, _BatchNorm):
            nn.init.uniform_(norm.weight, 0.3, 0.8)
            nn.init.normal_(norm.bias, std=0.2)
            nn.init.normal_(norm.running_mean, std=0.3)
            nn.init.uniform_(norm.running_var, 0.5, 2)
    return network


@torch.no_grad()
def difference(network: nn.Module, folded: nn.Module, clip: torch.Tensor) -> float:
    """Relative to the largest of the network's outputs."""
    expected, found = network(clip), folded(clip)
    assert found.shape == expected.shape
    return float((found - expected).abs().max() / expected.abs().max())


@pytest.mark.parametrize("name", NETWORKS)
def test_folded_is_equal_at_any_size(name):
    network = drawn(MODELS.build(NETWORKS[name])).double().eval()
    folded = fold(network)
    assert not any(isinstance(module, _BatchNorm) for module in folded.modules())
    assert not any(parameter.requires_grad for parameter in folded.parameters())
    for size in ((4, 96, 96), (5, 97, 110), (8, 130, 96)):
        clip = torch.randn(2, 3, *size, dtype=torch.float64)
        before = clip.clone()
        assert difference(network, folded, clip) < 1e-12
        assert torch.equal(clip, before)
    clip = clip[:1].float()
    assert difference(network.float(), folded.float(), clip) < 1e-5


def test_units_with_other_norms_stay():
    norms = dict(norm_cfg=dict(type="GN", num_groups=2), extra_unit="default")
    network = MODELS.build(dict(SMALLBIG, depth=23, **norms)).double().eval()
    clip = torch.randn(1, 3, 4, 96, 96, dtype=torch.float64)
    assert difference(network, fold(network), clip) < 1e-12


def test_the_network_and_its_mode_stay():
    network = drawn(MODELS.build(NETWORKS["full"])).train()
    state = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    folded = fold(network)
    folded(torch.randn(1, 3, 4, 96, 96))
    assert network.training and all(p.requires_grad for p in network.parameters())
    assert all(torch.equal(state[name], tensor) for name, tensor in network.state_dict().items())
    assert state.keys() == network.state_dict().keys()


@pytest.mark.parametrize("name", ["smallbig_r23_k400", "slowfast_r50_4x16_k400", "tsm_r50_8f_k400"])
def test_a_recognisers_scores_stay(name):
    """Of mmaction2's own networks, too: what has no rule is left as it is."""
    init_default_scope("mmaction")
    network = drawn(smallbig_mm.get_model(name, num_classes=7)).eval()
    classifier = Classifier(network)
    clip = torch.randn(1, 8, 3, 96, 96) if classifier.by_frames else torch.randn(1, 3, 32, 96, 96)
    folded = fold(classifier)
    norms = [sum(isinstance(m, _BatchNorm) for m in n.modules()) for n in (classifier, folded)]
    assert norms[1] < norms[0] / 3
    assert difference(classifier, folded, clip) < 1e-5


def test_features_of_several_stages_are_not_overwritten():
    """Sums are in place, but in nothing that is handed on."""
    network = drawn(MODELS.build(dict(NETWORKS["full"], out_indices=(0, 1, 2, 3)))).double().eval()
    clip = torch.randn(1, 3, 4, 96, 96, dtype=torch.float64)
    with torch.no_grad():
        for expected, found in zip(network(clip), fold(network)(clip), strict=True):
            torch.testing.assert_close(found, expected)
