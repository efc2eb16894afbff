"""What an evaluator gives, as a record holds it."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ..files import file_name, file_sha256, relative, write_text


def as_fields(figures: Mapping[str, Any], work_dir: str | Path, name: str) -> dict[str, Any]:
    """An evaluator's figures as a record holds them: finite numbers in it, the rest beside it.

    Args:
        figures: name and value.
        work_dir: where figures that are no numbers, e.g. a confusion matrix, go as JSON.
        name: of their file.
    """
    numbers, others = {}, {}
    for key, value in figures.items():
        try:
            numbers[key] = float(value)
        except (TypeError, ValueError, RuntimeError):
            others[key] = value
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
    if isinstance(value, (torch.Tensor, np.ndarray)):
        return _plain(value.tolist())
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)  # JSON has no such number
    return value if isinstance(value, (str, int, float, bool, type(None))) else str(value)
