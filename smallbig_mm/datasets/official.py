"""Annotations of public datasets, joined with the videos that somebody has of them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import UserError
from ..files import write_text
from .list_files import as_table, counts, some, unlistable, write_list
from .probing import Facts, look_at, probe, spread, statistics
from .probing import as_text as spread_as_text


@dataclass(frozen=True)
class Row:
    """A line of the annotations.

    Attributes:
        keys: names that its file may have, without a suffix; the surest first.
        label: its class; None in a test set without labels.
        where: file and line, for messages.
    """

    keys: tuple[str, ...]
    label: str | None
    where: str


def key(text: str) -> str:
    """A class's name as folders may write it: without blanks, underscores, quotes, brackets."""
    return re.sub(r"[\W_]+", "", text.casefold())


def class_numbers(classes: Sequence[str], where: str) -> dict[str, int]:
    """The label of each class, by `key`.

    Raises:
        UserError: if two have the same key, or there is none.
    """
    numbers = {key(name): number for number, name in enumerate(classes)}
    if len(numbers) < len(classes) or not classes:
        twice = [a for i, a in enumerate(classes) if numbers[key(a)] != i]
        raise UserError(f"{where}: {'comes twice: ' + twice[0] if twice else 'no classes'}")
    return numbers


def read_classes(path: Path) -> list[str]:
    """Classes, one a line, in the order of their labels.

    Raises:
        UserError: if the file cannot be read.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeError) as error:
        raise UserError(f"classes file {path}: cannot be read ({error})") from error
    return [line.strip() for line in lines if line.strip()]


def by_stem(names: Iterable[str]) -> dict[str, list[str]]:
    """Files by their names without folder and suffix."""
    found: dict[str, list[str]] = {}
    for name in names:
        found.setdefault(Path(name).stem, []).append(name)
    return found


@dataclass
class Joined:
    """Annotations joined with files.

    Attributes:
        files: those that have a row, and its class.
        missing: rows without a file, by the surest of their keys.
        contradicted: files that lie in the folder of another class than their row's, which counts.
        twice: rows that name a file again with another class, and so are not used, nor the first.
    """

    files: dict[str, str | None]
    missing: list[str]
    contradicted: list[str]
    twice: list[str]


def join(rows: Iterable[Row], files: Mapping[str, list[str]], numbers: Mapping[str, int]) -> Joined:
    """Find the file of each row.

    Args:
        rows: of the annotations.
        files: `by_stem`.
        numbers: `class_numbers`.

    Raises:
        UserError: naming the first row whose class is none of these.
    """
    found = Joined({}, [], [], [])
    for row in rows:
        if row.label is not None and key(row.label) not in numbers:
            raise UserError(
                f"{row.where}: {row.label!r} is none of the {len(numbers)} classes; give the "
                "classes file that belongs to these annotations"
            )
        candidates = next((files[k] for k in row.keys if k in files), None)
        if candidates is None:
            found.missing.append(row.keys[0])
            continue
        own = key(row.label or "")
        file = next((c for c in candidates if key(Path(c).parent.name) == own), candidates[0])
        folder = key(Path(file).parent.name)
        if row.label is not None and folder in numbers and folder != own:
            found.contradicted.append(file)
        if file in found.files and key(found.files[file] or "") != own:
            found.twice.append(file)
        found.files[file] = row.label
    for file in set(found.twice):
        del found.files[file]
    return found


def write_lists(
    root: Path,
    rows: Mapping[str, Sequence[Row]],
    files: Mapping[str, list[str]],
    classes: Sequence[str],
    name: str,
    out: Path,
    workers: int | None = None,
    look: Callable[[Path], Any] = probe,
) -> list[dict[str, Any]]:
    """Write the classes, a list for each split, and beside it, with the suffix .json, its report.

    A split of which no video is there has a report, and no list.

    Args:
        root: the files' folder.
        rows: of the annotations, by split.
        files: `by_stem`.
        classes: in the order of their labels.
        name: of a list, with `{}` for the split.
        out: where to write.
        workers: processes; one a core if not given.
        look: what is asked of each file: `probe`, or a number of frames, which a line then has.

    Returns:
        The reports.

    Raises:
        UserError: if the annotations do not fit the classes, no video is left, or other lists are
            there.
    """
    numbers = class_numbers(classes, str(out))
    joined = {side: join(part, files, numbers) for side, part in rows.items()}
    used = {file for part in joined.values() for file in (*part.files, *part.twice)}
    extra = sorted(file for same in files.values() for file in same if file not in used)
    if not any(part.files for part in joined.values()):
        named = [name for part in joined.values() for name in part.missing]
        raise UserError(
            f"{root}: none of the {len(named)} videos of the annotations is there, as {some(named)}"
            f"; it holds {some(extra) or 'no videos'}"
        )
    usable = {
        side: _usable(root, joined[side], numbers, workers, look)
        for side in ("train", "val", "test")
        if side in joined
    }
    if not any(lines for lines, *_ in usable.values()):
        why = [f"{name}: {why}" for *_, lost in usable.values() for name, why in lost.items()]
        raise UserError(f"{root}: none of its videos can be used: {some(why, 2)}")
    write_list(out / f"{name.split('_')[0]}_classes.txt", ((label,) for label in classes))
    reports = []
    for side, (lines, facts, left_out) in usable.items():
        file, part = out / name.format(side), joined[side]
        labels = [classes[line[-1]] for line in lines if any(part.files.values())]
        known = all(isinstance(fact, Facts) for fact in facts)
        report = dict(
            videos=str(root),
            list=str(file),
            lines=len(lines),
            sha256=write_list(file, lines) if lines else None,
            per_class=counts(labels, classes) if labels else {},
            missing=part.missing,
            extra=extra,
            left_out=left_out,
            in_another_class_folder=part.contradicted,
            statistics=statistics(facts) if known else dict(frames=spread(facts)),
        )
        write_text(file.with_suffix(".json"), json.dumps(report, indent=1) + "\n")
        reports.append(report)
    return reports


def _usable(
    root: Path,
    joined: Joined,
    numbers: Mapping[str, int],
    workers: int | None,
    look: Callable[[Path], Any],
) -> tuple[list[tuple], list[Any], dict[str, str]]:
    """The lines of a list, what each file says of itself, and why others have no line."""
    left_out = {file: "named twice, with different classes" for file in joined.twice}
    left_out |= {file: why for file in joined.files if (why := unlistable(file))}
    if any(joined.files.values()):  # a list has a label in each line, or in none
        left_out |= {file: "has no label" for file, label in joined.files.items() if not label}
    seen, unreadable = look_at(root, sorted(joined.files.keys() - left_out), workers, look)
    lines: list[tuple] = []
    for name, found in seen.items():
        label = joined.files[name]
        frames = () if isinstance(found, Facts) else (found,)
        lines.append((name, *frames, *(() if label is None else (numbers[key(label)],))))
    return lines, list(seen.values()), left_out | unreadable


def as_text(reports: Sequence[Mapping[str, Any]]) -> list[str]:
    """Reports as lines to print."""
    text = []
    for report in reports:
        file = report["list"] if report["lines"] else f"no {Path(report['list']).name}"
        left_out = report["left_out"]
        text.append(
            f"{file}: {report['lines']} videos, {len(report['missing'])} missing, {len(left_out)} "
            f"left out, sha256 {report['sha256']}"
        )
        text += [f"  {line}" for line in spread_as_text(report["statistics"])]
        for what in ("missing", "in_another_class_folder"):
            if report[what]:
                text.append(f"  {what.replace('_', ' ')}: {some(report[what])}")
        text += [f"  left out: {name!a}: {why}" for name, why in left_out.items()][:20]
        text.append(f"  everything: {Path(report['list']).with_suffix('.json')}")
    columns = {
        Path(r["list"]).name.split("_")[1]: r["per_class"] for r in reports if r["per_class"]
    }
    extra = reports[0]["extra"]
    return [
        *as_table(columns),
        *text,
        f"{len(extra)} videos that the annotations do not name"
        + (f": {some(extra)}" if extra else ""),
    ]
