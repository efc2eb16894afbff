"""Double attention against its equation, written out in float64."""

import pytest
import torch
from torch import nn

from smallbig_mm.units import DoubleAttentionUnit


def pointwise(conv: nn.Conv3d, x: torch.Tensor) -> torch.Tensor:
    y = torch.einsum("oc,ncthw->nothw", conv.weight.flatten(1), x)
    return y if conv.bias is None else y + conv.bias.view(-1, 1, 1, 1)


@pytest.mark.parametrize("reduction", [2, 4])
def test_gathers_and_distributes(reduction):
    torch.manual_seed(0)
    unit = DoubleAttentionUnit(8, reduction).double().eval()
    for conv in (unit.features, unit.gather, unit.distribute):
        nn.init.normal_(conv.weight), nn.init.normal_(conv.bias)
    nn.init.uniform_(unit.bn.weight, 0.5, 1.5), nn.init.normal_(unit.bn.bias)
    x = torch.randn(2, 8, 3, 5, 4).double()
    a, b, v = (pointwise(conv, x) for conv in (unit.features, unit.gather, unit.distribute))
    b = b.exp() / b.exp().sum((2, 3, 4), keepdim=True)  # over all positions
    v = v.exp() / v.exp().sum(1, keepdim=True)  # over the descriptors
    z = torch.einsum("bmthw,bnthw,bnijk->bmijk", a, b, v)
    torch.testing.assert_close(unit.attend(x), z)
    scale = unit.bn.weight / (1 + unit.bn.eps) ** 0.5
    y = pointwise(unit.expand, z) * scale.view(-1, 1, 1, 1) + unit.bn.bias.view(-1, 1, 1, 1)
    torch.testing.assert_close(unit(x), x + y)


def test_starts_as_the_identity_and_still_learns():
    unit, x = DoubleAttentionUnit(8), torch.randn(2, 8, 3, 5, 4)
    assert torch.equal(unit(x), x)
    unit(x).square().sum().backward()
    assert unit.bn.weight.grad.abs().min() > 0
