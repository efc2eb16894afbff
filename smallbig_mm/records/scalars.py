"""The scalars that mmengine writes while it trains, validates and tests."""

from __future__ import annotations

import json
from pathlib import Path

from ..errors import UserError

PROGRESS = {"data_time", "epoch", "eta", "iter", "memory", "step", "time"}


def read_rows(path: Path) -> tuple[list[dict[str, float]], int]:
    """Read the numbers of `vis_data/scalars.json`, or `<stamp>.json`.

    A row a line: a training step has `iter`, a validation `step` without it, a test neither.

    Returns:
        The rows, and how many lines at the end, 0 or 1, an interruption left unfinished.

    Raises:
        UserError: if there is no such file, or it is none of these.
    """
    if not path.is_file():
        raise UserError(f"log {path}: no such file; mmengine writes STAMP/vis_data/scalars.json")
    found: list[dict[str, float]] = []
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    for number, line in enumerate(lines, start=1):
        try:
            row = json.loads(line) if line.strip() else {}
        except ValueError:
            if 1 < number == len(lines):
                return found, 1
            raise UserError(
                f"{path}, line {number}: unknown format; give mmengine's vis_data/scalars.json"
            ) from None
        if not isinstance(row, dict):
            raise UserError(f"{path}, line {number}: unknown format; no row of mmengine's scalars")
        found.append({key: float(v) for key, v in row.items() if type(v) in (int, float)})
    return found, 0
