"""The tools, run as commands, and a tiny config for them."""

import gc
import importlib
import multiprocessing
import os
import runpy
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from mmengine.config import config as mmengine_config

ROOT = Path(__file__).parents[1]
TOOLS = ROOT / "tools"
RECORDS = Path(tempfile.mkdtemp(prefix="records"))
CONFIG = """
_base_ = "{configs}/smallbig_r23_k400.py"
model = dict(
    backbone=dict(base_channels=4, pretrained=None, clip_size=None),
    cls_head=dict(in_channels=128, num_classes=2),
)
sample = dict(type="SampleFrames", clip_len=4, frame_interval=2)
ends = [dict(type="Resize", scale=(32, 32), keep_ratio=False),
        dict(type="FormatShape", input_format="NCTHW"), dict(type="PackActionInputs")]
train = [dict(type="DecordInit"), sample, dict(type="DecordDecode"), *ends]
test = [dict(type="DecordInit"), dict(sample, num_clips=2, test_mode=True),
        dict(type="DecordDecode"), *ends]
data = dict(ann_file="{data}/list.txt", data_prefix=dict(video="{data}"))
loader = dict(num_workers=0, persistent_workers=False)
train_dataloader = dict(**loader, batch_size=2, dataset=dict(**data, pipeline=train))
val_dataloader = dict(**loader, batch_size=1, dataset=dict(**data, pipeline=test))
test_dataloader = val_dataloader
train_cfg = dict(max_epochs=2, val_interval=2)
randomness = dict(seed=0)
"""


def write_config(folder: Path, data: Path, more: str = "") -> Path:
    """Write `CONFIG`, and `more` after it, to FOLDER/tiny.py, for a dataset of `tests.videos`."""
    path = folder / "tiny.py"
    path.write_text(CONFIG.format(configs=ROOT / "configs", data=data) + more)
    return path


# A tool starts as a fork of a process that has imported the stack, which takes seconds.
_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload(["torch._dynamo", "smallbig_mm.commands.ensemble", __name__])


def hasten() -> None:
    """Leave out what takes most of a tiny run's time in this process and changes nothing of it.

    mmengine has YAPF lay out the config's text for every checkpoint, and collects garbage among all
    that was ever imported for every dataset.
    """
    mmengine_config.FormatCode = lambda text, **_: (text, False)
    gc.freeze()


def run(tool: str, *arguments, cwd: Path = ROOT, **env) -> subprocess.CompletedProcess:
    """Run a tool in a process of its own; its records go to `RECORDS` if it is not told where."""
    recorded = tool.startswith(("train", "test", "ensemble", "dist_")) and len(arguments) > 1
    if recorded and "--records" not in arguments:
        arguments = (*arguments, "--records", RECORDS)
    command = [str(TOOLS / tool), *map(str, arguments)]
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHON": sys.executable, **env}
    if tool.endswith(".py"):
        return _forked(command, cwd, env)
    return subprocess.run(
        ["bash", *command], cwd=cwd, env=env, capture_output=True, text=True, timeout=300
    )


def _forked(command: list[str], cwd: Path, env: dict) -> subprocess.CompletedProcess:
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder, name) for name in ("stdout", "stderr")]
        process = _forks.Process(target=_script, args=(command, cwd, env, *files))
        process.start()
        process.join(300)
        if process.is_alive():
            process.kill()
            raise subprocess.TimeoutExpired(command, 300)
        said = [file.read_text() for file in files]
    return subprocess.CompletedProcess(command, process.exitcode, *said)


def _script(command: list[str], cwd: Path, env: dict, *files: Path) -> None:
    """What `python SCRIPT ...` does, in this process."""
    for number, file in enumerate(files, start=1):
        os.dup2(os.open(file, os.O_WRONLY | os.O_CREAT), number)
    hasten()
    os.environ.clear()
    os.environ.update(env)
    os.chdir(cwd)
    sys.argv = command
    sys.path[:0] = [str(Path(command[0]).parent), *env["PYTHONPATH"].split(os.pathsep)]
    multiprocessing.set_start_method("fork", force=True)  # Python's own, which is the parent's here
    runpy.run_path(command[0], run_name="__main__")


def run_here(tool: str, *arguments: object, cwd: Path) -> None:
    """Run a tool's command in this process, which saves the seconds that the stack takes to import.

    Errors are raised.
    """
    module = importlib.import_module(f"smallbig_mm.commands.{tool}")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", [f"tools/{tool}.py", *map(str, arguments)])
        patch.chdir(cwd)
        module.main()


def fails(result: subprocess.CompletedProcess, *words: str) -> None:
    """It ended with code 2 and one line of error with these words, without a traceback."""
    assert result.returncode == 2, result.stderr
    assert "Traceback" not in result.stderr
    last = result.stderr.strip().splitlines()[-1]
    assert last.startswith("error: ") and all(word in last for word in words), last
