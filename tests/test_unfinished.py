"""A test that was stopped goes on from where it was, and ends as if it had not been."""

import os
import pickle
import re
import shutil
import signal
from pathlib import Path

import pytest
import torch
from mmaction.registry import MODELS
from mmengine.config import Config
from mmengine.registry import init_default_scope

from smallbig_mm import unfinished
from smallbig_mm.records import store

from .tool import CONFIG, ROOT, run, run_here
from .videos import write_dataset

# Ends the process, or raises, after a batch of some process.
STOPS = """
import os
import signal
from mmengine.dist import get_rank
from mmengine.hooks import Hook
from mmengine.registry import HOOKS

@HOOKS.register_module(force=True)
class Stop(Hook):
    def after_test_iter(self, runner, batch_idx, data_batch=None, outputs=None):
        print("tested", batch_idx)
        if os.environ.get("STOP") == f"{get_rank()} {batch_idx} kill":
            os.kill(os.getpid(), signal.SIGKILL)
        if os.environ.get("STOP") == f"{get_rank()} {batch_idx} raise":
            raise KeyboardInterrupt
"""
VIDEOS = 9


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """A config, two checkpoints, and the dump of a test that was not stopped."""
    root = tmp_path_factory.mktemp("unfinished")
    write_dataset(root / "data", number=VIDEOS)
    (root / "stops.py").write_text(STOPS)
    config = root / "tiny.py"
    config.write_text(
        CONFIG.format(configs=ROOT / "configs", data=root / "data")
        + 'custom_imports = dict(imports=["smallbig_mm", "stops"])\n'
        + 'custom_hooks = [dict(type="Stop", priority="LOWEST")]\n'
    )
    init_default_scope("mmaction")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(root)
        cfg = Config.fromfile(config)
        for name in ("one", "two"):
            network = MODELS.build(cfg.model)
            for tensor in network.cls_head.parameters():
                torch.nn.init.normal_(tensor)
            torch.save(dict(state_dict=network.state_dict()), root / f"{name}.pth")
    return root


