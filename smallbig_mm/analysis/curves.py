"""Curves of a training, its starts joined: mmengine writes each start's scalars to a folder."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from ..errors import UserError
from ..records.scalars import PROGRESS, read_rows

SCALARS = "*/vis_data/scalars.json"
TRAINING = {"loss": "training loss", "lr": "learning rate", "base_lr": "learning rate"}
Row = dict[str, float]


@dataclass(frozen=True)
class Curves:
    """What a training's scalars say.

    Attributes:
        name: of its work dir.
        unit: of the positions: `'epoch'`, or `'step'` of a training by iterations.
        starts: how many wrote scalars.
        series: by what it is: `at`, a position, and `value`, a row a point.
    """

    name: str
    unit: str
    starts: int
    series: dict[str, pd.DataFrame]


def trainings(work_dirs: Sequence[Path]) -> tuple[list[Path], list[Path]]:
    """Of several folders, as `work_dirs/*` gives them, those with scalars, and the others.

    A folder that is given alone is taken for a training, and so are all if none has scalars.
    """
    found = [folder for folder in work_dirs if _scalars(folder)] or list(work_dirs)
    return found, [folder for folder in work_dirs if folder not in found]


def _scalars(work_dir: Path) -> list[Path]:
    return sorted(work_dir.glob(SCALARS))


def read_curves(work_dir: Path) -> Curves:
    """Read the scalars of all starts of a training.

    A start that was resumed repeats what the one before it had not saved: the later one counts.

    Raises:
        UserError: if it is no work dir of a training, or a file in it cannot be read.
    """
    if not work_dir.is_dir():
        what = "a file, not a work dir" if work_dir.is_file() else "no such folder"
        raise UserError(f"{work_dir}: {what}; give the --work-dir of a training")
    paths = _scalars(work_dir)
    if not paths:
        empty = "is empty" if not any(work_dir.iterdir()) else f"has no {SCALARS}"
        raise UserError(
            f"{work_dir}: {empty}; give the --work-dir of a training whose visualizer.vis_backends "
            "have LocalVisBackend, as by default"
        )
    starts = [rows for rows in (_placed(read_rows(path)[0]) for path in paths) if rows]
    by_epoch = any(_is_by_epoch(rows) for rows in starts)
    steps, figures = _joined(starts, by_epoch)
    if not steps and not figures:
        raise UserError(f"{work_dir}: its scalars have no step of a training, nor a validation")
    unit, length = ("epoch", _epoch_length(steps)) if by_epoch else ("step", 1.0)
    series: dict[str, list[tuple[float, float]]] = {}
    for row in steps:
        for key, name in TRAINING.items():
            if key in row and not (key == "lr" and "base_lr" in row):
                series.setdefault(name, []).append((row["iter"] / length, row[key]))
    for row in figures:
        for key, value in row.items():
            if key not in PROGRESS | {"at"}:
                at = row["step"] if by_epoch else row["at"]
                series.setdefault(f"validation {key}", []).append((at, value))
    found = {name: pd.DataFrame(points, columns=["at", "value"]) for name, points in series.items()}
    return Curves(work_dir.name or str(work_dir), unit, len(starts), found)


def _placed(rows: list[Row]) -> list[Row]:
    """A start's rows, each with the step `at` which it was written.

    A validation of a training by iterations does not say it; it is that of the row before.
    """
    found, at = [], 0.0
    for row in rows:
        row = {key.removeprefix("train/").removeprefix("val/"): v for key, v in row.items()}
        at = row.get("iter", at)
        if "step" in row:
            found.append({**row, "at": at})
    return found


def _is_by_epoch(rows: list[Row]) -> bool:
    """One by iterations has no epochs in its rows, or one that never ends."""
    epochs = {row["epoch"] for row in rows if "iter" in row and "epoch" in row}
    validated = {row["step"] for row in rows if "iter" not in row}
    return bool(epochs) and (max(epochs) > 1 or validated == {1.0})


def _joined(starts: list[list[Row]], by_epoch: bool) -> tuple[list[Row], list[Row]]:
    """Steps and validations of all starts, in their order, without what was done again."""
    key, mark = ("epoch", "step") if by_epoch else ("iter", "at")
    steps: list[Row] = []
    figures: dict[float, Row] = {}
    for rows in starts:
        trained = [row for row in rows if "iter" in row]
        if trained:
            begin = trained[0][key]
            steps = [row for row in steps if row[key] < begin]
            figures = {at: row for at, row in figures.items() if at < begin}
        steps += trained
        figures |= {row[mark]: row for row in rows if "iter" not in row}
    return steps, [figures[at] for at in sorted(figures)]


def _epoch_length(steps: list[Row]) -> float:
    """Steps of an epoch: as few as let none of the rows lie behind its epoch's end."""
    return float(max((math.ceil(row["iter"] / row["epoch"]) for row in steps), default=1))
