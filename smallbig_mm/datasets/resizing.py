"""Smaller copies of videos: their frames and timestamps, each copy read again before it counts.

    OUT/.../NAME.mp4      H.264, no audio, the display matrix (a phone's rotation) applied
    OUT/.../NAME.avi      byte by byte, of a video that is small enough already
    OUT/manifest.jsonl    the settings, then a line a video, as it is done; the last one counts

No B frames: readers that trip over reordered frames or edit lists then have neither. A key frame
at least every 32 frames, so that reading a clip out of the middle decodes little more than it.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any, cast

import av
import av.error
import numpy as np

from ..errors import UserError, VideoDecodeError
from ..files import lock, write_text
from ..progress import progress_bar
from ..reading.decoders.readers import display_matrix
from ..workers import Failure, each
from .list_files import find_videos
from .probing import video_frames

MANIFEST = "manifest.jsonl"
ENCODING = dict(crf="20", bf="0", g="32")


# --------------------------------------------------------------------------------------------------
# One video


def resize(source: Path, out: Path, short_side: int) -> dict[str, Any]:
    """Write a smaller copy of a video, or an exact one if it is small enough, and read it again.

    Args:
        source: a video.
        out: the copy's path without a suffix; its folder is made.
        short_side: of the copy, in pixels; even. The other side keeps the aspect ratio, up to
            rounding to an even number.

    Returns:
        The copy's `status` (`resized` or `copied`), `suffix`, `bytes`, `width`, `height` and
        `frames`, and how many timestamps were `mended`, as they were missing or went back.

    Raises:
        VideoDecodeError: if the video cannot be decoded to its end, changes its size, is turned by
            other than quarters, or the copy is not what was to be written.
    """
    part = _part(out)
    part.parent.mkdir(parents=True, exist_ok=True)
    try:
        with av.open(str(source)) as reader:
            stream, first, frames = video_frames(reader)
            if min(first.width, first.height) <= short_side:
                shutil.copyfile(source, part)
                (width, height), times = read_again(part)
                done: dict[str, Any] = dict(status="copied", suffix=source.suffix, mended=0)
            else:
                (width, height), times, mended = _encode(stream, first, frames, part, short_side)
                _compare(part, (width, height), times)
                done = dict(status="resized", suffix=".mp4", mended=mended)
        done.update(bytes=part.stat().st_size, width=width, height=height, frames=len(times))
        part.replace(out.with_name(out.name + done["suffix"]))
        return done
    except (av.error.FFmpegError, OSError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise VideoDecodeError(f"it cannot be decoded or written ({why})") from error
    finally:
        part.unlink(missing_ok=True)


def _encode(
    stream: av.VideoStream,
    first: av.VideoFrame,
    rest: Iterator[av.VideoFrame],
    target: Path,
    short_side: int,
) -> tuple[tuple[int, int], list[float], int]:
    """(width, height), seconds of each frame from the first, and how many of these were mended."""
    turns = _turns(first)
    scale = short_side / min(first.width, first.height)
    size = [2 * round(scale * side / 2) for side in (first.width, first.height)]
    if any(name == "transpose" for name, _ in turns):
        size.reverse()
    width, height = size
    graph = _graph(stream, first, [*turns, ("scale", f"{width}:{height}"), ("format", "yuv420p")])
    rate = stream.average_rate or stream.guessed_rate or Fraction(30)
    base = first.time_base or 1 / Fraction(rate)
    step = max(1, round(1 / (rate * base)))
    times: list[int] = []
    mended = 0
    with av.open(str(target), "w", format="mp4") as writer:
        encoder = writer.add_stream("libx264", rate=rate, options=ENCODING)
        encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuv420p"
        encoder.codec_context.time_base = base
        encoder.codec_context.thread_count = 1
        for frame in _same_size(first, rest):
            at, start = frame.pts, first.pts or 0
            at = None if at is None else at - start
            if times and (at is None or at <= times[-1]):
                at, mended = times[-1] + step, mended + 1
            times.append(at or 0)
            graph.push(frame)
            small = cast(av.VideoFrame, graph.pull())
            if len(times) == 1:  # the colours mean what they meant
                for name in ("color_range", "colorspace", "color_primaries", "color_trc"):
                    setattr(encoder.codec_context, name, getattr(small, name))
            small.pts, small.time_base = times[-1], base
            small.pict_type = 0  # the encoder decides
            writer.mux(encoder.encode(small))
        writer.mux(encoder.encode(None))
    return (width, height), [float(t * base) for t in times], mended


def _same_size(first: av.VideoFrame, rest: Iterator[av.VideoFrame]) -> Iterator[av.VideoFrame]:
    yield first
    for number, frame in enumerate(rest, start=1):
        now, before = (frame.width, frame.height), (first.width, first.height)
        if now != before or frame.format.name != first.format.name:
            raise VideoDecodeError(
                f"frame {number} is {'x'.join(map(str, now))} {frame.format.name}, those before it "
                f"are {'x'.join(map(str, before))} {first.format.name}; cut it there"
            )
        yield frame


def _graph(
    stream: av.VideoStream, frame: av.VideoFrame, filters: list[tuple[str, str]]
) -> av.filter.Graph:
    graph = av.filter.Graph()
    nodes = [
        graph.add_buffer(
            width=frame.width,
            height=frame.height,
            format=frame.format,
            time_base=frame.time_base or stream.time_base,
        ),
        *(
            graph.add(name, arguments) if arguments else graph.add(name)
            for name, arguments in filters
        ),
        graph.add("buffersink"),
    ]
    graph.link_nodes(*nodes).configure()
    return graph


def _turns(frame: av.VideoFrame) -> list[tuple[str, str]]:
    """The filters that do what a frame's display matrix asks of a player."""
    a, b, c, d = display_matrix(frame)
    straight, across = np.abs((a, d)), np.abs((b, c))
    if not any(
        np.allclose((one, other), ((1, 1), (0, 0)), atol=0.01)
        for one, other in ((straight, across), (across, straight))
    ):
        raise VideoDecodeError(f"its display matrix {a:g} {b:g} {c:g} {d:g} is no quarter turn")
    turns = []
    if straight[0] < across[0]:  # rows become columns
        turns, a, d = [("transpose", "cclock_flip")], c, b
    return turns + [("hflip", "")] * (a < 0) + [("vflip", "")] * (d < 0)


