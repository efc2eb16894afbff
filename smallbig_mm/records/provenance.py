"""Where a figure comes from: code, environment, config and time, and safe writing of records."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import subprocess
from datetime import datetime, timezone
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import torch
from mmengine.config import Config

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("torch", "mmengine", "mmcv-lite", "mmcv", "mmaction2", "decord", "fvcore", "numpy")


# What says where and how a run is started, not what is run.
MACHINE = (
    *("custom_imports", "default_hooks", "env_cfg", "experiment_name", "launcher", "load_from"),
    *("log_level", "log_processor", "resume", "vis_backends", "visualizer", "work_dir"),
)


def sha256_of(content: Any) -> str:
    """SHA-256 of what JSON can hold, with sorted keys."""
    text = json.dumps(content, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def digest(cfg: Config) -> str:
    """SHA-256 of a resolved config without what depends on the machine."""
    return sha256_of({key: value for key, value in cfg.to_dict().items() if key not in MACHINE})


@cache
def code_version() -> dict[str, Any]:
    """Commit of the checkout when this is first asked, and whether code outside `results/` differs from it."""

    def git(*arguments: str) -> str:
        return subprocess.run(
            ["git", *arguments],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()

    try:
        return dict(
            commit=git("rev-parse", "HEAD"),
            dirty=bool(git("status", "--porcelain", "--", ".", ":!results")),
        )
    except (OSError, subprocess.CalledProcessError):
        return dict(commit="not run: no git checkout", dirty="not run: no git checkout")


def environment() -> dict[str, Any]:
    """Versions and device that a figure depends on."""
    found = {}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    device = torch.cuda.get_device_name() if torch.cuda.is_available() else platform.processor()
    return dict(
        python=platform.python_version(),
        **found,
        device=device or platform.machine(),
        cores=os.cpu_count(),
        threads=torch.get_num_threads(),
    )


def now() -> str:
    """UTC time, ISO 8601, in seconds."""
    return datetime.now(timezone.utc).isoformat(timespec="seconds")


def write_record(record: dict[str, Any], path: Path) -> None:
    """Write JSON so that the file is there whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps(record, indent=1) + "\n")
    partial.replace(path)
