"""test.py and predict.py by other backends and precisions, and what their records then say."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
import torch
from mmaction.registry import MODELS
from mmengine.config import Config
from mmengine.registry import init_default_scope

from smallbig_mm.deploy import backends
from smallbig_mm.errors import UserError
from smallbig_mm.records import store
from smallbig_mm.records.schema import Record

from ..tool import fails, run, run_here, write_config
from ..videos import write_dataset

VIDEOS = 6
SHALLOW = """
model["backbone"].update(
    num_stages=2, out_indices=(1,), spatial_strides=(1, 2), temporal_strides=(1, 1),
    dilations=(1, 1), inflate=(0, 0), stages=(2, 3), extra_stages=(3,), extra_blocks=((0,),),
)
model["cls_head"].update(in_channels=32, num_classes=6, average_clips="prob")
"""  # exported in seconds


def needs(*packages: str) -> pytest.MarkDecorator:
    missing = [name for name in packages if importlib.util.find_spec(name) is None]
    return pytest.mark.skipif(bool(missing), reason=f"not installed: {', '.join(missing)}")


@pytest.fixture(scope="module")
def config(tmp_path_factory) -> Path:
    """A config of six videos and classes, and beside it weights whose scores differ."""
    root = tmp_path_factory.mktemp("backends")
    write_dataset(root / "data", number=VIDEOS, classes=6)
    path = write_config(root, root / "data", SHALLOW)
    init_default_scope("mmaction")
    network = MODELS.build(Config.fromfile(path).model)
    torch.nn.init.normal_(network.cls_head.fc_cls.weight)
    torch.save(dict(state_dict=network.state_dict()), root / "weights.pth")
    return path


class Tested:
    """Tests of the config in this process, recorded in one folder."""

    def __init__(self, config: Path, folder: Path, capsys: Any) -> None:
        self.config, self.records, self.capsys = config, folder / "records", capsys

    def __call__(self, *options: object) -> str:
        """What a test printed."""
        self.capsys.readouterr()
        given = [self.config, self.config.with_name("weights.pth"), *options]
        given += ["--work-dir", self.records.parent / "work", "--records", self.records]
        name = f"experiment_name=n{os.urandom(4).hex()}"  # mmengine's loggers are one a name
        run_here("test", *given, "--cfg-options", name, cwd=self.config.parent)
        return self.capsys.readouterr().out

    def newest(self) -> Record:
        return store.read_all(self.records)[-1]


@pytest.fixture
def tested(config, tmp_path, capsys) -> Tested:
    return Tested(config, tmp_path, capsys)


def test_a_test_says_how_far_it_is_from_torch_fp32(tested):
    said = tested("--precision", "bf16")
    assert "torch bf16: what it loses is not known" in said
    assert "run the same command without --backend and --precision" in said
    tested()
    plain = tested.newest()
    assert plain.is_plain
    said = tested("--precision", "bf16")
    record = tested.newest()
    assert (record.backend, record.precision) == ("torch", "bf16")
    assert (record.settings, record.data) == (plain.settings, plain.data)
    found = re.search(r"top-1: ([\d.]+) % by torch bf16, ([\d.]+) % by .*: ([-+.\d]+) points", said)
    assert found and plain.id in said and f"{VIDEOS} videos" in said and "loss" not in said
    ours, exact, points = map(float, found.groups())
    assert ours == pytest.approx(100 * record.metrics["acc/top1"], abs=0.01)
    assert exact == pytest.approx(100 * plain.metrics["acc/top1"], abs=0.01)
    assert points == pytest.approx(ours - exact, abs=0.02)  # all three are rounded


def test_what_reads_a_test_knows_what_it_was_run_by(tested, tmp_path):
    """Its record, when it is explained, and its dump, when that is recorded."""
    tested("--precision", "bf16", "--dump", tmp_path / "half.pkl")
    path = tested.records / f"{tested.newest().id}.json"
    run_here("record", "explain", path, "table05/05_full", cwd=tmp_path)
    assert "run by torch bf16: torch fp32 fills a row" in tested.capsys.readouterr().out
    given = ["--config", tested.config, "--records", tmp_path / "imported"]
    run_here("record", "dump", tmp_path / "half.pkl", *given, cwd=tmp_path)
    (record,) = store.read_all(tmp_path / "imported")
    assert (record.backend, record.precision) == ("torch", "bf16")


def test_a_test_that_was_stopped_goes_on_in_its_own_precision_only(tested, monkeypatch):
    finish = backends.prepare

    def stopping(*given: Any, **more: Any) -> Any:
        ran, count = finish(*given, **more), iter(range(99))

        def three(views: torch.Tensor) -> torch.Tensor:
            if next(count) == 3:
                raise KeyboardInterrupt
            return ran(views)

        return three

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr("smallbig_mm.deploy.recogniser.prepare", stopping)
        tested("--precision", "bf16")
    assert "goes on from there" not in tested()
    said = tested("--precision", "bf16")
    assert f"stopped when 3 of {VIDEOS} samples were finished" in said
    assert tested.newest().detail["reused_from_a_stopped_test"] == 3


@needs("openvino", "nncf")
def test_int8_says_its_loss_and_what_it_was_calibrated_on(tested):
    listed = tested.config.parent / "data/list.txt"
    tested()
    said = tested("--backend", "openvino", "--precision", "int8", "--calibration", listed,
                  "--calibration-clips", 4)  # fmt: skip
    record = tested.newest()
    assert (record.backend, record.precision) == ("openvino", "int8")
    assert {"openvino", "nncf"} <= record.env.keys()
    assert record.detail["calibration"]["clips"] == 4
    assert record.detail["calibration"]["sha256"] == record.data[0].sha256
    assert re.search(r"by openvino int8, .* points, a loss of accuracy of -?\d", said)


@needs("onnxruntime")
def test_another_runtime_gives_the_same_figures_and_guesses(tested):
    tested()
    plain = tested.newest()
    assert ": +0.00 points" in tested("--backend", "onnxruntime")
    record = tested.newest()
    assert record.metrics == plain.metrics and record.backend == "onnxruntime"
    assert record.env["onnxruntime"] == version("onnxruntime")
    assert "onnxruntime" not in plain.env
    given = ["predict", tested.config.parent / "data/0.mp4", tested.config]
    given += [tested.config.with_name("weights.pth"), "--json"]
    ours, torchs = [], []
    for options, found in (([], torchs), (["--backend", "onnxruntime"], ours)):
        tested.capsys.readouterr()
        run_here(*given, *options, cwd=tested.config.parent)
        found += json.loads(tested.capsys.readouterr().out)["top"]
    assert [guess["index"] for guess in ours] == [guess["index"] for guess in torchs]
    for one, other in zip(ours, torchs, strict=True):
        assert one["score"] == pytest.approx(other["score"], abs=1e-4)


def test_a_list_is_predicted_by_a_backend_though_its_first_video_is_broken(tested, tmp_path):
    (tmp_path / "broken.mp4").write_text("no video")
    data = tested.config.parent / "data"
    (tmp_path / "list.txt").write_text(f"{tmp_path}/broken.mp4\n{data}/0.mp4\n{data}/1.mp4\n")
    given = [tmp_path / "list.txt", tested.config, tested.config.with_name("weights.pth")]
    with pytest.raises(UserError, match="1 of 3 videos could not be classified"):
        run_here("predict", *given, "--precision", "bf16", cwd=tmp_path)
    lines = [json.loads(line) for line in tested.capsys.readouterr().out.splitlines()]
    assert "error" in lines[0] and all("top" in line for line in lines[1:])


def test_what_cannot_be_is_said_before_the_test(tested, tmp_path):
    """And leaves no record."""
    listed = tested.config.parent / "data/list.txt"
    int8 = ["--backend", "openvino", "--precision", "int8"]
    for options, words in (
        (int8, "--precision int8: .*--calibration LIST"),
        ([*int8, "--calibration", tmp_path / "no.txt"], r"--calibration .*no\.txt: no such file"),
        (["--calibration", listed], "fp32 needs none"),
        (["--precision", "int8", "--calibration", listed], "torch has no int8: .*openvino"),
    ):
        with pytest.raises(UserError, match=words):
            tested(*options)
    assert not list(tested.records.rglob("*.json"))
    given = [tested.config.parent / "data/0.mp4", tested.config, "weights.pth"]
    fails(run("predict.py", *given, "--backend", "openvino", "--device", "cuda:0"), "runs on the C")


def test_a_missing_package_is_named_before_the_test(tested, monkeypatch):
    monkeypatch.setitem(sys.modules, "openvino", None)
    with pytest.raises(UserError, match=r"pip install .*\[openvino\]"):
        tested("--backend", "openvino")
    assert not list(tested.records.rglob("*.json"))
