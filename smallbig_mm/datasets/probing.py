"""What a video says of itself, cheaply: its header, and whether its first frame can be decoded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

import av
import av.error
import numpy as np
from av.container import InputContainer

from ..errors import VideoDecodeError
from ..progress import progress_bar
from ..workers import Failure, each

SECONDS = 30.0  # a file that takes longer hangs


@dataclass(frozen=True)
class Facts:
    """Of a video, as its header says: frames a second, frames, seconds, pixels."""

    fps: float
    frames: int
    seconds: float
    width: int
    height: int


def probe(path: Path) -> Facts:
    """Open a video and decode its first frame.

    Raises:
        VideoDecodeError: saying why it cannot be read; the caller knows the name.
    """
    if path.is_file() and path.stat().st_size == 0:
        raise VideoDecodeError("the file is empty")
    try:
        with av.open(str(path)) as container:
            stream, frame, _ = video_frames(container)
            rate = float(stream.average_rate or stream.guessed_rate or 0)
            if stream.duration and stream.time_base:
                seconds = float(stream.duration * stream.time_base)
            else:
                seconds = (container.duration or 0) / av.time_base
            number = stream.frames or round(seconds * rate)
            return Facts(rate, number, seconds, frame.width, frame.height)
    except (av.error.FFmpegError, OSError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise VideoDecodeError(f"it cannot be decoded ({why})") from error


def video_frames(
    container: InputContainer,
) -> tuple[av.VideoStream, av.VideoFrame, Iterator[av.VideoFrame]]:
    """The video of a file, no cover picture, its first frame, and the others.

    Raises:
        VideoDecodeError: if there is no video, or no frame of it.
    """
    stream = container.streams.best("video")
    if not isinstance(stream, av.VideoStream):
        raise VideoDecodeError("no video stream")
    stream.codec_context.thread_count = 1
    frames = cast(Iterator[av.VideoFrame], container.decode(stream))
    first = next(frames, None)
    if first is None:
        raise VideoDecodeError("no frame can be decoded")
    return stream, first, frames


def look_at(
    root: Path,
    names: Sequence[str],
    workers: int | None = None,
    look: Callable[[Path], Any] = probe,
) -> tuple[dict[str, Any], dict[str, str]]:
    """Look at many files in processes of their own.

    Args:
        root: their folder.
        names: below it.
        workers: processes; one a core if not given.
        look: what to do with each.

    Returns:
        What `look` found, and why it failed, by name, both in the order of `names`.
    """
    results: dict[str, Any] = {}
    with progress_bar(total=len(names), desc="reading", unit="file") as bar:
        for path, found in each(look, (root / name for name in names), SECONDS, workers):
            results[path.relative_to(root).as_posix()] = found
            bar.update()
    ordered = {name: results[name] for name in names}
    failed = {name: found.why for name, found in ordered.items() if isinstance(found, Failure)}
    return {name: found for name, found in ordered.items() if name not in failed}, failed


def statistics(facts: Iterable[Facts]) -> dict[str, dict[str, float]]:
    """Least, median and greatest fps, frames, seconds, width and height; empty of no video."""
    columns = [asdict(fact) for fact in facts]
    return {key: spread([row[key] for row in columns]) for key in (columns[0] if columns else ())}


def spread(values: Sequence[float]) -> dict[str, float]:
    """Least, median and greatest, to three decimals."""
    found = np.percentile(values, (0, 50, 100))
    return dict(zip(("min", "median", "max"), (round(float(v), 3) for v in found), strict=True))


def as_text(found: Mapping[str, Mapping[str, float]]) -> list[str]:
    """`statistics`, a line a quantity."""
    return [
        f"{key}: {s['min']:g} to {s['max']:g}, median {s['median']:g}" for key, s in found.items()
    ]
