"""Where a figure comes from: code, environment, config and time."""

from __future__ import annotations

import os
import platform
import subprocess
from datetime import datetime, timezone
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import torch
from mmengine.dist import get_world_size

from ..files import SHARE

CODE = ("smallbig_mm", "configs", "tools", "setup.cfg", "requirements.txt")
PACKAGES = ("torch", "mmengine", "mmcv-lite", "mmcv", "mmaction2", "decord", "fvcore", "numpy")


@cache
def code_version() -> dict[str, Any]:
    """Commit of the checkout when first asked, and whether its code differs from that."""

    def git(*arguments: str) -> str:
        return subprocess.run(
            ["git", *arguments],
            cwd=SHARE,
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()

    try:
        return dict(
            commit=git("rev-parse", "HEAD"),
            dirty=bool(git("status", "--porcelain", "--", *CODE)),
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
        processes=get_world_size(),
    )


def now() -> str:
    """UTC time, ISO 8601, in milliseconds."""
    return datetime.now(timezone.utc).isoformat(timespec="milliseconds")
