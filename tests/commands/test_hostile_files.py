"""Files from others, given to the tools: none runs code, writes or deletes elsewhere; each is named
in one line."""

import json
import pickle
import shutil
import sys
from itertools import count
from pathlib import Path

import pytest
import torch
from mmaction.datasets import PoseDataset

from smallbig_mm import commands
from smallbig_mm.catalog import get_model
from smallbig_mm.errors import UserError
from smallbig_mm.records import recording, store
from smallbig_mm.records.figures import as_fields

from ..gadgets import GADGETS, write_pickle, write_zip
from ..tool import CONFIG, ROOT, run_here
from ..videos import write_dataset

numbers = count()


@pytest.fixture(scope="module")
def config(tmp_path_factory) -> Path:
    root = tmp_path_factory.mktemp("hostile")
    write_dataset(root / "data", number=4, frames=12)
    path = root / "tiny.py"
    path.write_text(CONFIG.format(configs=ROOT / "configs", data=root / "data"))
    return path


@pytest.fixture(scope="module")
def trained(config) -> Path:
    """Work dir of an epoch of training with a validation."""
    once = ["train_cfg.max_epochs=1", "train_cfg.val_interval=1"]
    given = ["--work-dir", config.parent / "run", "--cfg-options", *once]
    run_here("train", config, *given, cwd=config.parent)
    return config.parent / "run"


@pytest.fixture
def refused(monkeypatch, capsys, tmp_path):
    """Run a tool in this process: code 2 and one line, which is given back."""

    def call(tool: str, *arguments: object) -> str:
        monkeypatch.setattr(sys, "argv", [f"tools/{tool}.py", *map(str, arguments)])
        monkeypatch.chdir(tmp_path)
        with pytest.raises(SystemExit) as end:
            commands.start(tool)
        *_, last = capsys.readouterr().err.strip().splitlines()
        assert end.value.code == 2 and last.startswith("error: "), last
        return last

    return call


def fresh(config: Path, tmp_path: Path, *options: object) -> list[object]:
    """Arguments of a run of its own; mmengine's loggers are one an experiment's name."""
    named = ["--cfg-options", f"experiment_name=hostile{next(numbers)}", *options]
    return [config, "--work-dir", tmp_path / "run", *named]


# --------------------------------------------------------------------------------------------------
# Pickles


def test_every_tool_refuses_every_pickle(refused, tmp_path):
    """What reads the file at once, with each of the gadgets."""
    canary, (evil, dump) = tmp_path / "canary", (tmp_path / "evil.pth", tmp_path / "evil.pkl")
    for name in GADGETS:
        write_zip(name, evil, canary)
        assert "evil.pth" in refused("convert_checkpoint", evil, tmp_path / "out.pth")
        write_pickle(name, dump, canary)
        assert "evil.pkl" in refused("ensemble", dump, dump)
        assert not canary.exists() and not (tmp_path / "out.pth").exists()


def test_every_tool_that_needs_a_config_refuses_pickles(config, refused, tmp_path, monkeypatch):
    """All that these read goes through the readers that `compat` tests with every gadget."""
    monkeypatch.setenv("TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD", "1")  # as threads advise
    canary = tmp_path / "canary"
    evil = write_zip("os.system", tmp_path / "evil.pth", canary)
    dump = write_pickle("torch.storage", tmp_path / "evil.pkl", canary)
    (tmp_path / "run").mkdir()
    (tmp_path / "run/last_checkpoint").write_text(str(evil))
    for tool, *given in (
        ("train", *fresh(config, tmp_path), "--resume", evil),
        ("train", *fresh(config, tmp_path), "--resume"),  # the work dir's newest
        ("train", *fresh(config, tmp_path, f"load_from={evil}")),
        ("train", *fresh(config, tmp_path, f"model.backbone.pretrained={evil}")),
        ("test", config, evil, *fresh(config, tmp_path)[1:]),
        ("predict", config.parent / "data/0.mp4", config, evil),
        ("ensemble", config, evil, dump),
        ("record", "dump", dump, "--config", config),
    ):
        assert "evil.p" in refused(tool, *given), (tool, given)
        assert not canary.exists(), (tool, given)
    with pytest.raises(UserError, match=r"evil\.pth"):
        get_model("smallbig_r23_k400", pretrained=evil)
    assert not canary.exists()


def test_a_dump_recorded_with_a_hostile_checkpoint(config, refused, tmp_path):
    canary = tmp_path / "canary"
    evil = write_zip("os.system", tmp_path / "evil.pth", canary)
    dump = tmp_path / "good.pkl"
    sample = dict(pred_score=torch.tensor([0.4, 0.6]), gt_label=torch.tensor([1]))
    dump.write_bytes(pickle.dumps([sample] * 4))
    none = ["--cfg-options", "test_dataloader.dataset.ann_file=none.txt"]
    given = ["dump", dump, "--config", config, "--checkpoint", evil, *none]
    assert "evil.pth" in refused("record", *given)
    assert not canary.exists() and not (tmp_path / "records").exists()


