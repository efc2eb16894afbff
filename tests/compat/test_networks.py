"""`train()` and `eval()` can be chained."""

from __future__ import annotations

import re
from typing import Any

import pytest
import torch
from mmengine.registry import init_default_scope

from smallbig_mm import get_config
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


@pytest.mark.parametrize(
    ("config", "width", "backbone"),
    [
        ("smallbig_r50_k400", 2048, {"base_channels": 16, "depth": 50}),
        ("smallbig_r23_k400", 2048, {"base_channels": 4}),
        ("slowonly_r50_k400", 2048, {"depth": 18}),
        (
            "slowfast_r50_4x16_k400",
            2304,
            {"channel_ratio": 16, "fast_pathway": {"base_channels": 4}},
        ),
    ],
)
def test_a_head_of_another_width_than_its_backbone_is_refused(config, width, backbone) -> None:
    from mmaction.registry import MODELS

    init_default_scope("mmaction")
    cfg = get_config(config)
    cfg.merge_from_dict({"model": {"backbone": {**backbone, "pretrained": None}}})
    with pytest.raises(ValueError, match=rf"in_channels={width}, but model.backbone gives") as told:
        MODELS.build(cfg.model)
    wanted = re.search(r"set model\.cls_head\.in_channels=(\d+)", str(told.value))
    assert wanted is not None
    cfg.model.cls_head.in_channels = int(wanted[1])
    model = MODELS.build(cfg.model).eval()
    clip = torch.zeros(1, 1, 3, 32 if "slowfast" in config else 8, 32, 32)
    with torch.no_grad():
        assert model(clip, stage="head")[0].shape[-1] == 400
