"""What an evaluator gives, as a record holds it."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmengine.hooks import Hook
from mmengine.runner import Runner

from ..files import file_name, file_sha256, relative, write_text


class NumbersOnly(Hook):
    """Takes what is no number, e.g. a confusion matrix, from an evaluator's figures.

    Other hooks expect numbers: mmengine's would have the best checkpoint follow from the matrix, or
    write it into the log as JSON, and fail. It belongs behind what withdraws figures as a whole.

    Attributes:
        others: what was taken, of the last evaluation.
    """

    priority = "HIGHEST"

    def __init__(self) -> None:
        self.others: dict[str, Any] = {}

    def after_val_epoch(self, runner: Runner, metrics: dict[str, Any] | None = None) -> None:
        """Of a validation."""
        self._take(metrics or {})

    def after_test_epoch(self, runner: Runner, metrics: dict[str, Any] | None = None) -> None:
        """Of a test."""
        self._take(metrics or {})

    def _take(self, metrics: dict[str, Any]) -> None:
        self.others = {key: metrics.pop(key) for key in [*metrics] if number(metrics[key]) is None}


def number(value: Any) -> float | None:
    """A figure as a number; None if it is none."""
    try:
        return float(value)
    except (TypeError, ValueError, RuntimeError):
        return None


def as_fields(figures: Mapping[str, Any], work_dir: str | Path, name: str) -> dict[str, Any]:
    """An evaluator's figures as a record holds them: finite numbers in it, the rest beside it.

    Args:
        figures: name and value.
        work_dir: where figures that are no numbers, e.g. a confusion matrix, go as JSON.
        name: of their file.
    """
    found = {key: number(value) for key, value in figures.items()}
    numbers = {key: value for key, value in found.items() if value is not None}
    others = {key: figures[key] for key, value in found.items() if value is None}
    odd = {key: str(value) for key, value in numbers.items() if not math.isfinite(value)}
    kept = {key: value for key, value in numbers.items() if key not in odd}
    missing = f"not run: not finite: {odd}" if odd else "not run: the evaluator gave no number"
    attachments = []
    for key, value in others.items():
        path = Path(work_dir) / "figures" / file_name(name) / f"{file_name(key)}.json"
        write_text(path, json.dumps(_plain(value), indent=1) + "\n")
        attachments.append(dict(name=key, file=relative(path), sha256=file_sha256(path)))
    return dict(
        metrics=kept or missing,
        attachments=attachments,
        detail=dict(not_finite=odd) if odd else {},
    )


def _plain(value: Any) -> Any:
    if isinstance(value, (torch.Tensor, np.ndarray, np.generic)):
        return _plain(value.tolist())
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)  # JSON has no such number
    return value if isinstance(value, (str, int, float, bool, type(None))) else str(value)
