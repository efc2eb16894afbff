"""tools/extract_features.py, and mmaction2's FeatureHead in test.py."""

import json
import pickle
import sys
from pathlib import Path
from unittest.mock import Mock

import numpy as np
import pytest
import torch
from mmaction.registry import MODELS
from mmengine.registry import init_default_scope
from safetensors.numpy import load_file

from smallbig_mm import features
from smallbig_mm.commands import start
from smallbig_mm.configs import load_config
from smallbig_mm.errors import DiskError
from smallbig_mm.inference import VideoPipeline, batch_of, load_recognizer

from ..tool import run_here, write_config
from ..videos import write_dataset, write_video

NUMBER = 4
CROPS = """
for step in (*ends, *test):
    if step["type"] == "Resize":
        step.update(scale=(-1, 32), keep_ratio=True)
test.insert(4, dict(type="ThreeCrop", crop_size=32))
for loader in (val_dataloader, test_dataloader):
    loader["dataset"]["pipeline"] = test
del step, loader
"""
HEAD = 'model["cls_head"] = dict(_delete_=True, type="FeatureHead", average_clips="score")\n'


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """Videos, a config that is tested with 2 clips x 3 crops, and a checkpoint."""
    root = tmp_path_factory.mktemp("features")
    write_dataset(root / "videos", number=NUMBER)
    config = write_config(root, root / "videos", CROPS)
    (root / "features.py").write_text(config.read_text() + HEAD)
    init_default_scope("mmaction")
    model = MODELS.build(load_config(str(config)).model)
    torch.save(dict(state_dict=model.state_dict()), root / "tiny.pth")
    return root


@pytest.fixture
def extract(folder, monkeypatch, capsys):
    """Runs the tool; its exit code, its lines of JSON, and its errors."""

    def run(videos: Path, out: Path, *options: str):
        arguments = [folder / "tiny.py", folder / "tiny.pth", videos, out, *options]
        monkeypatch.setattr(sys, "argv", ["tools/extract_features.py", *map(str, arguments)])
        code = 0
        try:
            start("extract_features")
        except SystemExit as stop:
            code = stop.code
        said, errors = capsys.readouterr()
        return (
            code,
            [json.loads(line) for line in said.splitlines() if line.startswith('{"video"')],
            errors,
        )

    return run


def by_hand(folder: Path, number: int) -> torch.Tensor:
    """What the backbone gives of the six views of a video."""
    model = load_recognizer(load_config(str(folder / "tiny.py")), folder / "tiny.pth", "cpu")
    batch = batch_of(VideoPipeline(model.cfg), [folder / f"videos/{number}.mp4"])
    with torch.no_grad():
        return model.backbone(model.data_preprocessor(batch)["inputs"][0])


@pytest.mark.parametrize(
    ("options", "wanted"),
    [
        ((), lambda y: y.mean((2, 3, 4)).mean(0)),
        (("--per-clip",), lambda y: y.mean((2, 3, 4))),
        (("--map", "--per-clip"), lambda y: y),
        (("--map",), lambda y: y[3]),  # of three crops the middle one, of its two clips the second
    ],
)
def test_features_are_what_the_head_is_given(folder, extract, tmp_path, options, wanted):
    code, lines, errors = extract(folder / "videos", tmp_path / "out.npz", *options)
    assert code == 0, errors
    found = np.load(tmp_path / "out.npz")
    names = [str(folder / f"videos/{number}.mp4") for number in range(NUMBER)]
    assert sorted(found) == names == [line["video"] for line in lines]
    assert not (tmp_path / "out.npz.unfinished").exists()
    for number in (0, 3):
        features = wanted(by_hand(folder, number))
        assert lines[number]["shape"] == list(features.shape)
        np.testing.assert_allclose(found[names[number]], features, atol=1e-5)


def test_it_goes_on_where_it_was_stopped(folder, extract, tmp_path, monkeypatch):
    seen: list[str] = []
    whole = features.Extractor.__call__

    def counted(self, video: Path):
        if len(seen) == 2:
            raise KeyboardInterrupt
        seen.append(video.name)
        return whole(self, video)

    out, listed = tmp_path / "out.safetensors", folder / "videos/list.txt"
    root = ("--root", str(folder / "videos"))
    monkeypatch.setattr(features.Extractor, "__call__", counted)
    assert extract(listed, out, *root)[0] == 130
    assert seen == ["0.mp4", "1.mp4"] and not out.exists()
    seen.insert(0, "")  # never two again
    (tmp_path / "out.safetensors.unfinished/.x.npy.part").touch()  # what a kill leaves
    assert extract(listed, out, *root)[0] == 0
    assert seen[1:] == ["0.mp4", "1.mp4", "2.mp4", "3.mp4"]
    found = load_file(out)
    assert sorted(found) == seen[1:] and not (tmp_path / "out.safetensors.unfinished").exists()
    np.testing.assert_allclose(
        found["3.mp4"], by_hand(folder, 3).mean((2, 3, 4)).mean(0), atol=1e-5
    )


