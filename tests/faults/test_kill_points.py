"""A training that is killed and resumed ends as one that was not."""

import signal
from pathlib import Path

import pytest

from smallbig_mm.records import store

from . import kill_points


@pytest.fixture(scope="module")
def config(tmp_path_factory) -> Path:
    return kill_points.write_config(tmp_path_factory.mktemp("killed"))


@pytest.fixture(scope="module")
def events(config) -> list[str]:
    code, events = kill_points.start(config, config.parent / "whole")
    assert code == 0
    return events


WORKERS = ["--cfg-options", "train_dataloader.num_workers=2"]
WORKERS += ["train_dataloader.persistent_workers=True"]


@pytest.mark.parametrize(
    ("event", "sig", "loader"),
    [
        ("remove epoch_1.pth", signal.SIGKILL, []),
        ("remove best_acc_top1_epoch_1.pth", signal.SIGINT, []),
        ("step", signal.SIGKILL, WORKERS),  # equal to the whole one, which has no loader processes
    ],
)
def test_the_ending_is_equal(config, events, event, sig, loader):
    number = len(events) - 1 - events[::-1].index(event)  # the last one
    work = config.parent / f"{sig.name}{number}"
    code, _ = kill_points.start(config, work, *loader, point=number, sig=sig)
    assert code == (1 if sig == signal.SIGINT else -sig)
    code, after = kill_points.start(config, work, "--resume", *loader)
    assert code == 0
    assert kill_points.differences(config.parent / "whole", work) == []
    stopped, resumed = store.read_all(Path(f"{work}.records"))  # who resumes closes what was killed
    why = (
        "KeyboardInterrupt" if sig == signal.SIGINT else "killed: the process ended without a word"
    )
    assert stopped.metrics == f"not run: {why}" and resumed.training.epochs == kill_points.EPOCHS
    assert not list(Path(f"{work}.records").rglob("*.running"))
    assert after.count("step") <= kill_points.STEPS  # it lost no more than an epoch


@pytest.mark.slow
def test_every_fourth_kill_point(tmp_path):
    table = kill_points.rows(tmp_path, quick=True)
    assert sum(row["points"] for row in table) > 25
    assert [row for row in table if row["ended equal"] < row["points"]] == []
    assert max(row["work lost, steps"] for row in table) == kill_points.STEPS  # an epoch at most
