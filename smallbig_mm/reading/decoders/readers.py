"""Frames of a file: of its packets those that are needed, all from the start, or what decord gives.

A reader has `name`, `frames` (how many are shown), `fps`, and `read(indices)`, which returns frames
(H, W, 3), uint8, RGB, in the order of `indices`; these may repeat.
"""

from __future__ import annotations

import time
import weakref
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any

import av
import av.error
import numpy as np
from av.video.reformatter import VideoReformatter
from numpy.typing import NDArray

from .packets import FALLBACK, index

KEPT_BYTES = 512 * 2**20  # decoded frames that are kept between counting and reading them


class Refused(Exception):
    """A file that cannot be read: its kind, and why."""

    def __init__(self, kind: str, why: str) -> None:
        super().__init__(why)
        self.kind = kind


class Seeking:
    """A file whose packets tell its frames (`packets.index`): what no wanted frame needs stays.

    Each frame comes out of the packets from a key frame on; of H.264 without those of frames that
    no other frame needs. What comes is compared with what the packets tell.
    """

    name = "seeking"

    def __init__(self, path: str, threads: int, tell: Callable[[], None]) -> None:
        self._path, self._tell = path, tell
        self._container: Any = av.open(path)
        # Its parts refer to each other: unclosed, files stay in memory until garbage is collected.
        weakref.finalize(self, self._container.close)
        self._index = index(self._container)
        stream = self._container.streams.video[0]
        self._codec = _with_threads(stream.codec_context, threads)
        self._size = self._codec.width, self._codec.height
        self._picture = _Pictures(*self._size)
        self.frames, self.fps = len(self._index.times), float(stream.average_rate or 0)

    def read(self, indices: Sequence[int]) -> list[np.ndarray]:
        times, numbers = self._index.times, self._index.packets[indices]
        wanted, found = set(times[numbers].tolist()), {}
        needed, ends = self._needed(np.unique(numbers))
        shown = []
        for frame in _telling(self._decoded(needed, ends), self._tell):
            shown.append(frame.pts)
            if frame.pts in wanted:
                if (frame.width, frame.height) != self._size:
                    raise Refused("unreadable", FALLBACK)
                found[frame.pts] = self._picture(frame)
        if shown != np.sort(times[needed]).tolist():
            raise Refused("unreadable", FALLBACK)
        return [found[time] for time in times[numbers].tolist()]

    def _needed(self, numbers: NDArray[np.intp]) -> tuple[NDArray[np.bool_], set[int]]:
        """Which packets to decode for those of some frames, and after which the decoder ends."""
        starts = self._index.starts[np.searchsorted(self._index.starts, numbers, "right") - 1]
        needed, ends = np.zeros(self.frames, bool), set()
        for start in np.unique(starts):
            end = numbers[starts == start].max()
            needed[start : end + 1] = True
            ends.add(int(end))
        needed &= ~self._index.alone
        needed[numbers] = True
        return needed, ends

    def _decoded(self, needed: NDArray[np.bool_], ends: set[int]) -> Iterator[Any]:
        for number, packet in enumerate(self._packets()):
            if needed[number]:
                yield from self._codec.decode(packet)
            if number in ends:
                yield from self._codec.decode(None)
                self._codec.flush_buffers()

    def _packets(self) -> Iterator[Any]:
        if self._index.kept is not None:
            yield from self._index.kept
            return
        with av.open(self._path) as container:
            yield from (packet for packet in container.demux(video=0) if packet.size)


class Sequential:
    """A file as PyAV reads it from the start.

    Frames of another size than the first are scaled to it, as players do. Counting decodes; what
    was decoded is kept for reading it, up to `KEPT_BYTES`.
    """

    name = "pyav"

    def __init__(self, path: str, threads: int, tell: Callable[[], None] = lambda: None) -> None:
        self._path, self._threads, self._tell = path, threads, tell
        self._kept: dict[int, av.VideoFrame] | None = {}
        self.frames, held = 0, 0
        for frame in self._decoded():
            if not self.frames:
                self._picture = _Pictures(frame.width, frame.height)
            held += sum(plane.buffer_size for plane in frame.planes)
            if held > KEPT_BYTES:
                self._kept = None
            if self._kept is not None:
                self._kept[self.frames] = frame
            self.frames += 1

    def read(self, indices: Sequence[int]) -> list[np.ndarray]:
        found = self._kept
        if found is None:
            wanted, last = set(indices), max(indices)
            some = islice(enumerate(self._decoded()), last + 1)
            pictures = {number: self._picture(frame) for number, frame in some if number in wanted}
        else:
            pictures = {number: self._picture(found[number]) for number in set(indices)}
        return [pictures[number] for number in indices]

    def _decoded(self) -> Iterator[Any]:
        with av.open(self._path) as container:
            stream: Any = container.streams.best("video")
            if stream is None:
                raise Refused("no video stream", "it has no video stream")
            self.fps = float(stream.average_rate or 0)
            _with_threads(stream.codec_context, self._threads)
            number = 0
            try:
                for frame in _telling(container.decode(stream), self._tell):
                    yield frame
                    number += 1
            except av.error.FFmpegError as error:
                why = f"it is damaged after {number} frames ({error.strerror})"
                raise Refused("unreadable", why) from error


class Decord:
    """A file as decord reads it, for who wants just that.

    decord 0.6 finds frames by counting from a key frame that it seeks to, and gives other frames
    than asked for where that does not do (dmlc/decord#269, 363, 373, 375).
    """

    name = "decord"

    def __init__(self, path: str, threads: int) -> None:
        import decord

        # The least tolerance that counts: else it returns other frames for those it cannot decode.
        self._reader = decord.VideoReader(path, num_threads=threads, fault_tol=1e-9)
        self.frames, self.fps = len(self._reader), float(self._reader.get_avg_fps())

    def read(self, indices: Sequence[int]) -> list[np.ndarray]:
        return list(self._reader.get_batch(indices).asnumpy())


def display_matrix(frame: av.VideoFrame) -> tuple[float, float, float, float]:
    """(a, b, c, d): players show a frame's pixel (x, y) at (a x + c y, b x + d y)."""
    data: Any = frame.side_data.get("DISPLAYMATRIX")
    if data is None:
        return 1, 0, 0, 1
    a, b, _, c, d, *_ = (np.frombuffer(data, np.int32) / (1 << 16)).tolist()
    return a, b, c, d


class _Pictures:
    """RGB of frames, at one size, turned or mirrored as their display matrix says.

    One converter for all: each has tables to make, and threads to start, which take longer than a
    frame.
    """

    def __init__(self, width: int, height: int) -> None:
        self._width, self._height, self._converter = width, height, VideoReformatter()

    def __call__(self, frame: av.VideoFrame) -> np.ndarray:
        image = self._converter.reformat(frame, self._width, self._height, "rgb24", threads=1)
        shown, (a, b, c, d) = image.to_ndarray(), display_matrix(frame)
        if abs(b) > abs(a):
            shown, a, d = shown.swapaxes(0, 1), c, b
        return shown[:: -1 if d < 0 else 1, :: -1 if a < 0 else 1]


def _with_threads(codec: Any, threads: int) -> Any:
    codec.thread_count = threads
    if threads > 1:
        codec.thread_type = "AUTO"  # PyAV's own is slices, of which most files have one a frame
    return codec


def _telling(frames: Iterator[Any], tell: Callable[[], None]) -> Iterator[Any]:
    """Tell every second that work goes on."""
    told = time.monotonic()
    for frame in frames:
        if time.monotonic() > told + 1:
            tell()
            told = time.monotonic()
        yield frame
