"""Importing results: real logs and a real dump of a tiny run, and files that must be refused."""

from __future__ import annotations

import json
import pickle
import runpy
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
import torch
from mmaction.evaluation import AccMetric
from mmengine.config import Config

from smallbig_mm.checkpoints import save
from smallbig_mm.files import file_sha256
from smallbig_mm.records import store

from ..tool import CONFIG, ROOT, TOOLS, run
from ..videos import write_dataset

STAMP = "2026/01/02 03:04:05 - mmengine - INFO - "


@dataclass(frozen=True)
class Made:
    """What two epochs of training with two validations, and a test of it, leave behind."""

    root: Path
    config: Path
    train: Path
    scalars: Path
    train_json: Path
    test: Path
    test_json: Path
    dump: Path
    checkpoint: Path


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Made:
    root = tmp_path_factory.mktemp("imports")
    write_dataset(root / "data", number=4)
    config = root / "tiny.py"
    text = CONFIG.format(configs=ROOT / "configs", data=root / "data")
    config.write_text(text.replace("val_interval=2", "val_interval=1"))
    done = run("train.py", config, "--work-dir", root / "run", "--seed", 3)
    assert done.returncode == 0, done.stderr
    checkpoint, dump = root / "run/epoch_2.pth", root / "scores.pkl"
    done = run("test.py", config, checkpoint, "--work-dir", root / "test", "--dump", dump)
    assert done.returncode == 0, done.stderr
    return Made(
        root=root,
        config=config,
        train=next((root / "run").glob("*/*.log")),
        scalars=next((root / "run").glob("*/vis_data/scalars.json")),
        train_json=next((root / "run").glob("*/vis_data/2*.json")),
        test=next((root / "test").glob("*/*.log")),
        test_json=next((root / "test").glob("*/*.json")),
        dump=dump,
        checkpoint=checkpoint,
    )


@pytest.fixture
def record(monkeypatch, capsys, tmp_path):
    """Run tools/record.py in this process: exit code, stdout and stderr."""

    def call(*arguments) -> tuple[int, str, str]:
        arguments = (*arguments, "--records", tmp_path / "records")
        monkeypatch.setattr(sys, "argv", ["tools/record.py", *map(str, arguments)])
        code = 0
        try:
            runpy.run_path(str(TOOLS / "record.py"), run_name="__main__")
        except SystemExit as end:
            code = int(end.code or 0)
        return code, *capsys.readouterr()

    return call


@pytest.fixture
def imported(record, tmp_path):
    """Import a file, and read its record from the path that the tool prints."""

    def call(*arguments) -> store.Record:
        code, out, err = record(*arguments)
        assert code == 0, err
        paths = [line for line in out.splitlines() if line.endswith(".json")]
        return store.read(Path(paths[-1]))

    return call


@pytest.fixture
def refused(record, tmp_path):
    """Import a file in vain: one line with these words, code 2, and no further record."""

    def call(*arguments, words: tuple[str, ...]) -> None:
        before = sorted(tmp_path.rglob("records/**/*"))
        code, out, err = record(*arguments)
        assert code == 2 and out == "", out
        assert err.startswith("error: ") and err.count("\n") == 1, err
        assert all(word in err for word in words), err
        assert sorted(tmp_path.rglob("records/**/*")) == before

    return call


def rows(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text().splitlines()]


# --------------------------------------------------------------------------------------------------
# Logs


