"""Annotation lists: one reader, for the check before a run and for the datasets that run.

A line is a video's name, or a folder of frames and how many they are, and its label or labels.
Lists come from editors, spreadsheets and scripts on any system. One is read as it was meant, in its
order; a line that could mean two things is settled by the file that is there, or refused by its
number.
"""

from __future__ import annotations

import codecs
import os
import re
from collections.abc import Hashable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import NamedTuple

from .errors import UserError

BOMS = {
    codecs.BOM_UTF32_LE: "utf-32",  # before UTF-16's, with which it begins
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
# Any bytes are text in some of these: only a file of that name tells which it is.
LEGACY = ("gb18030", "big5hkscs", "cp932", "cp949", "cp1251", "cp1252")
NAMED = 3  # bad lines in a message
_INTEGER = re.compile(r"\s*-?\d+\s*").fullmatch


class Sample(NamedTuple):
    """A line: its list and number from 1, the name, the integers before the labels, the labels."""

    list: str
    line: int
    name: str
    numbers: tuple[int, ...]
    labels: tuple[int, ...]


@dataclass(frozen=True)
class Layout:
    """How a dataset's lines are written.

    Attributes:
        columns: what stands between the name and the labels: nothing for videos, `frames`, or
            `start frames`.
        several: whether a line has any number of labels.
        delimiter: between columns; None for blanks and tabs.
        prefix: folder that the names are below.
    """

    columns: tuple[str, ...] = ()
    several: bool = False
    delimiter: str | None = None
    prefix: str = ""

    def __str__(self) -> str:
        line = (self.delimiter or " ").join(("name", *self.columns, "label"))
        if self.several:
            return f"{line} label ..."
        start = "; a start before the frames: with_offset=True" * (len(self.columns) == 1)
        return f"{line} (several labels: set the dataset's multi_class=True and num_classes{start})"

    def path(self, name: str) -> str:
        """Where a name's video, or folder of frames, lies."""
        return os.path.join(self.prefix, name)

    def exists(self, name: str) -> bool:
        """Whether it is there."""
        return os.path.exists(self.path(name))

    @cached_property
    def _root(self) -> str:
        return os.path.abspath(self.prefix)

    def key(self, sample: Sample) -> Hashable:
        """What makes two samples the same: the path and, of parts of a long video, which part."""
        path = os.path.join(self._root, sample.name)
        if "./" in path or "//" in path:
            path = os.path.normpath(path)
        return (path, sample.numbers) if len(self.columns) > 1 else path


def layout_of(
    *,
    frames: bool = False,
    with_offset: bool = False,
    multi_class: bool = False,
    delimiter: str | None = " ",
    prefix: str | None = "",
) -> Layout:
    """The layout of mmaction2's `VideoDataset` or, with `frames`, `RawframeDataset`."""
    columns = ("start", "frames")[not with_offset :] if frames else ()
    return Layout(columns, multi_class, None if delimiter == " " else delimiter, prefix or "")


def read_list(path: str | Path, layout: Layout, classes: int | None = None) -> list[Sample]:
    """Read a list; either all its lines have labels, or none has.

    Args:
        path: the list.
        layout: of its lines.
        classes: how many there are, if labels are to be below that.

    Raises:
        UserError: if it is empty or of an unknown encoding; or naming the number of bad lines, and
            the first ones.
    """
    return parse_list(Path(path).read_bytes(), str(path), layout, classes)


def parse_list(
    content: bytes, path: str, layout: Layout, classes: int | None = None
) -> list[Sample]:
    """`read_list` of a file's content."""
    good: list[Sample] = []
    bad: list[tuple[int, str]] = []
    for number, line in _lines(_decoded(content, path, layout)):
        found = _sample(path, number, line, layout)
        if isinstance(found, str):
            bad.append((number, found))
        else:
            good.append(found)
    if not good and not bad:
        raise UserError(f"{path}: the list is empty; a line is: {layout}")
    if not any(sample.labels for sample in good):
        bad += _doubts(good, layout)
    else:
        bad += _wrong_labels(good, classes)
    if bad:
        labels = "" if classes is None else f"; labels: 0 ... {classes - 1} (num_classes)"
        raise UserError(f"{path}, {_named(bad)}; a line is: {layout}{labels}")
    return good


def _named(bad: Sequence[tuple[int, str]]) -> str:
    """The first bad lines, and how many more there are."""
    first = "; ".join(f"line {number}: {why}" for number, why in sorted(bad)[:NAMED])
    return first + (f"; and {len(bad) - NAMED} more bad lines" if len(bad) > NAMED else "")


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines that are not blank, by their number.

    `str.splitlines` would also split at characters that names may have. Lists that were joined have
    byte order marks in the middle.
    """
    lines = text.replace("\ufeff", "").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return ((n, line) for n, line in enumerate(map(str.strip, lines), start=1) if line)


def _sample(path: str, number: int, line: str, layout: Layout) -> Sample | str:
    """A line, or what is wrong with it. Its name ends where the integers at its end begin."""
    fields = line.split(layout.delimiter)
    count = 0
    for field in reversed(fields[1:]):
        if not (field.isdecimal() or _INTEGER(field)):
            break
        count += 1
    columns = len(layout.columns)
    if count < columns:
        return f"{line!r} has {count} integers at its end"
    if count > columns + 1 and not layout.several:  # unless some belong to the name
        for wanted in (columns + 1, columns):
            if layout.exists(_name(line, wanted, layout.delimiter)):
                break
        else:
            return f"{line!r} has {count} integers at its end, not {columns + 1}"
        count = wanted
    name = fields[0] if count == len(fields) - 1 else _name(line, count, layout.delimiter)
    numbers, labels = _integers(tuple(fields[len(fields) - count :]), columns)
    if numbers and (numbers[-1] < 1 or numbers[0] < 0):
        return f"{line!r} tells no number of frames"
    return Sample(path, number, name.strip(), numbers, labels)


@lru_cache(maxsize=4096)  # which lines share, so that a long list makes few objects
def _integers(texts: tuple[str, ...], columns: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Columns and labels of a line; -1 is how some lists write that there is no label."""
    integers = tuple(map(int, texts))
    labels = integers[columns:]
    return integers[:columns], () if labels == (-1,) else labels


def _name(line: str, count: int, delimiter: str | None) -> str:
    """A line without its last columns; blanks within the name are kept as they are."""
    return line.rsplit(delimiter, count)[0].strip()


def _wrong_labels(samples: Sequence[Sample], classes: int | None) -> Iterator[tuple[int, str]]:
    """Lines of a list with labels that have none, or one that is no class."""
    for _, number, name, _, labels in samples:
        if not labels:
            yield number, f"no label at the end of {name!r}"
        elif min(labels) < 0 or (classes is not None and max(labels) >= classes):
            wrong = next(label for label in labels if not 0 <= label < (classes or label + 1))
            yield number, f"label '{wrong}' is no class"


def _doubts(samples: Sequence[Sample], layout: Layout) -> Iterator[tuple[int, str]]:
    """Lines of a list without labels that end in what may be meant as one, and name no file."""
    for _, number, name, _, _ in samples:
        found = re.match(r".*([\s,;:|])\s*(\S+)$", name)
        if found is None or layout.exists(name):
            continue
        sign, label = found.groups()
        if _INTEGER(label):
            yield number, f"no label in {name!r}; set the dataset's delimiter={sign!r}"
        elif sign.isspace() and not layout.columns:
            yield number, f"label {label!r} is no integer, and there is no {layout.path(name)}"


# --------------------------------------------------------------------------------------------------
# Encodings


def _decoded(content: bytes, path: str, layout: Layout) -> str:
    """The text of a list: UTF-8, what its first bytes say, or what names files that are there.

    Raises:
        UserError: naming the first line that cannot be read, and what was tried.
    """
    encoding = next((BOMS[bom] for bom in BOMS if content.startswith(bom)), "utf-8")
    if encoding == "utf-8" and b"\0" in content:  # UTF-16 without its mark
        little = content[1::2].count(0) > content[::2].count(0)
        encoding = "utf-16-le" if little else "utf-16-be"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
    for legacy in LEGACY if encoding == "utf-8" else ():
        with suppress(UnicodeDecodeError):
            text = content.decode(legacy)
            if _names_files(text, layout):
                return text
    others = f", and as {', '.join(LEGACY)} it names no file that is there"
    raise UserError(
        f"{path}, line {line}: is not {encoding.upper()}{others * (encoding == 'utf-8')}; save the "
        "list as UTF-8"
    )


def _names_files(text: str, layout: Layout, number: int = 100) -> bool:
    """Whether one of the first names beyond ASCII is that of a file; by chance none would be."""
    lines = ((n, line) for n, line in _lines(text) if not line.isascii())
    found = (
        _sample("", n, line, layout) for (n, line), _ in zip(lines, range(number), strict=False)
    )
    return any(layout.exists(sample.name) for sample in found if isinstance(sample, Sample))
