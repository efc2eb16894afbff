"""The head with an extra unit."""

import torch
from mmaction.registry import MODELS
from torch import nn


def test_extra_unit_comes_before_the_pooling():
    cfg = dict(num_classes=5, in_channels=8, dropout_ratio=0)
    head = MODELS.build(dict(type="ExtraUnitHead", **cfg))
    plain = MODELS.build(dict(type="I3DHead", **cfg))
    head.init_weights()
    plain.load_state_dict({k: v for k, v in head.state_dict().items() if "extra" not in k})
    x = torch.randn(2, 8, 4, 3, 3)
    torch.testing.assert_close(head(x), plain(x))  # starts as the plain head
    nn.init.ones_(head.extra_unit.bn.weight)
    torch.testing.assert_close(head.eval()(x), plain.eval()(head.extra_unit(x)))
    assert (head(x) - plain(x)).abs().max() > 1e-4


def test_simple_unit_in_the_head():
    unit = dict(type="SimpleExtraUnit")
    head = MODELS.build(dict(type="ExtraUnitHead", num_classes=5, in_channels=8, extra_unit=unit))
    assert type(head.extra_unit).__name__ == "SimpleExtraUnit"
