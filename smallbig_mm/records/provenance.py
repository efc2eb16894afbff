"""Where a figure comes from: code, environment and time."""

from __future__ import annotations

import os
import platform
import re
import shlex
import subprocess
import sys
from datetime import datetime, timezone
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import torch
from mmengine.dist import get_world_size

from ..files import CHECKOUT, SHARE

CODE = ("smallbig_mm", "configs", "tools", "setup.cfg", "requirements.txt")
PACKAGES = (
    *("torch", "mmengine", "mmcv-lite", "mmcv", "mmaction2", "decord", "av", "opencv-python"),
    *("fvcore", "numpy"),
)
NO_CHECKOUT = "not run: an installed package, no git checkout"


def git(*arguments: str) -> str | None:
    """What git says of the checkout that the package is run from; None where it is in none.

    A checkout that is only the folder around an installed package, e.g. around its environment, is
    another project's.
    """
    if CHECKOUT is None:
        return None
    try:
        found = subprocess.run(
            ["git", *arguments], cwd=CHECKOUT, capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return found.stdout.strip()


@cache
def code_version() -> dict[str, Any]:
    """Commit of the checkout when first asked, whether its code differs, and the version."""
    top, commit = git("rev-parse", "--show-toplevel"), git("rev-parse", "HEAD")
    number = package_version()
    if CHECKOUT is None or commit is None or Path(top or "").resolve() != CHECKOUT:
        return dict(commit=NO_CHECKOUT, dirty=NO_CHECKOUT, version=number)
    return dict(
        commit=commit, dirty=bool(git("status", "--porcelain", "--", *CODE)), version=number
    )


def package_version() -> str:
    """The package's version, also where a checkout is run without having been installed."""
    try:
        return version("smallbig_mm")
    except PackageNotFoundError:
        return "not installed"


def is_committed(path: str | Path) -> bool:
    """Whether a config is, as it is, in the commit that a record names."""
    full = Path(path).resolve()
    if CHECKOUT is None:
        return full.is_relative_to(SHARE)  # a file of the package, which its version names
    if not full.is_relative_to(CHECKOUT):
        return False
    return bool(git("ls-files", "--", str(full))) and not git(
        "status", "--porcelain", "--", str(full)
    )


def command() -> str:
    """What the user typed, without where the checkout lies."""
    typed = shlex.join(sys.argv[1:])
    name = sys.argv[0] if sys.argv[0].startswith("smallbig-mm") else f"python {sys.argv[0]}"
    return f"{name} {typed}".strip().replace(f"{SHARE}/", "")


def processor() -> str:
    """The processor's model name."""
    try:
        found = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(), re.M)
    except OSError:
        found = None
    return found[1].strip() if found else platform.processor() or platform.machine()


def environment() -> dict[str, Any]:
    """Versions and machine that a figure depends on."""
    found: dict[str, Any] = {}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    if os.environ.get("CUDA_VISIBLE_DEVICES"):
        found["cuda_visible_devices"] = os.environ["CUDA_VISIBLE_DEVICES"]
    return dict(
        python=platform.python_version(),
        **found,
        device=torch.cuda.get_device_name() if torch.cuda.is_available() else "CPU",
        processor=processor(),
        cores=os.cpu_count(),
        threads=torch.get_num_threads(),
        processes=get_world_size(),
    )


def now() -> str:
    """UTC time, ISO 8601, in milliseconds."""
    return datetime.now(timezone.utc).isoformat(timespec="milliseconds")
