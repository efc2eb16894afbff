"""Inject faults, and print what they cost: a Markdown table a subject.

    python -m tests.faults [--quick] [SUBJECT ...]

Files that others made to do harm, lists as people have them, broken videos, trainings that are
killed, machines that die; and what right frames, and a look at every video, cost. A subject is a
function `rows(folder, quick)` with a row a kind, as a dict of what its table's columns say.
"""

from __future__ import annotations

import argparse
import contextlib
import logging
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from smallbig_mm.report.documents import markdown

from . import (
    broken_lists,
    broken_videos,
    hostile_files,
    kill_points,
    machines,
    reading,
    scans,
)

Rows = list[dict[str, Any]]
SUBJECTS: dict[str, Callable[[Path, bool], Rows]] = {
    "hostile files": hostile_files.rows,
    "broken lists": broken_lists.rows,
    "broken videos": broken_videos.rows,
    "kill points": kill_points.rows,
    "machines": machines.rows,
    "two machines": machines.curve_rows,
    "frames": reading.files,
    "reading rates": reading.rates,
    "reading memory": reading.memory,
    "scans": scans.rows,
}


def table(rows: Rows) -> str:
    """Markdown; all rows have the same columns."""
    head = list(rows[0])
    return markdown([head, *([str(row[name]) for name in head] for row in rows)])


def main() -> None:
    """Print the tables; what the tools say on the way goes to stderr."""
    tool = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    tool.add_argument("subjects", nargs="*", help=f"of {', '.join(SUBJECTS)} (all)")
    tool.add_argument("--quick", action="store_true", help="few of each kind, in seconds")
    args = tool.parse_args()
    unknown = set(args.subjects) - set(SUBJECTS)
    if unknown:
        tool.error(f"{', '.join(unknown)}: no subject; there are {', '.join(SUBJECTS)}")
    for name in args.subjects or SUBJECTS:
        with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(sys.stderr):
            rows = SUBJECTS[name](Path(folder), args.quick)
        print(f"## {name}\n\n{table(rows)}\n", flush=True)


if __name__ == "__main__":
    logging.disable(logging.WARNING)  # mmengine's loggers keep a stdout of their own
    main()
