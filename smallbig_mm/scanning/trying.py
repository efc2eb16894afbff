"""One video, or one folder of frames: can it be read?"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import av.error
import numpy as np
from PIL import Image

from ..errors import StackError, UserError, VideoDecodeError, last_line
from ..reading import TIMEOUT, open_video

OK, SHORT = "ok", "too short"
SAMPLES = 8  # frames that are decoded, the first and the last among them
CHUNK = 32  # frames that are decoded at a time
PROMISE = 0.9  # of what a container says it holds: headers are not exact
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
        workers: processes that decode.
    """

    root: Path = Path()
    all_frames: bool = False
    min_frames: int = 2
    timeout: float = TIMEOUT
    filename_tmpl: str | None = None
    with_offset: bool = False
    workers: int = 1


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
        cut = cut_short(file)
    except VideoDecodeError as error:
        return Found(error.kind, why=str(error).removeprefix(f"{file}: "))
    except av.error.FFmpegError as error:
        return Found("unreadable", why=f"{type(error).__name__}: {error}")
    except (OSError, MemoryError, StackError) as error:  # this machine's failure, not the file's
        raise UserError(f"{file}: {last_line(error)}; fewer --workers go on from here") from error
    except Exception as error:  # one file must not end the scan of a million
        return Found("unreadable", why=f"{type(error).__name__}: {error}")
    if cut:
        return Found("wrong count", video.frames, video.decoder, cut)
    return Found(OK, video.frames, video.decoder, video.why)


def cut_short(file: str) -> str:
    """What a container promises at its start and does not hold; empty if it does.

    Such a file is decoded as far as it goes, without a word. MP4 needs no look: its decoders refuse
    a file of which a part is missing, and hide frames on purpose; MPEG promises nothing.

    Args:
        file: a video.
    """
    with av.open(file) as container:
        kind, stream = container.format.name, container.streams.video[0]
        if kind == "avi":  # whose frames are places in time, some of them empty
            places = (p.pts if p.dts is None else p.dts for p in container.demux(stream) if p.size)
            ends = (place + 1.0 for place in places if place is not None)
            held, unit, promised = max(ends, default=0.0), "frames", float(stream.frames)
        elif kind in ("matroska,webm", "flv", "asf"):
            ends = (
                float((packet.pts + (packet.duration or 0)) * packet.time_base)
                for packet in container.demux()
                if packet.pts is not None and packet.time_base is not None
            )
            held, unit = max(ends, default=0.0), "seconds"
            promised = (container.duration or 0) / av.time_base
        else:
            return ""
    if held >= PROMISE * promised:
        return ""
    return f"it is cut short: {promised:.6g} {unit} by its header, and {held:.6g} in it"


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
    try:
        sizes = {file.name: file.stat().st_size for file in os.scandir(folder)}
    except OSError as error:
        return Found("unreadable", why=f"the folder cannot be read ({error.strerror})")
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
    looked_at = range(min(listed, len(sizes) + 1))  # of more than there are, one is missing
    frames = [_names(template, start + offset + number) for number in looked_at]
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


def check_template(template: str) -> None:
    """Look at a `filename_tmpl`.

    Raises:
        UserError: if it makes no file name of a number.
    """
    try:
        different = _names(template, 1) != _names(template, 2)
    except (IndexError, KeyError, ValueError):
        different = False
    if not different or "/" in template:
        raise UserError(
            f"--filename-tmpl {template}: must name a frame by its number: img_{{:05}}.jpg"
        )


def _names(template: str, number: int) -> list[str]:
    """The files of a frame: two of optical flow, as mmaction2 names them."""
    axes: list[tuple] = [("x",), ("y",)] if template.count("{}") else [()]
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
