"""Annotation lists as streams of lines, and what a line names."""

from __future__ import annotations

import codecs
import os
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from ..annotations import BOMS, LEGACY
from ..errors import UserError
from ..files import absence

MARKS = {codecs.BOM_UTF8: "utf-8-sig", **BOMS}
# A name, and whole numbers after it: a video's labels, or a folder's frames and labels.
LINE = re.compile(r"(?P<name>.*?)(?P<numbers>(?:[\s,;:|]+-?\d+)*)", re.DOTALL)
NUMBER = re.compile(r"[\s,;:|]+(-?\d+)")


@dataclass(frozen=True)
class Text:
    """A text file that is read line by line.

    Attributes:
        path: of the file.
        encoding: what its first bytes say, UTF-8, or what names files that are there.
        lines: how many there are that are not blank.
    """

    path: Path
    encoding: str
    lines: int

    def __iter__(self) -> Iterator[tuple[int, str]]:
        """The number, from 1, and the text of each line that is not blank, with its end."""
        with self.path.open(encoding=self.encoding, newline="") as file:
            for number, line in enumerate(file, start=1):
                if content_of(line):
                    yield number, line

    def like(self, path: Path) -> Any:
        """A file to write such lines to."""
        return path.open("w", encoding=self.encoding, newline="")


def content_of(line: str) -> str:
    """A line without its end; lists that were joined have byte order marks in the middle."""
    return line.replace("\ufeff", "").strip()


def text_of(path: Path, root: Path) -> Text:
    """Find out a list's encoding and length.

    Args:
        path: of the list.
        root: the folder below which its names lie.

    Raises:
        UserError: if there is no such file, or it is no text.
    """
    if not path.is_file():
        raise UserError(f"list {absence(path)}")
    with path.open("rb") as file:
        start = file.read(4096)
    encodings = [name for mark, name in MARKS.items() if start.startswith(mark)][:1]
    if not encodings and b"\0" in start:  # UTF-16 without its mark
        little = start[1::2].count(0) > start[::2].count(0)
        encodings = ["utf-16-le" if little else "utf-16-be"]
    fit = []
    for encoding in encodings or ("utf-8", *LEGACY):
        with suppress(UnicodeError):
            text = Text(path, encoding, _count(path, encoding))
            if encoding not in LEGACY or _names_files(text, root):
                return text
            fit.append(text)
    if not fit:
        raise UserError(f"list {path}: is no text; save it as UTF-8")
    return fit[0]


def _count(path: Path, encoding: str) -> int:
    with path.open(encoding=encoding, newline="") as file:
        return sum(bool(content_of(line)) for line in file)


def _names_files(text: Text, root: Path, number: int = 100) -> bool:
    """Whether one of the first names beyond ASCII is that of a file; by chance none would be."""
    lines = (content_of(line) for _, line in text)
    beyond = islice((line for line in lines if not line.isascii()), number)
    return any(os.path.exists(named(line, root)[2]) for line in beyond)


def shortest_name(text: str) -> str:
    """The name of a line, if no number at its end belongs to it."""
    match = LINE.fullmatch(text)
    assert match is not None
    return match["name"]


def named(text: str, root: Path) -> tuple[str, str, str]:
    """What a line names.

    Which of the numbers at its end belong to a name with blanks, what is there decides.

    Args:
        text: the line, without blanks around it.
        root: the folder below which names lie.

    Returns:
        The name, the rest of the line and the path; of a name of which there is no file or folder,
        the shortest.
    """
    shortest = len(shortest_name(text))
    cuts = [shortest, *(found.end() for found in NUMBER.finditer(text, shortest))]
    for cut in cuts:
        path = file_of(os.path.join(root, text[:cut]))
        if os.path.exists(path):
            return text[:cut], text[cut:], path
    return text[:shortest], text[shortest:], os.path.join(root, text[:shortest])


def file_of(path: str) -> str:
    """A path as mmaction2 reads it: of a video whose name has no suffix, the .mp4 file."""
    bare = not os.path.splitext(path)[1] and not os.path.exists(path)
    return f"{path}.mp4" if bare and os.path.exists(f"{path}.mp4") else path


def numbers_of(rest: str) -> list[int]:
    """The numbers of the rest of a line."""
    return [int(number) for number in NUMBER.findall(rest)]