def read_again(path: Path) -> tuple[tuple[int, int], list[float]]:
    """Decode a video to its end: (width, height) and each frame's seconds from the first."""
    with av.open(str(path)) as reader:
        _, first, rest = video_frames(reader)
        size, times = (first.width, first.height), [first.time or 0.0]
        for frame in rest:
            size = (frame.width, frame.height)
            times.append(frame.time or 0.0)
    return size, [t - times[0] for t in times]


def _compare(path: Path, size: tuple[int, int], times: list[float]) -> None:
    found_size, found = read_again(path)
    if len(found) != len(times) or found_size != size:
        raise VideoDecodeError(
            f"the copy has {len(found)} frames of {'x'.join(map(str, found_size))}, not "
            f"{len(times)} of {'x'.join(map(str, size))}"
        )
    if not np.allclose(found, times, rtol=0, atol=2e-3):
        raise VideoDecodeError("the copy's timestamps are not the video's")


# --------------------------------------------------------------------------------------------------
# A folder


def check_folders(source: Path, out: Path) -> None:
    """Raise UserError if the copies could get among the videos, or among other files."""
    if not source.is_dir():
        raise UserError(f"{source}: no such folder")
    one, other = source.resolve(), out.resolve()
    if one.is_relative_to(other) or other.is_relative_to(one):
        raise UserError(f"{out}: lies in {source}, or the other way round; give a folder beside it")
    if out.exists() and not (out.is_dir() and (_is_ours(out) or not any(out.iterdir()))):
        raise UserError(f"{out}: holds other files; give a new or an empty folder")


def _is_ours(out: Path) -> bool:
    return (out / MANIFEST).is_file() or {p.name for p in out.iterdir()} == {".lock"}