def test_training_log(made, imported):
    found = imported("log", made.train, "--config", made.config)
    *_, step, validation = rows(made.scalars)
    assert found.kind == "train"
    assert set(found.metrics) == {"acc/top1", "acc/top5", "acc/mean1", "train/loss"}
    for name in ("acc/top1", "acc/top5", "acc/mean1"):
        assert found.metrics[name] == pytest.approx(validation[name], abs=5e-5)
    assert found.metrics["train/loss"] == pytest.approx(step["loss"], abs=5e-5)
    assert found.seed == 3  # --seed does not make it another config
    assert found.env["imported"] == "log" and found.env["torch"] == torch.__version__
    assert found.env["python"] == sys.version.split()[0] and found.env["processes"] == 1
    named = datetime.strptime(made.train.stem, "%Y%m%d_%H%M%S")
    assert abs((found.start - named).total_seconds()) < 60
    assert found.start <= found.end
    for value in (found.code.commit, found.code.dirty, found.data, found.checkpoints, found.counts):
        assert value == "not run: not in the log"
    assert found.detail == dict(imported=dict(file=made.train.name, sha256=file_sha256(made.train)))


@pytest.mark.parametrize("name", ["scalars", "train_json"])
def test_training_json(made, imported, name):
    found = imported("log", getattr(made, name), "--config", made.config)
    *_, step, validation = rows(made.scalars)
    expected = {key: validation[key] for key in ("acc/top1", "acc/top5", "acc/mean1")}
    assert found.kind == "train"
    assert found.metrics == {**expected, "train/loss": step["loss"]}
    assert found.start == found.seed == "not run: not in the log"
    assert found.env == dict(imported="log")


@pytest.mark.parametrize("name", ["test", "test_json"])
def test_test_log(made, imported, name):
    """The test's log names DumpResults, which its config does not: no difference that counts."""
    found = imported("log", getattr(made, name), "--config", made.config)
    figures = json.loads(made.test_json.read_text())
    assert found.kind == "test" and found.input.clips == 2
    assert set(found.metrics) == {"acc/top1", "acc/top5", "acc/mean1"}
    for key, value in found.metrics.items():
        assert value == pytest.approx(figures[key], abs=5e-5)


def test_same_file_twice(made, refused, imported, tmp_path):
    first = imported("log", made.train, "--config", made.config)
    copy = tmp_path / "copy.log"
    copy.write_bytes(made.train.read_bytes())
    other = ["--config", made.config, "--cfg-options", "randomness.seed=5"]
    refused("log", copy, *other, words=("copy.log", "has a record already", f"{first.id}.json"))


def test_other_config(made, refused):
    refused(
        *("log", made.train, "--config", made.config),
        *("--cfg-options", "model.backbone.extra_unit=None", "optim_wrapper.optimizer.lr=0.5"),
        words=(
            str(made.config),
            "model.backbone.extra_unit is None, 'default' in the log",
            "optim_wrapper.optimizer.lr is 0.5, 0.02 in the log",
            "give the config",
        ),
    )
    words = ("absent", "in the log; and ", " more; give the config")
    refused("log", made.train, "--config", ROOT / "configs/r23_k400.py", words=words)


def test_data_may_lie_elsewhere(made, imported, tmp_path):
    moved = tmp_path / "tiny.py"
    moved.write_text(made.config.read_text().replace(str(made.root / "data"), "/elsewhere"))
    assert imported("log", made.train, "--config", moved).kind == "train"


def test_truncated_json_line(made, record, tmp_path):
    cut = tmp_path / "scalars.json"
    lines = made.scalars.read_text().splitlines()
    cut.write_text("\n".join([*lines[:2], lines[2][:40]]))
    code, out, err = record("log", cut, "--config", made.config)
    assert code == 0, err
    assert "skipped 1 truncated line" in out
    assert f"train/loss: {rows(made.scalars)[0]['loss']:.4f}" in out
    assert f"acc/top1: {rows(made.scalars)[1]['acc/top1']:.4f}" in out


def test_truncated_text_line(made, record, tmp_path):
    """A figure that was cut short is another figure: it must not be read."""
    cut = tmp_path / "cut.log"
    cut.write_text(
        f"{STAMP}Epoch(val) [1][9/9]    acc/top1: 0.2500  data_time: 0.0034  time: 0.0101\n"
        f"{STAMP}Epoch(val) [2][9/9]    acc/top1: 0.7"
    )
    code, out, err = record("log", cut, "--config", made.config)
    assert code == 0, err
    assert "acc/top1: 0.2500" in out and "skipped 1 truncated line" in out


