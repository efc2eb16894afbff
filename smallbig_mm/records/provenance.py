"""Where a figure comes from: code, environment, config and time."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import subprocess
from collections.abc import Sequence
from datetime import datetime, timezone
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import torch
from mmengine.config import Config
from mmengine.dist import get_world_size

ROOT = Path(__file__).resolve().parents[2]
CODE = ("smallbig_mm", "configs", "tools", "setup.cfg", "requirements.txt")
PACKAGES = ("torch", "mmengine", "mmcv-lite", "mmcv", "mmaction2", "decord", "fvcore", "numpy")


# What a figure follows from, and what of it depends on the machine only.
IDENTITY = (
    *("model", "train_dataloader", "train_cfg", "optim_wrapper", "param_scheduler"),
    *("test_dataloader", "test_evaluator"),
)
PLACES = {
    *("ann_file", "data_root", "data_prefix", "num_workers", "persistent_workers", "pin_memory"),
    *("io_backend", "num_threads"),
}


def identity(cfg: Config, keys: Sequence[str] = IDENTITY) -> dict[str, Any]:
    """The settings of a config that make its network, training and testing, without places."""
    found = {key: _without_places(cfg.get(key)) for key in keys}
    if found.get("test_dataloader"):
        found["test_dataloader"].pop("batch_size", None)  # which changes no figure
    return found


def _without_places(value: Any) -> Any:
    if isinstance(value, dict):
        kept = {k: _without_places(v) for k, v in value.items() if k not in PLACES}
        if "pretrained" in kept:  # a file in the place of what would be downloaded is the same
            kept["pretrained"] = kept["pretrained"] is not None
        return kept
    if isinstance(value, (list, tuple)):
        return [_without_places(v) for v in value]
    return value


def sha256_of(content: Any) -> str:
    """SHA-256 of what JSON can hold, with sorted keys."""
    text = json.dumps(content, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def file_sha256(path: Path) -> str:
    """SHA-256 of a file of any size."""
    found = hashlib.sha256()
    with path.open("rb") as stream:
        for chunk in iter(lambda: stream.read(1 << 20), b""):
            found.update(chunk)
    return found.hexdigest()


def digest(cfg: Config, keys: Sequence[str] = IDENTITY) -> str:
    """SHA-256 of `identity`."""
    return sha256_of(identity(cfg, keys))


def ensemble_digest(members: Sequence[Config]) -> str:
    """SHA-256 of what makes an ensemble's figure: its members' digests, in any order."""
    return sha256_of(sorted(map(digest, members)))


@cache
def code_version() -> dict[str, Any]:
    """Commit of the checkout when first asked, and whether its code differs from that."""

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