def test_a_list_of_poses_is_a_pickle(tmp_path):
    canary = tmp_path / "canary"
    path = write_pickle("os.system", tmp_path / "poses.pkl", canary)
    with pytest.raises(UserError, match=r"poses\.pkl: asks for posix\.system"):
        PoseDataset(ann_file=str(path), pipeline=[])
    assert not canary.exists()


# --------------------------------------------------------------------------------------------------
# Words in a checkpoint


def changed(trained: Path, path: Path, **info: object) -> Path:
    """A copy of a checkpoint with other runtime info, and what `meta` is given."""
    checkpoint = torch.load(trained / "epoch_1.pth", weights_only=True)
    checkpoint["meta"].update(info.pop("meta", {}))
    checkpoint["message_hub"]["runtime_info"].update(info)
    torch.save(checkpoint, path)
    return path


def test_a_config_in_a_checkpoint_is_not_run(config, trained, refused, tmp_path):
    """mmengine runs `meta['config']` on resuming, whatever `weights_only` says."""
    canary = tmp_path / "canary"
    text = f"gpu_ids = [open({str(canary)!r}, 'w').close()]"
    evil = changed(trained, tmp_path / "evil.pth", meta=dict(config=text, cfg=text))
    said = refused("train", *fresh(config, tmp_path), "--resume", evil)
    assert "evil.pth" in said and "config" in said
    assert not canary.exists()


def test_only_own_checkpoints_are_deleted(config, trained, tmp_path):
    """mmengine deletes what the checkpoint calls the best so far, a folder with all in it too."""
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis.txt").touch()
    worse = dict(best_score=-1.0)  # so that the first validation is better
    keep = "default_hooks.checkpoint.max_keep_ckpts=1"
    for best in (mine, trained / "best_acc_top1_epoch_1.pth"):
        evil = changed(
            trained, tmp_path / "evil.pth", best_ckpt=str(best), **worse,
            keep_ckpt_ids=["/../../mine/thesis.txt", 1],
        )  # fmt: skip
        (tmp_path / "run/epoch_").mkdir(parents=True)  # where that path would begin
        run_here("train", *fresh(config, tmp_path, keep), "--resume", evil, cwd=tmp_path)
        assert (mine / "thesis.txt").is_file() and best.exists()
        assert list((tmp_path / "run").glob("best_acc_top1_epoch_*.pth"))
        shutil.rmtree(tmp_path / "run")


def test_the_runs_own_best_is_replaced(config, trained, tmp_path):
    run = tmp_path / "run"
    shutil.copytree(trained, run)
    best = run / "best_acc_top1_epoch_1.pth"
    changed(trained, run / "epoch_1.pth", best_ckpt=str(best), best_score=-1.0)
    (run / "last_checkpoint").write_text(str(run / "epoch_1.pth"))
    run_here("train", *fresh(config, tmp_path), "--resume", cwd=tmp_path)
    assert [path.name for path in run.glob("best_*.pth")] == ["best_acc_top1_epoch_2.pth"]


# --------------------------------------------------------------------------------------------------
# Names


@pytest.mark.parametrize(
    "name", ["../evil", "/tmp/evil", "a/../../evil", "..", "a/\0", "test/evil"]
)
def test_a_marker_writes_no_record_but_its_own(name, trained, config, tmp_path):
    records = tmp_path / "records"
    shutil.copytree(trained.parent / "records", records)
    (path,) = records.glob("train/*.json")
    content = dict(json.loads(path.read_text()), id=name)
    path.with_name("x.running").write_text(json.dumps(content))
    before = {p for p in tmp_path.rglob("*") if p.is_file()}
    assert recording.close_killed(records) == []
    assert {p for p in tmp_path.rglob("*") if p.is_file()} == before
    path.write_text(json.dumps(content))
    with pytest.raises(UserError, match=path.name):
        store.read_all(records)


def test_figures_stay_in_the_work_dir(tmp_path):
    names = ["../../evil", "/tmp/evil", "..", "nul\0", "x" * 5000, "a/b", "a-b", "<b>", "new\nline"]
    figures = {name: [float("nan"), float("inf"), {"<": torch.tensor([1.0])}] for name in names}
    found = as_fields(figures, tmp_path / "work", "test/../../tiny")
    files = [p for p in tmp_path.rglob("*") if p.is_file()]
    assert len(files) == len(names) == len(found["attachments"])
    assert {p.parent.parent for p in files} == {tmp_path / "work/figures"}

    def no_number(text: str) -> None:
        raise AssertionError(f"{text} is no JSON")

    for path in files:
        values = json.loads(path.read_text(), parse_constant=no_number)
        assert values == ["nan", "inf", {"<": [1.0]}]


@pytest.mark.parametrize("name", ["my net (v2) & more", "=<netz-ü>"])
def test_a_config_of_any_name_is_recorded(name, config, tmp_path):
    path = tmp_path / f"{name}.py"
    path.write_text(f'_base_ = "{config}"\n')
    once = ["train_cfg.max_epochs=1", "default_hooks.checkpoint=None"]
    run_here("train", *fresh(path, tmp_path, *once), "--no-validate", cwd=tmp_path)
    (record,) = store.read_all(tmp_path / "records")
    assert record.config == str(path)
