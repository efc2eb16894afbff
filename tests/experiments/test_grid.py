"""The grid: which networks it holds, and running, failing, resuming and crashing jobs."""

import os
from pathlib import Path

import pytest
from mmengine.config import Config

from smallbig_mm.datasets.motion_shapes_files import make_motion_shapes
from smallbig_mm.experiments import grid
from smallbig_mm.files import SHARE
from smallbig_mm.records import store

from ..tool import fails, run

CONFIG = SHARE / "configs/motion_shapes/grid.py"
TINY = """
_base_ = "{config}"
rows = "table05"
train_cfg = dict(max_epochs=1, val_interval=1)
train_dataloader = dict(dataset=dict(data_root="{data}"))
test_dataloader = dict(dataset=dict(data_root="{data}"))
"""


@pytest.fixture(scope="module")
def tiny(tmp_path_factory) -> Path:
    root = tmp_path_factory.mktemp("grid")
    make_motion_shapes(root / "data", 22, 11, seed=0, workers=1)
    path = root / "small" / "grid.py"
    path.parent.mkdir()
    path.write_text(TINY.format(config=CONFIG, data=root / "data"))
    return path


def test_every_distinct_network_once_a_seed():
    jobs = grid.jobs(CONFIG, range(3))
    assert len(jobs) == 60 and len({job.name for job in jobs}) == 60
    assert [job.seed for job in jobs] == sorted(job.seed for job in jobs)
    covered = [name for job in jobs[:20] for name in (job.row, *job.also)]
    assert len(covered) == len(set(covered)) == 35


def test_a_row_keeps_what_is_its_own():
    (job,) = grid.jobs(CONFIG, [1], "table06/04*")
    backbone, plain = job.cfg.model.backbone, Config.fromfile(CONFIG).model.backbone
    assert (backbone.type, backbone.share_weights) == ("ResNet3dSmallBig", False)
    assert backbone.extra_unit == "default" and backbone.depth == 23
    for key in ("base_channels", "conv1_kernel", "with_pool1", "norm_eval", "pretrained"):
        assert backbone[key] == plain[key]
    assert job.cfg.randomness.seed == 1
    assert job.cfg.val_dataloader is None


def test_patterns_choose_networks_by_any_of_their_rows():
    assert [job.row for job in grid.jobs(CONFIG, [0], "table09/02*")] == ["table08/04_smallbig_r50"]
    assert grid.jobs(CONFIG, [0], "table10/*") == []
    assert len(grid.jobs(CONFIG, [0], "table05")) == 5


def test_the_stored_runs_are_those_of_todays_grid():
    todo = [
        job.name for job in grid.jobs(CONFIG, range(5)) if not store.succeeded(job.name, store.RUNS)
    ]
    assert todo == []


def broken(job: grid.Job) -> grid.Job:
    cfg = Config(job.cfg.to_dict(), filename=job.cfg.filename)
    cfg.model.backbone.depth = 24
    return grid.Job(job.row, job.also, cfg, job.seed, job.grid)


def test_jobs_run_fail_and_resume(tiny, tmp_path):
    good, bad = grid.jobs(tiny, [0], "table05/0[14]*")
    records = list(grid.run([broken(bad), good], tmp_path, tmp_path / "work", "test", workers=2))
    assert len(records) == 2
    done = store.succeeded(good.name, tmp_path)
    assert set(done.metrics) >= {"motion_shapes/order_free", "motion_shapes/direction"}
    assert [(data.samples, data.skipped) for data in done.data] == [(22, 0), (11, 0)]
    assert done.detail["rows"] == ["table05/01_r23"] and done.env["threads"] == 1
    (failed,) = (record for record in records if record != done)
    assert failed.metrics.startswith("not run: ValueError: depth=24")
    assert store.succeeded(broken(bad).name, tmp_path) is None  # so it is tried again


def crash(job, work_dirs, command):
    if job.seed == 0:
        os._exit(1)  # as a segmentation fault would end it
    return grid._record(job, command, grid.now(), grid._failed("never trained"))


def test_a_crash_takes_no_other_job_with_it(tiny, tmp_path, monkeypatch):
    monkeypatch.setattr(grid, "execute", crash)
    jobs = grid.jobs(tiny, [0, 1], "table05/01*")
    records = list(grid.run(jobs, tmp_path, tmp_path / "work", "test", workers=2))
    found = {record.seed: record.metrics for record in records}
    assert found[0] == "not run: the process ended without a word"
    assert found[1] == "not run: never trained"


def test_tool_lists_and_refuses(tiny, tmp_path):
    listed = run("run_grid.py", tiny, "--list", "--seeds", 2, "--records", tmp_path)
    assert listed.stdout.count("todo seed 1") == 5
    fails(run("run_grid.py", "none.py"), "none.py", "no such file")
    fails(run("run_grid.py", tiny, "--rows", "table99"), "table99", "no row")
    fails(run("run_grid.py", SHARE / "configs/r23_k400.py"), "r23_k400.py", "grid's has `rows`")
    fails(run("run_grid.py", tiny, "--seeds", 0), "--seeds 0")
    fails(run("run_grid.py", tiny, "--workers", -1), "--workers -1")
    elsewhere = tmp_path / "grid.py"
    elsewhere.write_text(TINY.format(config=CONFIG, data=tmp_path / "none"))
    fails(run("run_grid.py", elsewhere, "--records", tmp_path), "none/train.txt", "how to write")
