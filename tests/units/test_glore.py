"""The graph reasoning unit against its equation, in float64, and GloRe's narrower form."""

import pytest
import torch
from mmaction.registry import MODELS
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

import smallbig_mm  # noqa: F401


@pytest.mark.parametrize("states_per_node", [1, 2])
def test_equation(states_per_node):
    torch.manual_seed(0)
    unit = MODELS.build(dict(type="GloReUnit", in_channels=8, states_per_node=states_per_node))
    unit = unit.double().eval()
    for tensor in [*unit.parameters(), unit.bn.running_mean]:
        nn.init.normal_(tensor)
    x = torch.randn(2, 8, 3, 4, 5).double()

    def pointwise(conv, x):
        bias = 0 if conv.bias is None else conv.bias.view(1, -1, 1, 1, 1)
        return torch.einsum("oi,nithw->nothw", conv.weight.flatten(1), x) + bias

    states, weights = pointwise(unit.state, x), pointwise(unit.projection, x)
    assert states.shape[1] == 2 * states_per_node and weights.shape[1] == 2
    nodes = torch.einsum("nmthw,nkthw->nmk", states, weights)
    mixed = torch.einsum("lk,nmk->nml", unit.over_nodes.weight[..., 0], nodes)
    mixed = (nodes + mixed + unit.over_nodes.bias).clamp(min=0)
    reasoned = torch.einsum("sm,nmk->nsk", unit.over_states.weight[..., 0], mixed)
    y = pointwise(unit.extend, torch.einsum("nsk,nkthw->nsthw", reasoned, weights))
    assert (unit(x) - x).norm() > 0.1 * x.norm()
    torch.testing.assert_close(unit(x), x + unit.bn(y))


def test_as_many_states_as_nodes_cost_what_the_paper_prints():
    """28.9 G for R50: results/notes.csv says so."""
    with torch.device("meta"):
        unit = dict(type="GloReUnit", states_per_node=1)
        net = MODELS.build(dict(type="PreActResNet3d", depth=50, unit=unit)).eval()
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        net(torch.empty(1, 3, 8, 224, 224, device="meta"))
    assert counter.get_total_flops() / 2e9 == pytest.approx(28.99, abs=5e-3)
    head = 2048 * 400 + 400
    assert sum(p.numel() for p in net.parameters()) + head == pytest.approx(31.21e6, rel=2e-4)


def test_a_network_of_another_depth_is_refused():
    with pytest.raises(ValueError, match=r"depth=34: choose one of \[50, 101\]"):
        MODELS.build(dict(type="PreActResNet3d", depth=34))


def test_network_starts_as_the_one_without_units():
    torch.manual_seed(0)
    net = MODELS.build(dict(type="PreActResNet3d", depth=50))
    net.init_weights()
    plain = MODELS.build(dict(type="PreActResNet3d", depth=50, unit=None))
    left = plain.load_state_dict(net.state_dict(), strict=False)
    assert not left.missing_keys and all(".output_unit." in n for n in left.unexpected_keys)
    x = torch.randn(1, 3, 4, 32, 32)
    with torch.no_grad():
        torch.testing.assert_close(net.eval()(x), plain.eval()(x))
