"""`train()` and `eval()` can be chained."""

from __future__ import annotations

import logging
import re
from typing import Any

import pytest
import torch
from mmengine.registry import init_default_scope

from smallbig_mm import get_config
from smallbig_mm.compat import networks
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


def recogniser(kind: str, **more: Any) -> torch.nn.Module:
    """Of 2D, whose views are frames, or of 3D."""
    from mmaction.registry import MODELS
    from mmengine.registry import init_default_scope

    init_default_scope("mmaction")

    if kind == "2D":
        backbone = dict(type="ResNetTSM", depth=18, num_segments=4, pretrained=None)
        head = dict(type="TSMHead", num_segments=4, in_channels=512)
    else:
        backbone = dict(type="ResNet3dUnits", depth=23, base_channels=4, pretrained=None)
        head = dict(type="I3DHead", in_channels=128)
    head |= dict(num_classes=5, average_clips="prob")
    cfg = dict(type=f"Recognizer{kind}", backbone=backbone, cls_head=head, **more)
    return MODELS.build(cfg).eval()


def scores(network: torch.nn.Module, inputs: torch.Tensor) -> tuple[torch.Tensor, list[int]]:
    """Of each video, and how many views the backbone had at a time."""
    from mmaction.structures import ActionDataSample

    seen: list[int] = []
    handle = network.backbone.register_forward_pre_hook(lambda _, x: seen.append(len(x[0])))
    with torch.no_grad():
        samples = network.predict(inputs, [ActionDataSample() for _ in inputs])
    handle.remove()
    return torch.stack([sample.pred_score for sample in samples]), seen


@pytest.mark.parametrize("kind, shape", [("3D", (2, 3, 3, 4, 32, 32)), ("2D", (2, 8, 3, 32, 32))])
def test_clips_reach_the_network_in_channels_last(kind, shape) -> None:
    network = recogniser(kind)
    seen: list[torch.Tensor] = []
    network.backbone.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
    clips = torch.randn(shape)
    scores(network, clips)
    network(clips, stage="head")
    layout = torch.channels_last if kind == "2D" else torch.channels_last_3d
    assert len(seen) == 2
    for given in seen:
        assert given.is_contiguous(memory_format=layout)
        assert torch.equal(given, clips.flatten(0, 1))


def test_a_tsm_without_a_file_of_weights_is_drawn() -> None:
    network = recogniser("2D")
    network.init_weights()
    first = network.backbone.conv1.conv.weight
    assert first.isfinite().all() and first.std() > 0


def test_2d_weights_of_a_tsm_are_loaded_without_a_line_each(tmp_path, capsys) -> None:
    backbone = recogniser("2D").backbone
    torch.save({"layer1.0.conv1.weight": torch.ones(64, 64, 3, 3)}, tmp_path / "r18.pth")
    backbone.pretrained = str(tmp_path / "r18.pth")
    backbone.load_original_weights(logging.getLogger("none"))
    wrapped = backbone.layer1[0].conv1.conv  # the shift has its place
    assert (wrapped.net.weight == 1).all()
    assert "wrapped_name" not in capsys.readouterr().out


@pytest.mark.parametrize(
    "kind, shape, most, parts",
    [
        ("3D", (1, 6, 3, 4, 32, 32), 4, [4, 2]),
        ("3D", (3, 2, 3, 4, 32, 32), 4, [4, 2]),  # a batch, which mmaction2 refuses
        ("2D", (1, 24, 3, 32, 32), 9, [8, 8, 8]),  # frames, in whole clips of four
        ("2D", (2, 8, 3, 32, 32), 2, [4] * 4),
    ],
)
def test_a_few_views_at_a_time_give_the_same_scores(kind, shape, most, parts, monkeypatch) -> None:
    """Whether `max_testing_views` says how many or their size does."""
    inputs = torch.randn(shape)
    network = recogniser(kind)
    whole, seen = scores(network, inputs)
    assert seen == [sum(parts)]
    network.test_cfg = dict(max_testing_views=most)
    few, seen = scores(network, inputs)
    assert seen == parts and network.test_cfg == dict(max_testing_views=most)
    torch.testing.assert_close(few, whole, rtol=1e-5, atol=1e-7)
    network.test_cfg = None
    monkeypatch.setattr(networks, "POSITIONS", most * inputs[0, 0, 0].numel())
    by_size, seen = scores(network, inputs)
    assert seen == parts and torch.equal(by_size, few)
    assert len({tuple(row.tolist()) for row in few}) == shape[0]  # the videos' own


def test_a_2d_network_whose_neck_sees_all_clips_is_not_divided(monkeypatch) -> None:
    neck = dict(
        type="TPN",
        in_channels=(256, 512),
        out_channels=256,
        spatial_modulation_cfg=dict(in_channels=(256, 512), out_channels=512),
        temporal_modulation_cfg=dict(downsample_scales=(4, 4)),
        upsample_cfg=dict(scale_factor=(1, 1, 1)),
        downsample_cfg=dict(downsample_scale=(1, 1, 1)),
        level_fusion_cfg=dict(
            in_channels=(256, 256),
            mid_channels=(256, 256),
            out_channels=256,
            downsample_scales=((1, 1, 1), (1, 1, 1)),
        ),
    )
    network = recogniser("2D", neck=neck)
    network.backbone.out_indices = (2, 3)
    monkeypatch.setattr(networks, "POSITIONS", 1)
    seen: list[int] = []
    network.backbone.register_forward_pre_hook(lambda _, x: seen.append(len(x[0])))
    network.extract_feat(torch.randn(1, 8, 3, 32, 32), test_mode=True)
    assert seen == [8]


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


def test_a_step_in_bfloat16_trains() -> None:
    from mmaction.structures import ActionDataSample

    network = recogniser("3D").train()
    samples = [ActionDataSample().set_gt_label(label) for label in (0, 3)]
    with torch.autocast("cpu", torch.bfloat16):
        losses = network(torch.randn(2, 1, 3, 4, 32, 32), samples, mode="loss")
    assert losses["loss_cls"].dtype == torch.float32 and losses["top1_acc"].dtype == torch.float64
    losses["loss_cls"].backward()
    assert network.cls_head.fc_cls.weight.grad.isfinite().all()
