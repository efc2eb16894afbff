"""`train()` and `eval()` can be chained."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from smallbig_mm.compat.networks import _returns_nothing


@pytest.mark.parametrize(
    "config",
    [
        {"type": "ResNet3d", "depth": 18, "pretrained": None},
        {"type": "ResNet", "depth": 18},
        {"type": "X3D", "gamma_w": 1, "gamma_b": 2.25, "gamma_d": 2.2},
        {"type": "MobileNetV2"},
    ],
    ids=lambda config: config["type"],
)
def test_train_and_eval_return_the_network(config: dict[str, Any]) -> None:
    from mmaction.registry import MODELS

    network = MODELS.build({"pretrained": None, **config})
    assert network.eval() is network
    assert not network.training
    assert network.train() is network
    assert network.training
    owner = next(kind for kind in type(network).__mro__ if "train" in vars(kind))
    assert vars(owner)["train"].__wrapped__(network) is None  # upstream's own


def test_a_train_that_returns_is_left_alone() -> None:
    class Healthy(torch.nn.Module):
        def train(self, mode: bool = True) -> Healthy:
            return super().train(mode)

    assert not _returns_nothing(Healthy.train)
