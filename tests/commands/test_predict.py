"""tools/predict.py on real video files."""

import json
import sys
from pathlib import Path

import pytest
import torch
from mmaction.registry import MODELS
from mmengine.config import Config
from mmengine.registry import init_default_scope

from smallbig_mm.checkpoints import save
from smallbig_mm.commands import start

from ..videos import write_video

ROOT = Path(__file__).resolve().parents[2]
CLIPS = ROOT / "../shared/data/clips"
CONFIG = """
custom_imports = dict(imports=["smallbig_mm"])
default_scope = "mmaction"
model = dict(
    type="Recognizer3D",
    backbone=dict(type="ResNet3dSmallBig", depth=23, base_channels=4, pretrained="nowhere.pth"),
    cls_head=dict(type="I3DHead", num_classes=6, in_channels=128, dropout_ratio=0),
    data_preprocessor=dict(
        type="ActionDataPreprocessor", mean=[114.0], std=[57.0], format_shape="NCTHW"
    ),
)
test_pipeline = [
    dict(type="DecordInit"),
    dict(type="SampleFrames", clip_len=4, frame_interval=2, num_clips=2, test_mode=True),
    dict(type="DecordDecode"),
    dict(type="Resize", scale=(-1, 64)),
    dict(type="ThreeCrop", crop_size=64),
    dict(type="FormatShape", input_format="NCTHW"),
    dict(type="PackActionInputs"),
]
test_dataloader = dict(dataset=dict(pipeline=test_pipeline))
"""
FRAMES = CONFIG.replace('    dict(type="DecordInit"),\n', "").replace("Decord", "RawFrame")
LABELLED = CONFIG + 'test_dataloader["dataset"].update(metainfo=dict(classes=list("abcdef")))\n'


@pytest.fixture
def files(tmp_path):
    """A video, a config, and a checkpoint whose classifier prefers class 3, then class 1."""
    write_video(tmp_path / "video.mp4")
    (tmp_path / "config.py").write_text(CONFIG)
    init_default_scope("mmaction")
    cfg = Config.fromfile(tmp_path / "config.py")
    model = MODELS.build(cfg.model | dict(backbone=cfg.model.backbone | dict(pretrained=None)))
    torch.nn.init.normal_(model.cls_head.fc_cls.weight, std=1e-3)
    model.cls_head.fc_cls.bias.data = torch.tensor([0.0, 2.0, 0.0, 4.0, 0.0, -1.0])
    save(model.state_dict(), {}, tmp_path / "checkpoint.pth")
    return [tmp_path / name for name in ("video.mp4", "config.py", "checkpoint.pth")]


@pytest.fixture
def predict(monkeypatch, capsys):
    """Runs the tool on the CPU; returns its exit code and what it printed."""

    def run(*args):
        monkeypatch.setattr(sys, "argv", ["predict.py", *map(str, args), "--device", "cpu"])
        code = 0
        try:
            start("predict")
        except SystemExit as stop:
            code = stop.code
        return code, *capsys.readouterr()

    return run


def test_top_classes_in_one_line_of_json(predict, files, tmp_path):
    (tmp_path / "labels.txt").write_text("zero\none\ntwo\nthree\nfour\nfive\n\n")
    code, printed, errors = predict(
        *files, "--json", "--topk", 6, "--labels", tmp_path / "labels.txt"
    )
    assert code == 0, errors
    assert printed.count("\n") == 1
    top = json.loads(printed)["top"]
    assert [guess["index"] for guess in top[:2]] == [3, 1]
    assert [guess["label"] for guess in (*top[:2], top[-1])] == ["three", "one", "five"]
    wanted = torch.tensor([4.0, 2.0]).exp() / torch.tensor([4.0, 2.0, 0, 0, 0, -1]).exp().sum()
    found = torch.tensor([guess["score"] for guess in top])
    assert torch.allclose(found[:2], wanted, atol=0.02)
    assert abs(found.sum() - 1) < 1e-4
    assert found.tolist() == sorted(found.tolist(), reverse=True)


def test_without_labels_classes_are_numbers(predict, files):
    code, printed, errors = predict(*files)
    assert code == 0, errors
    lines = printed.splitlines()
    assert [line.split()[1] for line in lines[:2]] == ["3", "1"]
    assert len(lines) == 5


def test_labels_of_the_config_and_options(predict, files):
    files[1].write_text(LABELLED)
    code, printed, errors = predict(
        *files, "--topk", 1, "--cfg-options", "test_dataloader.dataset.pipeline.4.type=CenterCrop"
    )
    assert code == 0, errors
    assert printed.split()[1] == "d"


def test_config_that_reads_frames_takes_a_video(predict, files):
    wanted = predict(*files, "--json")
    files[1].write_text(FRAMES)
    assert "RawFrameDecode" in FRAMES and "DecordInit" not in FRAMES
    assert predict(*files, "--json") == wanted


def broken(files, tmp_path):
    """What a user gets wrong: the arguments, and what the message says."""
    video, config, checkpoint = files
    text, empty = tmp_path / "text.mp4", tmp_path / "empty.mp4"
    text.write_text("no video")
    empty.write_bytes(b"")
    labels = tmp_path / "labels.txt"
    labels.write_text("a\nb\n")
    none = tmp_path / "none"
    full = ("--cfg-options", "model.backbone.extra_unit=default")
    yield (none, config, checkpoint), "video", "none: no such file"
    yield (video, none, checkpoint), "config", "none: no such file"
    yield (video, config, none), "checkpoint", "none: no such file"
    yield (text, config, checkpoint), "text.mp4", "cannot be decoded"
    yield (empty, config, checkpoint), "empty.mp4", "empty"
    yield (video, config, text), "text.mp4", "no checkpoint"
    yield (*files, "--labels", labels), "labels.txt: 2 labels", "6 classes"
    yield (*files, "--labels", none), "--labels", "no such file"
    yield (*files, *full), "another architecture", "tensors match"
    yield (*files, "--cfg-options", "model.backbone.depth=22"), "config.py", "depth=22"
    yield (*files, "--topk", 0), "--topk 0", "at least 1"


def test_what_the_user_can_mend_is_said_in_one_line(predict, files, tmp_path):
    for args, *words in broken(files, tmp_path):
        code, printed, errors = predict(*args)
        assert (code, printed) == (2, ""), errors
        assert errors.startswith("error: ")
        assert errors.count("\n") == 1, errors
        assert all(word in errors for word in words), errors


def test_weights_that_are_not_numbers_are_named(predict, files):
    content = torch.load(files[2], weights_only=True)
    content["state_dict"]["cls_head.fc_cls.bias"][0] = float("nan")
    torch.save(content, files[2])
    code, _, errors = predict(*files)
    assert code == 2
    assert "not finite" in errors


@pytest.mark.skipif(not CLIPS.is_dir(), reason="../shared/data/clips is not here")
def test_real_clips(predict, files):
    for clip in sorted(CLIPS.glob("*.mp4")):
        code, printed, errors = predict(clip, *files[1:], "--json")
        assert code == 0, errors
        assert json.loads(printed)["top"][0]["index"] == 3
