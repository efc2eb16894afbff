"""A recogniser whose views a backend sees gives the recogniser's own scores, or says why not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from mmaction.registry import MODELS
from mmaction.structures import ActionDataSample
from mmengine.config import Config
from mmengine.registry import init_default_scope

from smallbig_mm.compat import networks
from smallbig_mm.deploy import recogniser as deploy
from smallbig_mm.deploy.execution import PLAIN, Execution
from smallbig_mm.deploy.recogniser import DeployedRecogniser
from smallbig_mm.errors import UserError

RESNET3D = dict(type="ResNet3dUnits", depth=23, base_channels=4, pretrained=None)
TPN = dict(
    type="TPN",
    in_channels=(256, 512),
    out_channels=64,
    spatial_modulation_cfg=dict(in_channels=(256, 512), out_channels=512),
    temporal_modulation_cfg=dict(downsample_scales=(4, 4)),
    upsample_cfg=dict(scale_factor=(1, 1, 1)),
    downsample_cfg=dict(downsample_scale=(1, 1, 1)),
    level_fusion_cfg=dict(
        in_channels=(64, 64), mid_channels=(64, 64), out_channels=64,
        downsample_scales=((1, 1, 1), (1, 1, 1)),
    ),
)  # fmt: skip
KINDS: dict[str, tuple[dict[str, Any], tuple[int, ...]]] = {
    "I3D": (
        dict(
            type="Recognizer3D", backbone=RESNET3D, cls_head=dict(type="I3DHead", in_channels=128)
        ),
        (6, 3, 4, 32, 32),
    ),
    "TSM": (
        dict(
            type="Recognizer2D",
            backbone=dict(type="ResNetTSM", depth=18, num_segments=4, pretrained=None),
            cls_head=dict(type="TSMHead", num_segments=4, in_channels=512),
        ),
        (12, 3, 32, 32),
    ),
    "TSN": (
        dict(
            type="Recognizer2D",
            backbone=dict(type="ResNet", depth=18),
            cls_head=dict(type="TSNHead", in_channels=512),
        ),
        (12, 3, 32, 32),
    ),
    "TPN": (
        dict(
            type="Recognizer2D",
            backbone=dict(
                type="ResNetTSM", depth=18, num_segments=4, pretrained=None, out_indices=(2, 3)
            ),
            neck=TPN,
            cls_head=dict(type="TPNHead", in_channels=4096),
        ),
        (8, 3, 32, 32),
    ),
}


def build(kind: str, **more: Any) -> Any:
    cfg, _ = KINDS[kind]
    head = dict(cfg["cls_head"], num_classes=5, average_clips="prob", init_std=1)
    shape = "NCTHW" if cfg["type"] == "Recognizer3D" else "NCHW"
    bytes_to_numbers = dict(
        type="ActionDataPreprocessor", mean=[120.0], std=[60.0], format_shape=shape
    )
    init_default_scope("mmaction")
    network = MODELS.build({**cfg, "cls_head": head, "data_preprocessor": bytes_to_numbers, **more})
    network.cls_head.init_weights()
    return network


def batch(kind: str, videos: int = 2) -> dict[str, list]:
    """As a loader gives it: bytes, of each video all views."""
    shape = KINDS[kind][1]
    inputs = [torch.randint(0, 256, shape, dtype=torch.uint8) for _ in range(videos)]
    return dict(inputs=inputs, data_samples=[ActionDataSample() for _ in range(videos)])


def scores(network: Any, given: dict[str, list]) -> torch.Tensor:
    with torch.no_grad():
        found = network.test_step(dict(given, data_samples=[ActionDataSample() for _ in "ab"]))
    return torch.stack([sample.pred_score for sample in found])


@pytest.mark.parametrize("kind", KINDS)
def test_scores_are_the_recognisers_own(kind, monkeypatch) -> None:
    """Of heads that score each clip, and of those that join the frames of all clips."""
    network, given = build(kind), batch(kind)
    deployed = DeployedRecogniser(network, Config(), given, PLAIN)
    assert not network.training
    wanted = scores(network, given)
    assert not torch.allclose(wanted[0], wanted[1], atol=1e-3)
    torch.testing.assert_close(scores(deployed, given), wanted, rtol=1e-5, atol=1e-6)
    seen: list[int] = []
    run = deployed._run
    deployed._run = lambda views: seen.append(len(views)) or run(views)
    positions = given["inputs"][0][0, 0].numel()
    monkeypatch.setattr(networks, "POSITIONS", 4 * positions)  # four views, or frames, at a time
    few = scores(deployed, given)
    assert seen == dict(I3D=[4, 4, 4], TSM=[1] * 6, TSN=[1] * 2, TPN=[1] * 2)[kind]
    torch.testing.assert_close(few, wanted, rtol=1e-5, atol=1e-6)


def test_another_precision_is_said_by_its_samples_and_differs() -> None:
    network, given = build("I3D"), batch("I3D")
    half = DeployedRecogniser(network, Config(), given, Execution(precision="bf16"))
    found = half.test_step(given)
    assert {(s.backend, s.precision) for s in found} == {("torch", "bf16")}
    plain = DeployedRecogniser(network, Config(), given, PLAIN)
    assert "backend" not in plain.test_step(batch("I3D"))[0]
    ours, exact = scores(half, given), scores(plain, given)
    assert 0 < (ours - exact).abs().max() < 0.1


def test_views_of_another_size_are_refused() -> None:
    network = build("I3D")
    deployed = DeployedRecogniser(network, Config(), batch("I3D"), PLAIN)
    inputs = [torch.zeros(2, 3, 4, 48, 32, dtype=torch.uint8)]
    with pytest.raises(UserError, match=r"\(3, 4, 32, 32\), and .* \(3, 4, 48, 32\); .*crop"):
        deployed.test_step(dict(inputs=inputs, data_samples=[ActionDataSample()]))


@pytest.mark.parametrize(
    "kind, more, words",
    [
        (
            "I3D",
            dict(cls_head=dict(type="RegionGraphHead", in_channels=128, num_classes=5, width=8)),
            "cls_head.type=RegionGraphHead takes more than a clip",
        ),
        ("TSM", dict(test_cfg=dict(fcn_test=True, num_segs=4)), "fcn_test=True"),
        ("I3D", dict(type="MMRecognizer3D"), "model.type=MMRecognizer3D is neither"),
    ],
)
def test_what_is_no_function_of_a_view_is_refused(kind, more, words) -> None:
    how = Execution("openvino")
    with pytest.raises(UserError, match=rf"--backend openvino --precision fp32: .*{words}"):
        DeployedRecogniser(build(kind, **more), Config(), batch(kind), how)


def test_options_that_do_not_go_together(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"int8: .*--calibration LIST"):
        Execution("openvino", "int8")
    listed = tmp_path / "list.txt"
    with pytest.raises(UserError, match=r"--calibration .*list\.txt: no such file"):
        Execution("openvino", "int8", listed)
    listed.touch()
    with pytest.raises(UserError, match="bf16 needs none"):
        Execution("openvino", "bf16", listed)


def test_a_calibration_goes_to_the_backend(monkeypatch, tmp_path: Path) -> None:
    """Clips as the backend will see them; what reads them is tested in test_calibration.py."""
    given: dict[str, Any] = {}

    def prepare(network, clip, backend, precision, *, calibration) -> Any:
        given.update(clip=clip, how=(backend, precision), calibration=calibration)
        return network

    monkeypatch.setattr(deploy, "prepare", prepare)
    monkeypatch.setattr(deploy, "CalibrationClips", lambda *read: read)
    (tmp_path / "list.txt").touch()
    network, cfg = build("TSM"), Config()
    how = Execution("openvino", "int8", tmp_path / "list.txt", 7)
    DeployedRecogniser(network, cfg, batch("TSM"), how)
    assert given["how"] == ("openvino", "int8") and given["clip"].shape == (1, 4, 3, 32, 32)
    assert given["calibration"] == (network, cfg, tmp_path / "list.txt", 7)