def test_progress_is_no_figure(made, imported, tmp_path):
    """What mmengine writes on a GPU, while it evaluates, and for a metric with a long name."""
    log = tmp_path / "gpu.log"
    log.write_text(
        f"{STAMP}\n----\nSystem environment:\n    Python: 3.10.1 (main)\n"
        "    GPU 0,1: NVIDIA H100\n    PyTorch: 2.6.0\n\nRuntime environment:\n    seed: 7\n"
        "    GPU number: 2\n----\n\n"
        f"{STAMP}Epoch(test) [  20/9999]    eta: 1:02:03  time: 0.1  data_time: 0.1  memory: 99  \n"
        f"{STAMP}Epoch(test) [9999/9999]    motion_shapes/order-free: 74.5000  "
        "motion_shapes/a b: -1.5e-05  data_time: 0.0034  time: 0.0101\n"
        f"{STAMP}Epoch(test) [9999/9999]    eta: 0:00:00  time: 0.2  data_time: 0.1  memory: 99\n"
    )
    found = imported("log", log, "--config", made.config)
    assert found.metrics == {"motion_shapes/order-free": 74.5, "motion_shapes/a b": -1.5e-05}
    assert (found.seed, found.env["device"], found.env["processes"]) == (7, "NVIDIA H100", 2)


def test_config_of_a_log_is_never_run(made, refused, tmp_path):
    line = f"{STAMP}Epoch(test) [9/9]    acc/top1: 0.5\n"
    for setting in (
        f"model = __import__('pathlib').Path({str(tmp_path / 'ran')!r}).touch()",
        f"open({str(tmp_path / 'ran')!r}, 'w')",
        "model = dict(**dict(a=1))",
        "model = [1 for _ in (1,)]",
        "model = dict([('a', 1)])",
        "model = (",
        "def f():\n    pass",
    ):
        log = tmp_path / "evil.log"
        log.write_text(f"{STAMP}Config:\n{setting}\n\n{line}")
        refused("log", log, "--config", made.config, words=("evil.log", "config that it prints"))
    assert not (tmp_path / "ran").exists()


def test_printed_config_is_read_as_mmengine_prints_it(made, imported, tmp_path):
    """Negative numbers, and names that are no identifiers, in a config that mmengine printed."""
    config = tmp_path / "custom.py"
    config.write_text(
        f"_base_ = {str(made.config)!r}\n"
        "optim_wrapper = dict(paramwise_cfg=dict(custom_keys={'a.b': dict(lr_mult=-1e-3)},"
        " empty=dict(), one=(1,)))\n"
    )
    log = tmp_path / "custom.log"
    printed = Config.fromfile(config).pretty_text
    assert "'a.b'" in printed and "-0.001" in printed
    log.write_text(f"{STAMP}Config:\n{printed}\n\n{STAMP}Epoch(test) [9/9]    acc/top1: 0.5\n")
    assert imported("log", log, "--config", config).metrics == {"acc/top1": 0.5}


def test_bad_logs(made, refused, tmp_path):
    given = ["--config", made.config]
    file = tmp_path / "bad.log"
    refused("log", tmp_path / "none.log", *given, words=("none.log", "no such file"))
    refused("log", made.train, "--config", "configs/none.py", words=("none.py", "no such file"))
    for content, why in (
        ("", "unknown format"),
        ("loss: 0.5\n", "unknown format"),
        (f"{STAMP}Saving checkpoint at 1 epochs\n", "no metrics in it"),
        ('{"acc/top1": 0.', "no metrics in it (1 truncated line"),
        ('{"acc/top1": 0.\n{"acc/top1": 0.5}\n', "line 1: no JSON"),
        ('{"acc/top1": NaN}', "metrics.acc/top1"),
        (f"{STAMP}Epoch(train) [1][4/4]  lr: 2e-02  loss: nan\n", "metrics.train/loss"),
    ):
        file.write_text(content)
        refused("log", file, *given, words=("bad.log", why))
    file.write_bytes(made.dump.read_bytes())
    refused("log", file, *given, words=("bad.log", "unknown format"))


