"""Jobs in processes of their own: they train, fail, crash, resume, and end with the engine."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from mmengine.config import Config

from smallbig_mm.experiments import engine, motion_shapes
from smallbig_mm.experiments.job import Job
from smallbig_mm.files import SHARE
from smallbig_mm.records import store

HOOKS = """
import os, signal, time
from mmengine.hooks import Hook
from mmengine.registry import HOOKS

@HOOKS.register_module()
class Does(Hook):
    def __init__(self, what):
        self.what = what

    def before_train(self, runner):
        if self.what == "dies":
            os.kill(os.getpid(), signal.SIGKILL)
        if self.what == "tells":
            raise RuntimeError(
                f"on {os.environ.get('CUDA_VISIBLE_DEVICES')}, "
                f"threads {os.environ.get('OMP_NUM_THREADS')}"
            )
        if self.what == "waits":
            open(os.path.join(runner.work_dir, "waits"), "w").write(str(os.getpid()))
            time.sleep(120)

    def before_train_epoch(self, runner):
        with open(os.path.join(runner.work_dir, "epochs"), "a") as file:
            print(runner.epoch, file=file)
            if self.what == "dies once" and file.tell() == 4:
                os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def job(tiny) -> Job:
    return motion_shapes.jobs(tiny, [0], "table05/01*")[0]


@pytest.fixture
def hooks(tmp_path, monkeypatch) -> None:
    """A hook that jobs can be given, by `that`."""
    (tmp_path / "tested_hooks.py").write_text(HOOKS)
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}:{SHARE}")


def that(job: Job, what: str, name: str) -> Job:
    """The job, which dies, tells or waits when its training begins."""
    cfg = Config(job.cfg.to_dict())
    cfg.custom_imports = dict(imports=["smallbig_mm", "tested_hooks"])
    cfg.custom_hooks = [dict(type="Does", what=what)]
    return replace(job, cfg=cfg, name=f"small/{name}")


def run(jobs, tmp_path: Path, workers=None):
    found = engine.run(jobs, tmp_path / "runs", tmp_path / "work", "typed", workers)
    return {job.name: (record, new) for job, record, new in found}


def test_jobs_train_fail_and_crash_apart_and_resume(job, hooks, tmp_path):
    cfg = Config(job.cfg.to_dict())
    cfg.model.backbone.depth = 24
    bad = replace(job, cfg=cfg, name="small/bad")
    jobs = [that(job, "dies", "dead"), bad, job]
    found = run(jobs, tmp_path, workers=2)

    done, new = found[job.name]
    assert new and set(done.metrics) >= {"motion_shapes/order_free", "train/loss"}
    assert done.config_sha256.startswith(job.name[-8:])  # of what was run, through the file
    assert [(data.samples, data.skipped) for data in done.data] == [(22, 0), (11, 0)]
    assert (done.config, done.command, done.seed) == (job.config, "typed", 0)
    assert done.detail["rows"] == ["table05/01_r23"] and done.detail["seconds"] > 0
    assert done.env["layout"] == "channels_last_3d" and done.env["threads"] == 1
    assert done.counts[0].clip == (8, 32, 32)

    assert found["small/bad"][0].metrics.startswith("not run: ValueError: depth=24")
    assert "Traceback" in (tmp_path / "work/small/bad/error.txt").read_text()
    assert found["small/dead"][0].metrics.startswith("not run: ")
    assert store.read(tmp_path / f"runs/{found['small/dead'][0].id}.json").seed == 0

    assert store.succeeded("small/bad", tmp_path / "runs") is None  # so it is tried again
    ((again, new),) = run([job], tmp_path).values()
    assert again == done and not new


def test_a_training_goes_on_from_its_newest_checkpoint(job, hooks, tmp_path):
    once = that(job, "dies once", "once")
    once.cfg.train_cfg.max_epochs = 2
    once.cfg.default_hooks.checkpoint = dict(type="CheckpointHook", interval=1)
    ((died, _),) = run([once], tmp_path).values()
    ((done, _),) = run([once], tmp_path).values()
    assert isinstance(died.metrics, str) and done.metrics["motion_shapes/order_free"] >= 0
    # the second epoch began twice, the first one once
    assert (tmp_path / "work/small/once/epochs").read_text().split() == ["0", "1", "1"]
    assert [checkpoint.file for checkpoint in done.checkpoints] == ["epoch_2.pth"]


@pytest.mark.parametrize("mask, devices", [(None, "01"), ("3,5", "35"), ("GPU-a,GPU-b", "ab")])
def test_masks_are_kept(mask, devices, monkeypatch):
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    if mask:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", mask)
    assert [name[-1] for name in engine.gpus()] == list(devices)


def test_a_job_has_a_device_of_its_own(job, hooks, tmp_path, monkeypatch):
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "3,5")
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    found = run([that(job, "tells", "one"), that(job, "tells", "two")], tmp_path)
    told = {record.metrics.partition(": ")[2] for record, _ in found.values()}
    assert told == {f"RuntimeError: on {device}, threads None" for device in "35"}


ENGINE = """
import sys
from pathlib import Path
from mmengine.config import Config
from smallbig_mm.experiments import engine
from smallbig_mm.experiments.job import Job
root = Path(sys.argv[1])
cfg = Config.fromfile(root / "waits.py")
list(engine.run([Job("small/waits", "none.py", cfg, 0, {})], root / "runs", root / "work", "typed"))
"""


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_jobs_end_with_the_engine(job, hooks, tmp_path, how):
    that(job, "waits", "waits").cfg.dump(str(tmp_path / "waits.py"))
    parent = subprocess.Popen(
        [sys.executable, "-c", ENGINE, tmp_path],
        stderr=subprocess.DEVNULL,
        # a shell has what it starts in the background ignore it, which is inherited
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    told = tmp_path / "work/small/waits/waits"
    wait_for(lambda: told.exists() and told.read_text())
    parent.send_signal(how)
    parent.wait(120)
    child = int(told.read_text())
    wait_for(lambda: not lives(child))
    (record,) = store.read_all(tmp_path / "runs")
    assert record.metrics == "not run: KeyboardInterrupt: ended with the engine"


def lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    # an orphan whose new parent does not collect it
    return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"


def wait_for(what, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end
        time.sleep(0.1)