def resize_all(
    source: Path, out: Path, short_side: int, seconds: float, workers: int | None = None
) -> dict[str, dict[str, Any]]:
    """Write the copies that are missing, and a line into OUT's manifest for each.

    Args:
        source: a folder of videos, in any folders below it; nothing is written there.
        out: another folder.
        short_side: see `resize`.
        seconds: a video that takes longer hangs.
        workers: processes; one a core if not given.

    Returns:
        The manifest's line of each video, by its path below `source`; `status` is `resized`,
        `copied` or `failed`, then with `why`.

    Raises:
        UserError: if the folders, the settings or `short_side` do not fit, or the disk is full.
    """
    check_folders(source, out)
    if short_side < 16 or short_side % 2:
        raise UserError(f"--short-side {short_side}: give an even number of at least 16")
    names = find_videos(source)
    if not names:
        raise UserError(f"{source}: no video in it")
    out.mkdir(parents=True, exist_ok=True)
    with _alone(out):
        settings = dict(short_side=short_side, **ENCODING)
        lines = _read_manifest(out / MANIFEST, settings)
        done = {
            name: line for name in names if (line := lines.get(name)) and _kept(source, out, line)
        }
        with (out / MANIFEST).open("a", encoding="utf-8") as manifest:
            manifest.write("\n")  # after a line that was cut short
            for line in _resize(source, out, short_side, seconds, workers, names, done):
                manifest.write(json.dumps(line) + "\n")
                manifest.flush()
                done[line["source"]] = line
                if line["status"] == "failed" and shutil.disk_usage(out).free < 1 << 24:
                    raise UserError(f"{out}: the disk is full; make room, and call again")
    return {name: done[name] for name in names}


def _resize(
    source: Path,
    out: Path,
    short_side: int,
    seconds: float,
    workers: int | None,
    names: list[str],
    done: dict[str, dict],
) -> Iterator[dict[str, Any]]:
    """The manifest's lines of what is not done yet."""
    stems: dict[str, list[str]] = {}
    for name in names:
        stems.setdefault(_stem(name), []).append(name)
    todo = []
    for name in names:
        others = [other for other in stems[_stem(name)] if other != name]
        if others:
            why = f"{others[0]} would have the same copy; rename one of them"
            yield dict(source=name, status="failed", why=why)
        elif name not in done:
            todo.append(name)

    one = partial(_resize_one, source, out, short_side)
    with progress_bar(total=len(names), initial=len(done), desc="resizing", unit="video") as bar:
        for name, found in each(one, todo, seconds, workers):
            if isinstance(found, Failure):
                _part(out / _stem(name)).unlink(missing_ok=True)  # what a killed process left
                yield dict(source=name, status="failed", why=found.why)
            else:
                yield dict(source=name, **found)
            bar.update()


def _resize_one(source: Path, out: Path, short_side: int, name: str) -> dict[str, Any]:
    before = _stamp(source / name)
    return before | resize(source / name, out / _stem(name), short_side)


def _part(out: Path) -> Path:
    return out.with_name(f".{out.name}.part")


def _stem(name: str) -> str:
    return name.removesuffix(Path(name).suffix)


def _stamp(path: Path) -> dict[str, int]:
    stat = path.stat()
    return dict(source_bytes=stat.st_size, source_mtime_ns=stat.st_mtime_ns)


def _kept(source: Path, out: Path, line: dict[str, Any]) -> bool:
    """Whether a line's copy is there, of the video as it is now."""
    if line["status"] == "failed":
        return False
    copy = out / (_stem(line["source"]) + line["suffix"])
    stamp = _stamp(source / line["source"])
    return (
        copy.is_file()
        and copy.stat().st_size == line["bytes"]
        and all(line[key] == value for key, value in stamp.items())
    )


def _read_manifest(path: Path, settings: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The last line of each video. A manifest is begun with its settings, which must stay."""
    if not path.is_file():
        write_text(path, json.dumps(settings) + "\n")
        return {}
    found = []
    for text in path.read_text(encoding="utf-8").splitlines():
        with suppress(ValueError):  # a line that was cut short: its video is done again
            found.append(json.loads(text))
    if not found or found[0] != settings:
        raise UserError(
            f"{path}: begun with {found[0] if found else 'nothing'}, not {settings}; give the same "
            "--short-side, or another folder"
        )
    return {line["source"]: line for line in found[1:]}


@contextmanager
def _alone(out: Path) -> Iterator[None]:
    """Keep a second call on the same folder out, for as long as this process lives."""
    with (out / ".lock").open("w") as file:
        try:
            lock(file)
        except BlockingIOError:
            raise UserError(f"{out}: another resize.py is at work in it") from None
        yield
