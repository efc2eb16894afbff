"""Files in a folder, csv files, and annotation lists to write: names, lines and counts."""

from __future__ import annotations

import csv
import hashlib
import os
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from ..errors import UserError
from ..files import printable, write_text

VIDEO_SUFFIXES = {
    *(".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".mpg", ".mpeg", ".wmv", ".flv", ".3gp"),
    *(".gif", ".ts"),
}
# Folders that say that the videos are split already, and into what.
SPLIT_FOLDERS = {
    **dict(train="train", training="train", test="test", testing="test"),
    **dict(val="val", valid="val", validate="val", validation="val"),
}


def find_files(root: Path) -> Iterator[str]:
    """Files in a folder and all below it, links followed, by their paths below it."""
    seen = set()
    for folder, folders, names in os.walk(root, followlinks=True):
        real = os.path.realpath(folder)
        folders[:] = sorted(f for f in folders if not f.startswith((".", "__MACOSX")))
        if real in seen:  # a link that leads back
            folders.clear()
            continue
        seen.add(real)
        for name in sorted(names):
            if not name.startswith("."):
                yield Path(folder, name).relative_to(root).as_posix()


def find_videos(root: Path) -> list[str]:
    """Those of `find_files` whose suffix is a video's, sorted."""
    return sorted(filter(is_video, find_files(root)))


def is_video(name: str) -> bool:
    """Whether it is one by its suffix."""
    return Path(name).suffix.lower() in VIDEO_SUFFIXES


def unlistable(name: str) -> str | None:
    """Why a name, of a file or a class, cannot be read back from a line; None if it can.

    A label is what follows the last blank, so blanks within a name are no trouble.
    """
    if name != name.strip():
        return "its name begins or ends with a blank; rename it"
    for character in name:
        if character == "\ufeff" or unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp"):
            return f"its name has the character {character!a}; rename it"
    return None


def write_list(path: Path, lines: Iterable[tuple]) -> str:
    """Write a list, unless another one is there.

    Returns:
        Its SHA-256.

    Raises:
        UserError: if a file with other contents is there.
    """
    text = "".join(" ".join(map(str, line)) + "\n" for line in lines)
    if path.exists() and path.read_text(encoding="utf-8", errors="replace") != text:
        raise UserError(f"{path}: is there, with other contents; delete it, or give another folder")
    write_text(path, text)
    return hashlib.sha256(text.encode()).hexdigest()


def counts(labels: Iterable[str], classes: Sequence[str]) -> dict[str, int]:
    """How many of each class, in the order of the classes."""
    found = Counter(labels)
    return {name: found[name] for name in classes}


def as_table(columns: Mapping[str, Mapping[str, int]], most: int = 30) -> list[str]:
    """Counts per class, a line each; of many classes the extremes only.

    Args:
        columns: counts by class, by what they count.
        most: classes for which each has its line.
    """
    classes = list(next(iter(columns.values()), ()))
    if len(classes) > most:
        return [
            f"{what}: {len(classes)} classes of {min(c.values())} to {max(c.values())} videos, "
            f"{sum(not n for n in c.values())} of none"
            for what, c in columns.items()
        ]
    width = max(map(len, [*classes, "class"]))
    rows = [("class", *columns), *((c, *(str(n[c]) for n in columns.values())) for c in classes)]
    return [f"{row[0]:{width}}  " + "  ".join(f"{value:>6}" for value in row[1:]) for row in rows]


def some(names: Iterable[str], most: int = 5) -> str:
    """The first few of many names."""
    every = list(map(printable, names))
    more = f" and {len(every) - most} more" if len(every) > most else ""
    return ", ".join(every[:most]) + more


def read_csv(path: Path, wanted: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Rows of a csv with a header, without blanks around values, with the numbers of their lines.

    Args:
        path: UTF-8; columns may be separated by commas, semicolons or tabs.
        wanted: columns that it must have.

    Raises:
        UserError: if it cannot be read or lacks one of `wanted`.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeError) as error:
        raise UserError(f"{path}: cannot be read ({error}); give a csv in UTF-8") from error
    header = lines[0] if lines else ""
    delimiter = max(",;\t", key=header.count)
    names = [name.strip().strip('"').lower() for name in header.split(delimiter)]
    if missing := [name for name in wanted if name not in names]:
        raise UserError(
            f"{path}: no column {', '.join(missing)}; its first line says {', '.join(names)}"
        )
    reader = csv.reader(lines[1:], delimiter=delimiter)
    try:
        for row in reader:
            if any(value.strip() for value in row):
                yield reader.line_num + 1, dict(zip(names, (v.strip() for v in row), strict=False))
    except csv.Error as error:
        where = f"{path}, after line {reader.line_num + 1}"
        raise UserError(f'{where}: {error}; is there a lone " in it?') from error