def test_a_bad_video_is_named_and_the_others_go_on(extract, tmp_path, monkeypatch):
    videos = tmp_path / "videos"
    write_dataset(videos, number=3)
    (videos / "1.mp4").write_text("no video")
    code, lines, errors = extract(videos, tmp_path / "out.npz")
    assert code == 2 and "videos: 1 of 3 videos gave no features; " in errors
    assert "1.mp4" in lines[1]["error"] and "shape" in lines[2]
    assert len(np.load(tmp_path / "out.npz").files) == 2
    assert (
        "cannot be decoded"
        in json.loads((tmp_path / "out.npz.json").read_text())[str(videos / "1.mp4")]
    )
    write_video(videos / "1.mp4")
    seen: list[str] = []
    whole = features.Extractor.__call__
    monkeypatch.setattr(
        features.Extractor,
        "__call__",
        lambda self, video: seen.append(video.name) or whole(self, video),
    )
    assert extract(videos, tmp_path / "out.npz")[0] == 0
    assert seen == ["1.mp4"] and len(np.load(tmp_path / "out.npz").files) == 3


def test_a_full_disk_ends_it_at_once(extract, tmp_path, monkeypatch):
    write_dataset(tmp_path / "videos", number=2)
    full = DiskError("no room")
    monkeypatch.setattr(features, "_keep", Mock(side_effect=full))
    code, lines, errors = extract(tmp_path / "videos", tmp_path / "out.npz")
    assert (code, lines, errors) == (2, [], "error: no room\n")


def test_what_is_wrong_is_said_in_one_line(folder, extract, tmp_path):
    (tmp_path / "empty").mkdir()
    for videos, out, words in (
        (folder / "videos", "out.h5", "out.h5: the file's name must end in .npz or .safetensors"),
        (tmp_path / "empty", "out.npz", "empty: no file in this folder is a video"),
        (tmp_path / "none.mp4", "out.npz", "none.mp4: no such file"),
        (folder / "videos", folder / "tiny.pth/out.npz", "tiny.pth: is a file"),
        (folder / "videos", "empty", "empty: is a folder"),
    ):
        code, _, errors = extract(videos, tmp_path / out)
        assert code == 2 and words in errors and errors.count("\n") == 1, errors


# --------------------------------------------------------------------------------------------------
# mmaction2's FeatureHead


def test_a_feature_head_is_tested_with_a_dump(folder, extract, tmp_path, monkeypatch):
    """Its checkpoint's classifier is left out; a test that was stopped goes on."""
    given = (folder / "features.py", folder / "tiny.pth", "--work-dir", tmp_path / "run")
    stopped = (*given, "--dump", tmp_path / "dump.pkl", "--records", tmp_path / "records")
    head = features.FeatureHead
    whole, calls = head.predict_by_feat, []

    def counted(self, *args):
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return whole(self, *args)

    monkeypatch.setattr(head, "predict_by_feat", counted)
    with pytest.raises(KeyboardInterrupt):
        run_here("test", *stopped, cwd=tmp_path)
    run_here("test", *stopped, "--cfg-options", f"experiment_name={tmp_path.name}", cwd=tmp_path)
    assert len(calls) == 3 + NUMBER - 2
    with (tmp_path / "dump.pkl").open("rb") as file:
        dumped = pickle.load(file)
    assert len(dumped) == NUMBER
    extract(folder / "videos", tmp_path / "out.npz")
    found = np.load(tmp_path / "out.npz")
    for number, tensor in enumerate(dumped):
        name = str(folder / f"videos/{number}.mp4")
        np.testing.assert_allclose(tensor, found[name], atol=1e-5)


def test_a_feature_head_without_a_dump_is_refused(folder, tmp_path, monkeypatch, capsys):
    given = ("test.py", folder / "features.py", folder / "tiny.pth")
    monkeypatch.setattr(sys, "argv", [*map(str, given)])
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as ended:
        start("test")
    (line,) = capsys.readouterr().err.splitlines()
    assert ended.value.code == 2 and "FeatureHead" in line and "--dump FILE.pkl" in line
