"""The tools, run as commands, and a tiny config for them."""

import importlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

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


def run(tool: str, *arguments, cwd: Path = ROOT, **env) -> subprocess.CompletedProcess:
    """Run a tool; its records go to `RECORDS` if it is not told where."""
    command = [sys.executable] if tool.endswith(".py") else ["bash"]
    recorded = tool.startswith(("train", "test", "ensemble", "dist_")) and len(arguments) > 1
    if recorded and "--records" not in arguments:
        arguments = (*arguments, "--records", RECORDS)
    return subprocess.run(
        [*command, str(TOOLS / tool), *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHON": sys.executable, **env},
        capture_output=True,
        text=True,
        timeout=300,
    )


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
