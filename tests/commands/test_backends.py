"""test.py and predict.py by other backends and precisions, and what their records then say."""

from __future__ import annotations

import importlib.util
import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
import torch
from mmaction.registry import MODELS
from mmengine.config import Config
from mmengine.registry import init_default_scope

from smallbig_mm.commands import predict
from smallbig_mm.deploy import backends
from smallbig_mm.errors import UserError
from smallbig_mm.records import store
from smallbig_mm.records.schema import Record

from ..tool import fails, run, run_here, write_config
from ..videos import write_dataset

VIDEOS = 6
SIX = "model['cls_head'].update(num_classes=6, average_clips='prob')\n"


def needs(*packages: str) -> pytest.MarkDecorator:
    missing = [name for name in packages if importlib.util.find_spec(name) is None]
    return pytest.mark.skipif(bool(missing), reason=f"not installed: {', '.join(missing)}")


@pytest.fixture(scope="module")
def config(tmp_path_factory) -> Path:
    """A config of six videos and classes, and beside it weights whose scores differ."""
    root = tmp_path_factory.mktemp("backends")
    write_dataset(root / "data", number=VIDEOS, classes=6)
    path = write_config(root, root / "data", SIX)
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
    assert points == pytest.approx(ours - exact, abs=0.01)


def test_explain_says_that_a_row_wants_torch_fp32(tested):
    tested("--precision", "bf16")
    path = tested.records / f"{tested.newest().id}.json"
    shown = run("record.py", "explain", path, "table05/05_full").stdout
    assert "run by torch bf16: torch fp32 fills a row" in shown
    path = path.with_name("plain.json")
    content = json.loads((tested.records / f"{tested.newest().id}.json").read_text())
    for key in ("backend", "precision"):  # as records were before there were others
        del content[key]
    path.write_text(json.dumps(dict(content, id="test/plain")))
    assert "run by" not in run("record.py", "explain", path, "table05/05_full").stdout


def test_a_dump_keeps_what_its_scores_are_of(tested, tmp_path):
    tested("--precision", "bf16", "--dump", tmp_path / "half.pkl")
    run_here(
        "record", "dump", tmp_path / "half.pkl", "--config", tested.config,
        "--records", tmp_path / "imported", cwd=tmp_path,
    )  # fmt: skip
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


@pytest.mark.parametrize(
    "backend", [pytest.param(name, marks=needs(name)) for name in ("onnxruntime", "openvino")]
)
def test_another_runtime_gives_the_same_figures_and_guesses(backend, tested):
    tested()
    plain = tested.newest()
    assert ": +0.00 points" in tested("--backend", backend)
    record = tested.newest()
    assert record.metrics == plain.metrics and record.backend == backend
    assert record.env[backend] == importlib.metadata.version(backend)
    assert backend not in plain.env
    given = ["predict", tested.config.parent / "data/0.mp4", tested.config]
    given += [tested.config.with_name("weights.pth"), "--json"]
    ours, torchs = [], []
    for options, found in (([], torchs), (["--backend", backend], ours)):
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


def test_what_cannot_be_is_said_in_one_line_before_the_test(config, tmp_path):
    """And leaves no record."""
    given = [config, config.with_name("weights.pth"), "--work-dir", tmp_path / "work"]
    given += ["--records", tmp_path / "records"]
    data = config.parent / "data"
    int8 = ["--backend", "openvino", "--precision", "int8"]
    fails(run("test.py", *given, *int8), "--precision int8", "--calibration LIST")
    fails(run("test.py", *given, *int8, "--calibration", tmp_path / "no.txt"), "no.txt", "no such")
    fails(run("test.py", *given, "--calibration", data / "list.txt"), "fp32 needs none")
    few = ["--calibration", data / "list.txt", "--calibration-clips", 9]
    fails(run("test.py", *given, *int8, *few), "6 of its 6 videos", "--calibration-clips 9")
    torchs = ["--precision", "int8", "--calibration", data / "list.txt", "--calibration-clips", 2]
    fails(run("test.py", *given, *torchs), "int8", "openvino")
    assert not list((tmp_path / "records").rglob("*.json"))
    video = [data / "0.mp4", *given[:2], "--backend", "openvino", "--device", "cuda:0"]
    fails(run("predict.py", *video), "--device cuda:0", "runs on the CPU")
    assert predict  # imported where tools fork


@pytest.mark.parametrize("package", ["openvino", "onnxruntime"])
def test_a_missing_package_is_named_before_the_test(package, tested, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, package, None)
    with pytest.raises(UserError, match=rf"pip install .*\[{package}\]"):
        tested("--backend", package)
    assert not list(tested.records.rglob("*.json"))
