"""The Slurm scripts, with stand-ins for `srun` and `scontrol`."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from smallbig_mm.records import store

from ..faults.machines import free_port, tiny
from ..tool import ROOT, TOOLS

# As srun does: as many processes as it is told, each with its number, on the nodes of the job; its
# exit code is the largest of theirs.
SRUN = """#!{python}
import json, os, subprocess, sys
words = iter(sys.argv[1:])
options, command = {{}}, []
for word in words:
    if word == "-p":
        options["partition"] = next(words)
    elif word.startswith("--"):
        name, _, value = word[2:].partition("=")
        options[name] = value
    else:
        command = [word, *words]
tasks = int(options["ntasks"])
env = dict(os.environ, SLURM_NTASKS=str(tasks), SLURM_NODELIST="gpu[07-08,11]")
print(json.dumps(dict(options=options, command=command)), flush=True)
running = [
    subprocess.Popen(command, env=dict(env, SLURM_PROCID=str(task), SLURM_LOCALID=str(task)))
    for task in range(tasks)
]
sys.exit(max(process.wait() for process in running))
"""
# The first host is this machine, so that the processes meet; the others are nowhere.
SCONTROL = """#!/bin/sh
[ "$*" = "show hostname gpu[07-08,11]" ] || exit 1
echo 127.0.0.1
echo gpu08
echo gpu11
"""


@pytest.fixture
def cluster(tmp_path) -> Path:
    """A folder for PATH."""
    for name, text in (("srun", SRUN.format(python=sys.executable)), ("scontrol", SCONTROL)):
        path = tmp_path / "bin" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        path.chmod(0o755)
    return tmp_path / "bin"


def submit(
    cluster: Path, script: str, *arguments, **env
) -> tuple[subprocess.CompletedProcess, dict]:
    """Its result, and what srun was asked for."""
    own = {"PYTHONPATH": str(ROOT), "PYTHON": sys.executable, "OMP_NUM_THREADS": "1"}
    own["PATH"] = f"{cluster}:{os.environ['PATH']}"
    result = subprocess.run(
        ["bash", str(TOOLS / script), *map(str, arguments)],
        cwd=cluster.parent,
        env={**os.environ, **own, "PORT": free_port(), **env},
        capture_output=True,
        text=True,
        timeout=300,
    )
    return result, json.loads(result.stdout.splitlines()[0])


def test_two_tasks_train_as_one(cluster, tmp_path):
    work_dir = tmp_path / "a run"
    result, asked = submit(
        cluster, "slurm_train.sh", "gpu", "small big", tiny(tmp_path, epochs=1),
        "--work-dir", work_dir, "--records", tmp_path / "records",
        GPUS="2", SRUN_ARGS="--time=10 --qos=low",
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    assert asked["options"] == {
        "partition": "gpu", "job-name": "small big", "gres": "gpu:2", "ntasks": "2",
        "ntasks-per-node": "2", "cpus-per-task": "8", "kill-on-bad-exit": "1", "time": "10",
        "qos": "low",
    }  # fmt: skip
    (start,) = store.read_all(tmp_path / "records")[-1].training.starts
    assert (start.processes, start.batch) == (2, 4)
    assert len(list(work_dir.glob("epoch_*.pth"))) == 1


@pytest.mark.parametrize("script", ["slurm_train.sh", "slurm_test.sh"])
def test_arguments_with_blanks_and_exit_codes_pass_through(cluster, tmp_path, script):
    """16 processes on machines of 8; a stand-in for python that fails as it is told."""
    python = tmp_path / "a python"
    python.write_text("#!/bin/sh\nexit $((SLURM_PROCID == 1 ? 3 : 0))\n")
    python.chmod(0o755)
    options = ["--cfg-options", "a=[1, 2]", "work_dir=a b"]
    result, asked = submit(
        cluster, script, "gpu", "job", "config.py", *options, PYTHON=str(python), GPUS="16"
    )
    assert result.returncode == 3
    assert asked["command"][0] == str(python) and asked["command"][3:] == [
        "config.py", *options, "--launcher", "slurm",
    ]  # fmt: skip
    assert (asked["options"]["ntasks"], asked["options"]["ntasks-per-node"]) == ("16", "8")


@pytest.mark.slow
def test_a_task_that_never_starts_is_waited_for_as_long_as_said(cluster, tmp_path):
    config = tiny(tmp_path)
    (cluster / "srun").write_text(SRUN.format(python=sys.executable).replace("range(tasks)", "[0]"))
    result, _ = submit(cluster, "slurm_train.sh", "gpu", "job", config, GPUS="2", DIST_TIMEOUT="2")
    assert result.returncode == 2
    last = result.stderr.strip().splitlines()[-1]
    assert last.startswith("error: --launcher slurm: 2 processes did not meet at 127.0.0.1:")
    assert "within 2 s" in last and "DIST_TIMEOUT" in last
