"""Videos as they are: whose frames are right, and what it costs that they are."""

from __future__ import annotations

import io
import os
import statistics
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import av
import decord
import numpy as np
from mmaction.registry import TRANSFORMS
from mmengine.registry import init_default_scope

from smallbig_mm.reading import open_video
from smallbig_mm.reading.decoders.packets import NotIndexed, index

from ..reading.corpus import KINDS, write
from ..reading.test_frames import REAL, verdict

Rows = list[dict[str, Any]]
COUNTS = ("files", "right", "refused", "wrong")


def files(folder: Path, quick: bool) -> Rows:
    """A row a container and codec: how sampled frames compare with those of sequential decoding."""
    names = list(KINDS)[:: 20 if quick else 1]
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for file in [KINDS[name](folder / name) for name in names] + ([] if quick else REAL):
        key = file.suffix.removeprefix("."), _codec(file)
        row = found.setdefault(key, _row(*key))
        row["files"] += 1
        row[verdict(file)[0]] += 1
    rows = [found[key] for key in sorted(found)]
    total = _row("all", "all")
    for row in rows:
        total |= {name: total[name] + row[name] for name in COUNTS}
    return [*rows, total]


def _row(container: str, codec: str) -> dict[str, Any]:
    return dict(container=container, codec=codec, **dict.fromkeys(COUNTS, 0))


def _codec(file: Path) -> str:
    try:
        with av.open(str(file)) as container:
            return container.streams.best("video").codec_context.codec.canonical_name
    except (av.FFmpegError, AttributeError):
        return "not known"


def rates(folder: Path, quick: bool) -> Rows:
    """Clips of 8 frames, interval 8, opened and decoded: this package's transforms, plain decord.

    One thread, in turn, medians. Of what is read from the start, decord gives other frames.
    """
    init_default_scope("mmaction")
    options = dict(size=(256, 340), frames=60 if quick else 300)
    made = [
        *(write(folder / f"gop{n}.mp4", b_frames=3, gop=n, **options) for n in (12, 50, 250)),
        write(folder / "vp9.webm", "libvpx-vp9", gop=48, **options),
        write(folder / "mpeg2-b.mpg", "mpeg2video", b_frames=2, gop=12, **options),
    ]
    return [_rate(file, 2 if quick else 40) for file in made + [f for f in REAL if not quick][-1:]]


def _rate(file: Path, repeats: int) -> dict[str, Any]:
    steps = [TRANSFORMS.build(dict(type=f"Decord{name}")) for name in ("Init", "Decode")]
    video = open_video(file)
    draw = np.random.RandomState(0)
    seconds: dict[str, list[float]] = {"safe": [], "plain": [], "index": []}

    def safe(indices: np.ndarray) -> None:
        results = dict(filename=str(file), frame_inds=indices)
        for step in steps:
            results = step(results)

    def plain(indices: np.ndarray) -> None:  # as mmaction2 does it
        decord.VideoReader(io.BytesIO(file.read_bytes()), num_threads=1).get_batch(indices)

    def look(indices: np.ndarray) -> None:
        with av.open(str(file)) as container, suppress(NotIndexed):
            index(container)

    for _ in range(repeats):
        start = draw.randint(max(video.frames - 57, 1))
        indices = np.minimum(start + 8 * np.arange(8), video.frames - 1)
        for name, read in (("safe", safe), ("plain", plain), ("index", look)):
            seconds[name].append(_timed(read, indices))
    median = {name: statistics.median(values) for name, values in seconds.items()}
    return {
        "file": file.name,
        "frames": video.frames,
        "read by": video.decoder,
        "clips/s": f"{1 / median['safe']:.1f}",
        "plain decord": f"{1 / median['plain']:.1f}",
        "ratio": f"{median['plain'] / median['safe']:.2f}",
        "index, ms a file": f"{1000 * median['index']:.1f}",
    }


def _timed(read: Callable[[np.ndarray], None], indices: np.ndarray) -> float:
    began = time.perf_counter()
    read(indices)
    return time.perf_counter() - began


def memory(folder: Path, quick: bool) -> Rows:
    """Resident memory of this process and its decoding one, over openings and reads of a file."""
    made = [write(folder / "b.mp4", b_frames=2), write(folder / "b.avi", "mpeg4", b_frames=2)]
    return [_growth(file, 100 if quick else 10_000) for file in made]


def _growth(file: Path, decodes: int) -> dict[str, Any]:
    for number in range(decodes):
        video = open_video(file)
        video.read([number % 50, 59])
        if number == decodes // 10:
            early = _resident()
    late = _resident()
    return {
        "read by": video.decoder,
        "decodes": decodes,
        "MiB after a tenth": f"{early:.1f}",
        "MiB at the end": f"{late:.1f}",
        "growth, bytes a decode": f"{(late - early) * 2**20 / (0.9 * decodes):.0f}",
    }


def _resident() -> float:
    """MiB of this process and its children."""
    own, pages = os.getpid(), 0
    for process in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((process / "stat").read_text().rpartition(")")[2].split()[1])
            if own in (parent, int(process.name)):
                pages += int((process / "statm").read_text().split()[1])
        except OSError:  # it has ended
            continue
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20
