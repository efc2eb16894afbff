"""The extra units against their equations, in float64."""

import pytest
import torch
from mmaction.registry import MODELS
from torch import nn

TYPES = ["SmallBigExtraUnit", "SimpleExtraUnit"]


def build(**cfg):
    torch.manual_seed(0)
    unit = MODELS.build(dict(in_channels=8, **cfg)).double()
    nn.init.uniform_(unit.bn.weight, 0.5, 1.5)
    nn.init.normal_(unit.bn.bias)
    return unit.eval()


def pointwise(conv, x):
    return torch.einsum("oi,nithw->nothw", conv.weight.flatten(1), x)


@pytest.mark.parametrize("pool", ["max", "avg"])
def test_default_unit(pool):
    unit, x = build(type="SmallBigExtraUnit", pool=pool), torch.randn(2, 8, 3, 5, 4).double()
    view = x.flatten(2).amax(-1) if pool == "max" else x.flatten(2).mean(-1)
    attention = pointwise(unit.reduce, view[..., None, None, None]).sigmoid()
    scale = unit.bn.weight / (1 + unit.bn.eps) ** 0.5
    shape = (1, -1, 1, 1, 1)
    y = pointwise(unit.expand, pointwise(unit.reduce, x) * attention)
    expected = x + y * scale.view(shape) + unit.bn.bias.view(shape)
    torch.testing.assert_close(unit(x), expected)


def test_simple_unit():
    unit, x = build(type="SimpleExtraUnit"), torch.randn(2, 8, 3, 5, 4).double()
    view = x.flatten(2).amax(-1)[..., None, None, None]
    attention = pointwise(unit.expand, pointwise(unit.reduce, view).clamp(min=0)).sigmoid()
    torch.testing.assert_close(unit(x), x + unit.bn(x * attention))


@pytest.mark.parametrize("unit", TYPES)
def test_starts_as_the_identity(unit):
    unit, x = MODELS.build(dict(type=unit, in_channels=8)), torch.randn(2, 8, 3, 5, 4)
    assert torch.equal(unit(x), x)


def test_unshared_unit_starts_as_the_shared_one_and_has_more_weights():
    shared = build(type="SmallBigExtraUnit")
    apart = build(type="SmallBigExtraUnit", share_weights=False)
    assert torch.equal(apart.reduce.weight, apart.big_reduce.weight)
    assert apart.reduce.weight is not apart.big_reduce.weight
    extra = sum(p.numel() for p in apart.parameters()) - sum(p.numel() for p in shared.parameters())
    assert extra == 8 * 2


@pytest.mark.parametrize("unit", TYPES)
def test_wrong_pool_is_named(unit):
    with pytest.raises(ValueError, match="'max' or 'avg'"):
        MODELS.build(dict(type=unit, in_channels=8, pool="median"))
