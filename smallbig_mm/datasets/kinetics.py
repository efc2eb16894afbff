"""Kinetics' official annotations: label, youtube_id, time_start, time_end, split.

A clip's file is named `<id>_<start, six digits>_<end, six digits>.mp4` or `<id>.mp4`, in one folder
or in folders named as the classes, with blanks or underscores, with or without quotes and brackets.
Labels are numbers in the alphabetical order of the classes, as everywhere.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from ..errors import UserError
from . import official
from .list_files import SPLIT_FOLDERS, find_videos, read_csv

SIZES = (400, 600, 700)


def read_rows(table: Path) -> dict[str, list[official.Row]]:
    """Rows by list: `train`, `val` and `test`.

    Raises:
        UserError: if the csv cannot be read, lacks a column, or a value of it is none.
    """
    found: list[tuple[str, str, str, str | None, int]] = []
    for line, row in read_csv(table, ("youtube_id", "time_start", "time_end")):
        split = row.get("split") or table.stem
        sides = {side for word, side in SPLIT_FOLDERS.items() if word in split.lower()}
        try:
            times = "_".join(f"{int(float(row[k])):06}" for k in ("time_start", "time_end"))
        except (KeyError, ValueError):
            times = ""
        if len(sides) != 1 or not times or not row["youtube_id"]:
            raise UserError(
                f"{table}, line {line}: give youtube_id, time_start and time_end in seconds, and "
                "split: train, val or test"
            )
        label = (row.get("label") or "").replace('"', "") or None
        found.append((sides.pop(), row["youtube_id"], times, label, line))
    clips = Counter(video for video, _ in {(video, times) for _, video, times, *_ in found})
    rows: dict[str, list[official.Row]] = {}
    for side, video, times, label, line in found:
        # a bare id does not say which of several clips it is
        keys = (f"{video}_{times}", *((video,) if clips[video] == 1 else ()))
        rows.setdefault(side, []).append(official.Row(keys, label, f"{table}, line {line}"))
    if not rows:
        raise UserError(f"{table}: no rows")
    return rows


def classes_of(table: Path, rows: dict[str, list[official.Row]]) -> list[str]:
    """The classes of a csv that names all of them, in alphabetical order.

    Raises:
        UserError: if they are not as many as Kinetics has.
    """
    labels = {row.label for part in rows.values() for row in part if row.label is not None}
    if len(labels) not in SIZES:
        raise UserError(
            f"{table}: names {len(labels)} classes, and Kinetics has 400, 600 or 700, so "
            "their numbers cannot be told; give --classes, a file with one class a line, as a "
            "call with the whole train.csv writes"
        )
    return sorted(labels)


def write_lists(
    table: Path, videos: Path, out: Path, classes_file: Path | None, workers: int | None = None
) -> list[dict[str, Any]]:
    """Write a list for each split that a csv has, with its report, and the classes.

    Args:
        table: the official csv.
        videos: the folder with its videos.
        out: where to write.
        classes_file: one class a line, in the order of their labels; from the csv if None.
        workers: processes; one a core if not given.

    Returns:
        The reports, see `official.write_lists`.

    Raises:
        UserError: if anything of this cannot be read, or does not fit.
    """
    if not videos.is_dir():
        raise UserError(f"{videos}: no such folder")
    rows = read_rows(table)
    classes = official.read_classes(classes_file) if classes_file else classes_of(table, rows)
    name = f"kinetics{len(classes)}_{{}}_list_videos.txt"
    files = official.by_stem(find_videos(videos))
    return official.write_lists(videos, rows, files, classes, name, out, workers)
