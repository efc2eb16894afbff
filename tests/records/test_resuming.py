"""Trainings that were stopped, through the tool."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from smallbig_mm.errors import CheckpointError, DiskError, UserError
from smallbig_mm.files import file_sha256
from smallbig_mm.records import store

from ..compat.test_checkpoints import full_disk
from ..faults.kill_points import MORE, differences, write_config
from ..tool import run_here

# No seed, so that only a checkpoint knows it; and a video that is skipped.
TWO = f"""{MORE}
randomness = dict(seed=None)
train_cfg["max_epochs"] = 2
default_hooks["checkpoint"]["max_keep_ckpts"] = -1
train_dataloader["dataset"]["ann_file"] = train_dataloader["dataset"]["ann_file"] + ".train"
"""


def train(config: Path, work: Path, *arguments: object) -> None:
    name = f"experiment_name={work.name}-{len(list(work.parent.glob('*.records/train/*')))}"
    given = ["--work-dir", work, "--records", f"{work}.records", *arguments]
    run_here("train", config, *given, "--cfg-options", name, cwd=work.parent)


def records(work: Path) -> list[store.Record]:
    return store.read_all(Path(f"{work}.records"))


@pytest.fixture(scope="module")
def config(tmp_path_factory) -> Path:
    path = write_config(tmp_path_factory.mktemp("resuming"), TWO)
    (path.parent / "data/bad.mp4").write_text("no video")
    lists = path.parent / "data/list.txt"
    lists.with_name("list.txt.train").write_text(f"{lists.read_text()}bad.mp4 0\n0.mp4 0\n")
    return path


@pytest.fixture(scope="module")
def whole(config) -> Path:
    """Work dir of a training that was not stopped."""
    train(config, config.parent / "whole")
    return config.parent / "whole"


def copy(whole: Path, name: str) -> Path:
    """What a training of this work dir left when it was stopped in its second epoch."""
    work = whole.with_name(name)
    shutil.copytree(whole, work)
    return work


def test_a_damaged_checkpoint_and_a_full_disk_cost_an_epoch_at_most(config, whole):
    work = copy(whole, "damaged")
    second = work / "epoch_2.pth"
    second.write_bytes(second.read_bytes()[:-1000])
    kept = {path: file_sha256(path) for path in work.glob("*.pth") if path != second}
    with full_disk(), pytest.raises(DiskError, match=r"epoch_2\.pth: cannot be written"):
        train(config, work, "--resume")
    assert {path: file_sha256(path) for path in kept} == kept
    stopped = records(work)[-1]
    assert stopped.metrics.startswith("not run: DiskError") and stopped.training.epochs == 1
    last = next(c for c in stopped.checkpoints if c.role == "last")
    assert last.sha256 == file_sha256(work / "epoch_1.pth")
    train(config, work, "--resume")
    assert differences(whole, work) == []
    assert records(work)[-1].seed == records(whole)[-1].seed


def test_another_work_dir_goes_on_alike_and_leaves_the_first_as_it_was(config, whole):
    work, before = whole.with_name("another"), {path: path.stat() for path in whole.iterdir()}
    train(config, work, "--resume", whole / "epoch_1.pth")
    assert {path: path.stat() for path in whole.iterdir()} == before
    a, b = records(whole)[-1], records(work)[-1]
    assert a.metrics == b.metrics and a.data[0].skipped == b.data[0].skipped == 1
    a, b = (
        set((folder / "skipped_train.jsonl").read_text().splitlines()) for folder in (whole, work)
    )
    assert a == b


def test_a_finished_training_says_so_and_stays_as_it_is(config, whole, monkeypatch):
    said: list[str] = []
    monkeypatch.setattr("smallbig_mm.records.runs.show", said.append)
    before, files = records(whole), {path: path.stat() for path in whole.glob("*.pth")}
    last = Path(f"{whole}.records", f"{before[-1].id}.json")
    cut = last.with_name(last.name.replace(".json", "-cut.json"))
    cut.write_bytes(last.read_bytes()[:99])
    train(config, whole, "--resume")
    cut.unlink()
    assert "nothing to train" in said[0] and before[-1].id in said[0]
    assert records(whole) == before
    assert {path: path.stat() for path in whole.glob("*.pth")} == files


def test_what_cannot_be_gone_on_from_is_refused(config, whole):
    best = next(whole.glob("best_*.pth"))
    with pytest.raises(CheckpointError, match=r"best_.* holds no optimizer.* epoch_N\.pth"):
        train(config, whole.with_name("refused"), "--resume", best)
    cut = whole.with_name("cut.pth")
    cut.write_bytes(best.read_bytes()[:-9])
    with pytest.raises(CheckpointError, match=r"cut\.pth: cut short.*--resume without a file"):
        train(config, whole.with_name("refused2"), "--resume", cut)
    assert store.read_all(whole.with_name("refused.records")) == []


def test_other_settings_than_it_began_with_are_told(config, whole, monkeypatch):
    """They do not change the schedule that a checkpoint has."""
    said: list[str] = []
    monkeypatch.setattr("smallbig_mm.records.training.show", said.append)
    longer = config.with_name("longer.py")
    longer.write_text(f'_base_ = "{config}"\ntrain_cfg = dict(max_epochs=3)\n')
    train(longer, copy(whole, "longer"), "--resume")
    (told,) = (line for line in said if line.startswith("Settings are not those"))
    assert "keeps its learning rate, its schedule" in told and "load_from=FILE" in told
    said.clear()
    train(config, copy(whole, "as-before"), "--resume", whole / "epoch_1.pth")
    assert not any("Settings" in line for line in said)


def test_without_a_checkpoint_a_training_begins_as_its_config_says(config, whole):
    """With the weights that it loads, should it have been stopped in its first epoch."""
    tuned = config.with_name("tuned.py")
    tuned.write_text(f'_base_ = "{config}"\nload_from = "{whole.parent}/none.pth"\n')
    with pytest.raises(UserError, match=r"load_from .*none\.pth: no such file"):
        train(tuned, whole.with_name("tuned"), "--resume")
