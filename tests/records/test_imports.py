"""Importing results: real scalars and a real dump of a tiny run, and files that must be refused."""

from __future__ import annotations

import json
import pickle
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
import torch
from mmaction.evaluation import AccMetric

from smallbig_mm import commands
from smallbig_mm.checkpoints import save
from smallbig_mm.files import file_sha256
from smallbig_mm.records import store

from ..tool import CONFIG, ROOT, run
from ..videos import write_dataset


@dataclass(frozen=True)
class Made:
    """What two epochs of training with two validations, and a test of it, leave behind."""

    root: Path
    config: Path
    scalars: Path
    train_json: Path
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
        scalars=next((root / "run").glob("*/vis_data/scalars.json")),
        train_json=next((root / "run").glob("*/vis_data/2*.json")),
        test_json=next((root / "test").glob("*/*.json")),
        dump=dump,
        checkpoint=checkpoint,
    )


@pytest.fixture
def record(monkeypatch, capsys, tmp_path):
    """Run tools/record.py in this process: exit code, stdout and stderr."""

    def call(*arguments) -> tuple[int, str, str]:
        given = map(str, (*arguments, "--records", tmp_path / "records"))
        monkeypatch.setattr(sys, "argv", ["tools/record.py", *given])
        code = 0
        try:
            commands.start("record")
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


@pytest.mark.parametrize("name", ["scalars", "train_json"])
def test_training_json(made, imported, name):
    found = imported("log", getattr(made, name), "--config", made.config)
    *_, step, validation = rows(made.scalars)
    expected = {key: validation[key] for key in ("acc/top1", "acc/top5", "acc/mean1")}
    assert found.kind == "train"
    assert found.metrics == {**expected, "train/loss": step["loss"]}
    assert found.start == found.seed == "not run: not in the log"
    assert found.env == dict(imported="log")


def test_test_json(made, imported):
    found = imported("log", made.test_json, "--config", made.config)
    figures = json.loads(made.test_json.read_text())
    assert found.kind == "test" and found.input.clips == 2
    assert set(found.metrics) == {"acc/top1", "acc/top5", "acc/mean1"}
    assert all(figures[key] == value for key, value in found.metrics.items())
    for value in (found.code.commit, found.code.dirty, found.data, found.checkpoints, found.counts):
        assert value == "not run: not in the log"


def test_same_file_twice(made, refused, imported, tmp_path):
    first = imported("log", made.scalars, "--config", made.config)
    copy = tmp_path / "copy.json"
    copy.write_bytes(made.scalars.read_bytes())
    other = ["--config", made.config, "--cfg-options", "randomness.seed=5"]
    refused("log", copy, *other, words=("copy.json", "has a record already", f"{first.id}.json"))


def test_truncated_json_line(made, record, tmp_path):
    cut = tmp_path / "scalars.json"
    lines = made.scalars.read_text().splitlines()
    cut.write_text("\n".join([*lines[:2], lines[2][:40]]))
    code, out, err = record("log", cut, "--config", made.config)
    assert code == 0, err
    assert "skipped 1 truncated line" in out
    assert f"train/loss: {rows(made.scalars)[0]['loss']:.4f}" in out
    assert f"acc/top1: {rows(made.scalars)[1]['acc/top1']:.4f}" in out


def test_bad_logs(made, refused, tmp_path):
    given = ["--config", made.config]
    file = tmp_path / "bad.json"
    refused("log", tmp_path / "none.json", *given, words=("none.json", "no such file"))
    refused("log", made.scalars, "--config", "configs/none.py", words=("none.py", "no such file"))
    for content, why in (
        ("", "no metrics in it"),
        ("loss: 0.5\n", "unknown format"),
        ('{"time": 1.0}\n{"acc/top1": 0.', "no metrics in it (1 truncated line"),
        ('{"acc/top1": 0.\n{"acc/top1": 0.5}\n', "line 1: unknown format"),
        ("[0.5]\n", "line 1: unknown format"),
        ('{"acc/top1": NaN}', "metrics.acc/top1"),
    ):
        file.write_text(content)
        refused("log", file, *given, words=(why,))
    file.write_bytes(made.dump.read_bytes())
    refused("log", file, *given, words=("bad.json", "unknown format"))


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