# --------------------------------------------------------------------------------------------------
# Dumps


def test_a_list_with_other_labels_is_refused_and_none_is_not_guessed(
    made, refused, imported, tmp_path
):
    other = tmp_path / "list.txt"
    other.write_text("a.mp4 0\n")
    key = "test_dataloader.dataset.ann_file"
    given = ["--config", made.config, "--cfg-options"]
    refused("dump", made.dump, *given, f"{key}={other}", words=("list.txt", "other labels"))
    found = imported("dump", made.dump, *given, f"{key}={tmp_path / 'none.txt'}")
    assert found.data[0].list.startswith("not run: ") and found.data[0].samples == 4


def test_dump(made, imported):
    """As AccMetric gives them, of the same scores in the same test."""
    found = imported("dump", made.dump, "--config", made.config, "--checkpoint", made.checkpoint)
    figures = json.loads(made.test_json.read_text())
    assert found.kind == "test"
    assert found.metrics == {key: figures[key] for key in ("acc/top1", "acc/top5")}
    (weights,) = found.checkpoints
    assert (weights.file, weights.origin) == ("epoch_2.pth", "trained")
    assert weights.sha256 == file_sha256(made.checkpoint)
    (data,) = found.data
    assert data.samples == 4 and data.sha256 == file_sha256(made.root / "data/list.txt")
    assert found.env == dict(imported="dump")
    assert found.code.commit.startswith("not run: ") and found.start.startswith("not run: ")


def test_dump_of_many_classes(made, imported, tmp_path):
    scores, labels = torch.rand(40, 10).softmax(1), torch.randint(10, (40, 1))
    samples = [
        dict(pred_score=score.clone(), gt_label=label.clone())
        for score, label in zip(scores, labels, strict=True)
    ]
    metric = AccMetric()
    metric.process([], samples)
    expected = metric.compute_metrics(metric.results)
    assert 0 < expected["top1"] < expected["top5"] < 1
    dump = tmp_path / "many.pkl"
    dump.write_bytes(pickle.dumps(samples))
    none = f"test_dataloader.dataset.ann_file={tmp_path / 'none.txt'}"
    option = ["--cfg-options", "model.cls_head.num_classes=10", none]
    found = imported("dump", dump, "--config", made.config, *option)
    assert found.metrics == {f"acc/{key}": expected[key] for key in ("top1", "top5")}


def test_dump_of_converted_weights(made, imported, tmp_path):
    converted = tmp_path / "converted.pth"
    tensors = torch.load(made.checkpoint, weights_only=True)["state_dict"]
    save(tensors, {"origin": "converted from a checkpoint"}, converted)
    found = imported("dump", made.dump, "--config", made.config, "--checkpoint", converted)
    assert found.checkpoints[0].origin == "converted"


def test_dump_without_checkpoint(made, imported):
    found = imported("dump", made.dump, "--config", made.config)
    assert found.checkpoints == "not run: not given"


def test_bad_dumps(made, refused, imported, tmp_path):
    given = ["--config", made.config]
    refused("dump", tmp_path / "none.pkl", *given, words=("none.pkl", "no such file"))
    refused(
        "dump", made.dump, *given, "--checkpoint", "none.pth", words=("none.pth", "no such file")
    )
    broken = tmp_path / "broken.pkl"
    broken.write_bytes(made.dump.read_bytes()[:-20])
    refused("dump", broken, *given, words=("broken.pkl",))
    other = ["--cfg-options", "model.cls_head.num_classes=7"]
    refused("dump", made.dump, *given, *other, words=("7 classes", "scores.pkl 2"))
    first = imported("dump", made.dump, *given)
    refused("dump", made.dump, *given, words=("has a record already", first.id))