def go(
    folder: Path, work: Path, *options: object, stop: str = "", checkpoint: str = "one", **settings
) -> str | None:
    """Test in this process; what stopped it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STOP", stop)
        patch.syspath_prepend(folder)
        config, weights = folder / "tiny.py", folder / f"{checkpoint}.pth"
        try:
            # mmengine's loggers are one a name
            settings["experiment_name"] = f"n{os.urandom(4).hex()}"
            changes = [f"{key}={value}" for key, value in settings.items()]
            given = ["--work-dir", work / "run", *options, "--cfg-options", *changes]
            run_here("test", config, weights, *given, cwd=work)
        except KeyboardInterrupt:
            return "stopped"
    return None


def dumped(path: Path) -> list[dict]:
    with path.open("rb") as file:
        return pickle.load(file)


def same(one: list[dict], other: list[dict]) -> bool:
    """To the last bit, in the same order."""
    assert len(one) == len(other) == VIDEOS
    for a, b in zip(one, other, strict=True):
        assert a.keys() == b.keys() and a["filename"] == b["filename"]
        assert torch.equal(a["pred_score"], b["pred_score"])
        assert torch.equal(a["gt_label"], b["gt_label"])
    return True


@pytest.fixture(scope="module")
def whole(folder, tmp_path_factory) -> list[dict]:
    work = tmp_path_factory.mktemp("whole")
    assert go(folder, work, "--dump", work / "dump.pkl") is None
    assert not (work / "run/unfinished").exists()  # nothing is left behind
    found = dumped(work / "dump.pkl")
    assert len({tuple(sample["pred_score"].tolist()) for sample in found}) == VIDEOS
    return found


def test_it_goes_on_where_it_was_stopped(folder, whole, tmp_path, capsys):
    """Stopped twice, the first time without a dump; a last batch that was cut short is tested."""
    assert go(folder, tmp_path, stop="0 3 raise") == "stopped"
    (kept,) = (tmp_path / "run/unfinished").iterdir()
    kept.write_bytes(kept.read_bytes()[:-5])
    assert go(folder, tmp_path, stop="0 1 raise") == "stopped"
    capsys.readouterr()
    assert go(folder, tmp_path, "--dump", tmp_path / "dump.pkl") is None
    said = capsys.readouterr().out
    assert f"stopped when 5 of {VIDEOS} samples were finished" in said
    assert said.count("tested ") == VIDEOS - 5
    assert same(dumped(tmp_path / "dump.pkl"), whole)
    assert not (tmp_path / "run/unfinished").exists()
    *stopped, record = store.read_all(tmp_path / "records")
    assert [r.metrics for r in stopped] == ["not run: KeyboardInterrupt"] * 2
    assert record.detail["reused_from_a_stopped_test"] == 5


def test_scores_of_other_videos_or_another_checkpoint_config_or_list_are_not_taken(
    folder, whole, tmp_path, capsys
):
    assert go(folder, tmp_path, stop="0 6 raise") == "stopped"
    kept = next((tmp_path / "run/unfinished").iterdir())
    listed = folder / "data/list.txt"
    text = listed.read_text()
    config = folder / "tiny.py"
    settings = config.read_text()
    try:
        shutil.copytree(folder / "data", folder / "smaller")
        for change in ("videos", "checkpoint", "list", "config"):
            if change == "list":
                listed.write_text("".join(reversed(text.splitlines(keepends=True))))
            if change == "config":
                listed.write_text(text)
                config.write_text(settings.replace("num_clips=2", "num_clips=1"))
            capsys.readouterr()
            weights = "two" if change == "checkpoint" else "one"
            prefix = {"test_dataloader.dataset.data_prefix.video": folder / "smaller"}
            options = prefix if change == "videos" else {}
            assert go(folder, tmp_path, checkpoint=weights, **options) is None
            assert capsys.readouterr().out.count("tested ") == VIDEOS
    finally:
        listed.write_text(text)
        config.write_text(settings)
    assert kept.exists()  # they are not lost by that
    assert go(folder, tmp_path, "--dump", tmp_path / "dump.pkl") is None
    assert capsys.readouterr().out.count("tested ") == VIDEOS - 7
    assert same(dumped(tmp_path / "dump.pkl"), whole)


def test_a_test_stopped_after_its_last_batch_computes_the_metrics(folder, whole, tmp_path, capsys):
    assert go(folder, tmp_path, stop=f"0 {VIDEOS - 1} raise") == "stopped"
    capsys.readouterr()
    assert go(folder, tmp_path, "--dump", tmp_path / "dump.pkl") is None
    assert "tested " not in capsys.readouterr().out
    assert same(dumped(tmp_path / "dump.pkl"), whole)
    record = store.read_all(tmp_path / "records")[-1]
    right = sum(int(s["pred_score"].argmax()) == int(s["gt_label"]) for s in whole)
    assert record.metrics["acc/top1"] == pytest.approx(right / VIDEOS)


def test_batches_stay_as_they_are(folder, tmp_path, capsys, monkeypatch):
    """A batch of which a part is finished is tested as a whole; the time left is said early."""
    monkeypatch.setattr(unfinished, "PATIENCE", 0)
    four = {"test_dataloader.batch_size": 4}
    for number, (stop, left) in enumerate([("", 3), ("0 0 raise", 1), ("", 2)]):
        how = go(folder, tmp_path, "--dump", tmp_path / f"{number}.pkl", stop=stop, **four)
        assert how == ("stopped" if stop else None)
        said = capsys.readouterr().out
        assert said.count("tested 0") + said.count("tested 1") + said.count("tested 2") == left
        of = 2 if number == 2 else 3
        assert re.search(
            rf"1 of {of} batches tested in \d:\d\d:\d\d; about \d:\d\d:\d\d left", said
        )
    assert same(dumped(tmp_path / "0.pkl"), dumped(tmp_path / "2.pkl"))


@pytest.mark.parametrize("processes", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_it_survives_sigkill(processes, folder, whole, tmp_path):
    """Killed in one process of several, it goes on in as many, or in one."""
    tool = "test.py" if processes == 1 else "dist_test.sh"
    several = [] if processes == 1 else [processes]
    given = [folder / "one.pth", *several, "--work-dir", tmp_path, "--dump", tmp_path / "dump.pkl"]
    paths = f"{ROOT}{os.pathsep}{folder}"
    where = dict(PYTHONPATH=paths, PORT="29633")
    first = run(tool, folder / "tiny.py", *given, STOP=f"{processes - 1} 2 kill", **where)
    assert first.returncode != 0 and not (tmp_path / "dump.pkl").exists()
    assert processes == 2 or first.returncode == -signal.SIGKILL
    second = run(tool, folder / "tiny.py", *given, STOP="", **where)
    assert second.returncode == 0, second.stderr
    assert second.stdout.count("tested ") < VIDEOS + processes - 3
    assert same(dumped(tmp_path / "dump.pkl"), whole)
