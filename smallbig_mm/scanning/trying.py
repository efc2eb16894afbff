"""One video, or one folder of frames: can it be read?"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from ..errors import VideoDecodeError
from ..reading import open_video

OK, SHORT = "ok", "too short"
SAMPLES = 8  # frames that are decoded, the first and the last among them
CHUNK = 32  # frames that are decoded at a time
NUMBERED = re.compile(r"(.*?)(\d+)(\.(?:jpe?g|png|bmp|webp|tiff?))", re.IGNORECASE)


@dataclass(frozen=True)
class How:
    """How a list is scanned.

    Attributes:
        root: folder below which its names lie.
        all_frames: decode every frame, not `SAMPLES` of them.
        min_frames: fewer are too short.
        timeout: seconds after which a decoder is said to hang.
        filename_tmpl: of the frames in a folder, as in mmaction2's configs; None finds it out.
        with_offset: the first number of a folder's line is its first frame's offset.
        jobs: processes that decode.
    """

    root: Path = Path()
    all_frames: bool = False
    min_frames: int = 2
    timeout: float = 60
    filename_tmpl: str | None = None
    with_offset: bool = False
    jobs: int = 1


@dataclass(frozen=True)
class Found:
    """What trying has found.

    Attributes:
        status: `ok`, or what is wrong: missing, empty, unreadable, hung, crashed, no video stream,
            wrong count, too short.
        frames: how many there are, 0 if that is not known.
        decoder: that reads them.
        why: what is wrong, or needs another decoder than the default one.
        filename_tmpl: of the frames in a folder.
    """

    status: str
    frames: int = 0
    decoder: str = ""
    why: str = ""
    filename_tmpl: str = ""


def try_video(file: str, how: How) -> Found:
    """Open a video, and decode frames of it."""
    try:
        video = open_video(file, timeout=how.timeout)
        indices = _chosen(video.frames, how)
        for start in range(0, len(indices), CHUNK):
            video.read(indices[start : start + CHUNK])
    except VideoDecodeError as error:
        return Found(error.kind, why=str(error).removeprefix(f"{file}: "))
    except Exception as error:  # one file must not end the scan of a million
        return Found("unreadable", why=f"{type(error).__name__}: {error}")
    return Found(OK, video.frames, video.decoder, video.why)


def _chosen(frames: int, how: How) -> list[int]:
    if how.all_frames or frames <= SAMPLES:
        return list(range(frames))
    return np.linspace(0, frames - 1, SAMPLES).astype(int).tolist()


def try_folder(folder: str, numbers: Sequence[int], how: How) -> Found:
    """Look for all frames of a folder, and decode some.

    Args:
        folder: of pictures.
        numbers: of its line: frames, and labels; an offset before them `with_offset`.
        how: see `How`.
    """
    sizes = {file.name: file.stat().st_size for file in os.scandir(folder)}
    if not sizes:
        return Found("empty", why="the folder is empty")
    template = how.filename_tmpl or _template(sizes)
    if template is None:
        return Found("unreadable", why="its files are no numbered pictures; --filename-tmpl")
    start = 0 if _names(template, 0)[0] in sizes else 1
    try:
        offset, listed = numbers[:2] if how.with_offset else (0, numbers[0])
    except (ValueError, IndexError):
        return Found("unreadable", why="its line does not say how many frames it has")
    frames = [_names(template, start + offset + number) for number in range(listed)]
    found: dict[str, Any] = dict(decoder="pillow", filename_tmpl=template)
    there = [all(name in sizes for name in names) for names in frames]
    if not all(there):
        lost = next(name for names in frames for name in names if name not in sizes)
        why = f"{lost} is missing: {listed} frames are listed, {sum(there)} of them are there"
        fewer = all(there[: sum(there)])
        return Found("wrong count" if fewer else "missing", sum(there), why=why, **found)
    empty = [name for names in frames for name in names if not sizes[name]]
    if empty:
        return Found("empty", listed, why=f"{empty[0]} is empty", **found)
    for name in (name for number in _chosen(listed, how) for name in frames[number]):
        try:
            with Image.open(os.path.join(folder, name)) as picture:
                picture.load()
        except Exception as error:  # Pillow raises almost anything
            return Found("unreadable", listed, why=f"{name} is no picture ({error})", **found)
    return Found(OK, listed, **found)


def _names(template: str, number: int) -> list[str]:
    """The files of a frame: two of optical flow, as mmaction2 names them."""
    axes: list[tuple] = [("x",), ("y",)] if template.count("{") == 2 else [()]
    return [template.format(*axis, number) for axis in axes]


def _template(names: Iterable[str]) -> str | None:
    """How most pictures of a folder are named; `img_{:05}.jpg`, if some are so."""
    matches = [match for match in map(NUMBERED.fullmatch, names) if match]
    kinds = Counter((match[1], match[3]) for match in matches)
    if not kinds:
        return None
    kind = ("img_", ".jpg") if ("img_", ".jpg") in kinds else kinds.most_common(1)[0][0]
    digits = min(len(match[2]) for match in matches if (match[1], match[3]) == kind)
    prefix, suffix = kind
    return f"{prefix.replace('{', '{{').replace('}', '}}')}{{:0{digits}}}{suffix}"
