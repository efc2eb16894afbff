"""Frames of a file: decord where its frames are right, PyAV from the start where they are not.

Runs as a process of its own, started by its path (`serve`): it imports nothing of this package, and
with that no PyTorch.

decord 0.6 finds frames by counting from a key frame that it seeks to, so what it returns is right
only if every packet is one shown frame, in the order that its timestamps say, and nothing before a
key frame is needed after it (dmlc/decord#269, 363, 373, 375). `why_not_decord` looks at a file's
packets, without decoding them, for exactly that.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from multiprocessing.connection import Connection
from typing import Any

import av
import av.error
import numpy as np

KEPT_BYTES = 512 * 2**20  # decoded frames that are kept between counting and reading them
# Containers whose demuxers seek to the very key frame that they are asked for.
CONTAINERS = {"mov", "matroska", "webm", "avi", "flv"}
FALLBACK = "decord fails on it"
REASONS = (
    "container or codec",
    "frames without timestamps",
    "hidden frames (an edit list, or cut without encoding)",
    "no key frame at the start",
    "frames with equal timestamps",
    "key frames that need earlier frames (open GOP, B frames)",
    "packets that are not one frame each",
    "timestamps in disorder",
    "timestamps that decord reads otherwise",
    FALLBACK,
)  # fmt: skip
(
    CONTAINER,
    NO_TIMES,
    HIDDEN,
    NO_KEY,
    EQUAL_TIMES,
    OPEN_GOP,
    NOT_ONE,
    DISORDER,
    OTHER_TIMES,
    _,
) = REASONS


class Refused(Exception):
    """A file that cannot be read: its kind, and why."""

    def __init__(self, kind: str, why: str) -> None:
        super().__init__(why)
        self.kind = kind


# --------------------------------------------------------------------------------------------------
# Is decord right?


def why_not_decord(path: str) -> tuple[str, np.ndarray]:
    """What of a file decord would misread, one of `REASONS`; empty if nothing.

    Returns:
        The reason, and the frames' timestamps in seconds, in the order in which they are shown.
    """
    with av.open(path) as container:
        streams = container.streams.video
        codec = streams[0].codec_context
        one_frame = _ONE_FRAME.get(codec.name)
        known = CONTAINERS & set(container.format.name.split(","))
        if len(streams) > 1 or not known or one_frame is None:
            return CONTAINER, np.empty(0)
        header, unit = bytes(codec.extradata or b""), float(streams[0].time_base or 0)
        times: list[int] = []
        decoding: list[int] = []
        keys: list[int] = []
        for packet in container.demux(streams[0]):
            if not packet.size:
                continue
            if packet.pts is None:
                return NO_TIMES, np.empty(0)
            if packet.is_discard or packet.is_corrupt:
                return HIDDEN, np.empty(0)
            if not one_frame(memoryview(packet), packet.is_keyframe, header):
                return NOT_ONE, np.empty(0)
            if packet.is_keyframe:
                keys.append(len(times))
            times.append(packet.pts)
            if packet.dts is not None:  # the first ones of Matroska's B frames have none
                decoding.append(packet.dts)
    stamps = np.array(times, dtype=np.int64)
    if not keys or keys[0]:
        return NO_KEY, np.empty(0)
    if len(np.unique(stamps)) < len(stamps):
        return EQUAL_TIMES, np.empty(0)
    latest_before = np.maximum.accumulate(stamps)[np.array(keys[1:], dtype=int) - 1]
    earliest_after = np.minimum.accumulate(stamps[::-1])[::-1][keys]
    if (earliest_after < stamps[keys]).any() or (latest_before > stamps[keys[1:]]).any():
        return OPEN_GOP, np.empty(0)
    shown = np.sort(stamps)
    if not _in_order(np.diff(decoding), np.diff(shown)):
        return DISORDER, np.empty(0)
    return "", shown * unit


def _in_order(decoded: np.ndarray, shown: np.ndarray) -> bool:
    """Whether frames are decoded and shown at the same steps in time, some frames apart."""
    for delay in range(5):
        steps = min(len(decoded) - delay, len(shown))
        if np.abs(decoded[delay : delay + steps] - shown[:steps]).max(initial=0) <= 2:
            return True
    return False


def _h264(data: memoryview, key: bool, header: bytes) -> bool:
    """A key frame is one that decoding can start at (IDR), not a recovery point."""
    return not key or 5 in {first & 31 for first in _units(data, header, 4)}


def _hevc(data: memoryview, key: bool, header: bytes) -> bool:
    return not key or bool({19, 20} & {first >> 1 & 63 for first in _units(data, header, 21)})


def _units(data: memoryview, header: bytes, size_at: int) -> Iterator[int]:
    """The first bytes of a packet's NAL units, each of which follows its length."""
    if len(header) <= size_at or header[0] != 1:  # start codes instead, as in AVI
        return
    width, start = (header[size_at] & 3) + 1, 0
    while start + width < len(data):
        yield data[start + width]
        start += width + int.from_bytes(data[start : start + width], "big")


def _vp8(data: memoryview, key: bool, header: bytes) -> bool:
    return bool(data[0] & 16)  # show_frame


def _vp9(data: memoryview, key: bool, header: bytes) -> bool:
    superframe = data[-1] & 0xE0 == 0xC0  # hidden frames, and the one that is shown
    return superframe or data[0] & 0x30 == 0x30 or bool(data[0] & 0x0A)


def _mpeg4(data: memoryview, key: bool, header: bytes) -> bool:
    """One VOP that is coded: neither packed B frames nor what stands in for them."""
    return len(data) > 16 and bytes(data).count(b"\0\0\1\xb6") == 1


_ONE_FRAME: dict[str, Callable[[memoryview, bool, bytes], bool]] = {
    "h264": _h264,
    "hevc": _hevc,
    "vp8": _vp8,
    "vp9": _vp9,
    "mpeg4": _mpeg4,
}
_ONE_FRAME |= {"libvpx": _vp8, "libvpx-vp9": _vp9}


# --------------------------------------------------------------------------------------------------
# Decoding


class Decord:
    """A file as decord reads it.

    Attributes:
        frames: how many it counts.
        fps: frames a second.
    """

    name = "decord"

    def __init__(self, path: str, threads: int) -> None:
        import decord  # which not every use of this file needs

        # The least tolerance that counts: else it returns other frames for those it cannot decode.
        self._reader = decord.VideoReader(path, num_threads=threads, fault_tol=1e-9)
        self.frames, self.fps = len(self._reader), float(self._reader.get_avg_fps())

    def agrees(self, times: np.ndarray) -> bool:
        """Whether its timestamps are the file's (seconds)."""
        if self.frames != len(times):
            return False
        own = self._reader.get_frame_timestamp(list(range(self.frames)))[:, 0]
        return bool(np.allclose(own, times, rtol=0, atol=1e-3))

    def read(self, indices: Sequence[int]) -> np.ndarray:
        """Frames (N, H, W, 3), RGB."""
        return self._reader.get_batch(indices).asnumpy()


class PyAV:
    """A file as PyAV reads it from the start, the rotation of its display matrix applied.

    Frames of another size than the first are scaled to it, as players do. Counting decodes; what
    was decoded is kept for reading it, up to `KEPT_BYTES`.

    Attributes:
        frames: how many are shown.
        fps: frames a second.
    """

    name = "pyav"

    def __init__(self, path: str, threads: int, tell: Callable[[], None] = lambda: None) -> None:
        self._path, self._threads, self._tell = path, threads, tell
        self._kept: dict[int, av.VideoFrame] | None = {}
        self.frames, held = 0, 0
        for frame in self._decoded():
            held += sum(plane.buffer_size for plane in frame.planes)
            if held > KEPT_BYTES:
                self._kept = None
            if self._kept is not None:
                self._kept[self.frames] = frame
            self.frames += 1

    def read(self, indices: Sequence[int]) -> np.ndarray:
        """Frames (N, H, W, 3), RGB."""
        found = self._kept
        if found is None:
            wanted, last = set(indices), max(indices)
            some = islice(enumerate(self._decoded()), last + 1)
            pictures = {number: self._picture(frame) for number, frame in some if number in wanted}
        else:
            pictures = {number: self._picture(found[number]) for number in set(indices)}
        return np.stack([pictures[number] for number in indices])

    def _decoded(self) -> Iterator[Any]:
        with av.open(self._path) as container:
            stream: Any = container.streams.best("video")
            if stream is None:
                raise Refused("no video stream", "it has no video stream")
            self.fps = float(stream.average_rate or 0)
            stream.thread_count = self._threads
            number, told = 0, time.monotonic()
            try:
                for frame in container.decode(stream):
                    if not number:
                        self._size = frame.width, frame.height
                    if time.monotonic() > told + 1:
                        self._tell()
                        told = time.monotonic()
                    yield frame
                    number += 1
            except av.error.FFmpegError as error:
                why = f"it is damaged after {number} frames ({error.strerror})"
                raise Refused("unreadable", why) from error

    def _picture(self, frame: av.VideoFrame) -> np.ndarray:
        width, height = self._size
        image = frame.to_ndarray(format="rgb24", width=width, height=height)
        return np.rot90(image, round(frame.rotation / 90) % 4)


def open_file(
    path: str, decoder: str, threads: int, tell: Callable[[], None]
) -> tuple[Decord | PyAV, str]:
    """A file's reader, and why it is not decord; empty if it is, or PyAV was asked for.

    Args:
        path: of the file.
        decoder: `'auto'`, `'decord'` or `'pyav'`.
        threads: of the decoder.
        tell: called every second while a long video is decoded.

    Raises:
        Refused: if nothing can read it.
    """
    if decoder == "decord":
        return Decord(path, threads), ""
    why = ""
    if decoder == "auto":
        try:
            why, times = why_not_decord(path)
        except (av.error.FFmpegError, IndexError):
            why = FALLBACK  # PyAV itself says below what is wrong
        if not why:
            try:
                video = Decord(path, threads)
            except ImportError:
                raise
            except Exception:  # it raises almost anything, RuntimeError and its own
                why = FALLBACK
            else:
                if video.agrees(times):
                    return video, ""
                why = OTHER_TIMES
    found = PyAV(path, threads, tell)
    if not found.frames:
        raise Refused("unreadable", "it holds no frames")
    return found, why


# --------------------------------------------------------------------------------------------------
# The process


def serve(connection: Connection) -> None:
    """Answer requests until the other side is gone.

    A request is `("open", path, decoder, threads)` or `("read", indices)`; an answer
    `("ok", ...)`, after which the frames' bytes follow if they were asked for, or
    `("refused", kind, why)`. `("busy",)` every second tells a long video from one that hangs.
    """

    def tell() -> None:
        connection.send(("busy",))

    video: Any = None
    connection.send(("ok",))
    while True:
        try:
            what, *arguments = connection.recv()
        except (EOFError, OSError):
            return
        try:
            if what == "open":
                path, decoder, threads = arguments
                video = None  # its memory first
                video, why = open_file(path, decoder, threads, tell)
                answer: tuple = ("ok", video.frames, video.fps, video.name, why)
                images = None
            else:
                images = np.ascontiguousarray(video.read(arguments[0]))
                answer = ("ok", images.shape)
        except Exception as error:
            answer, images = ("refused", *_said(error)), None
        try:
            connection.send(answer)
            if images is not None:
                connection.send_bytes(images.data.cast("B"))
        except OSError:
            return


def _said(error: Exception) -> tuple[str, str]:
    """The kind of an error, and its words."""
    if isinstance(error, Refused):
        return error.kind, str(error)
    # decord prefixes "[12:00:00] /its/source.cc:83: " and appends a stack trace.
    words = getattr(error, "strerror", None) or str(error).strip() or type(error).__name__
    line = words.splitlines()[0]
    return (
        "unreadable",
        f"it cannot be decoded ({line.rpartition('.cc:')[2].strip('0123456789: ')})",
    )


if __name__ == "__main__":
    sys.path.remove(os.path.dirname(os.path.abspath(__file__)))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the other side decides
    if sys.platform == "linux":  # a process that spins does not see that the other side is gone
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)
    theirs = Connection(int(sys.argv[1]))
    try:
        import decord  # noqa: F401
    except ImportError as error:
        theirs.send(("refused", "import", str(error)))
    else:
        serve(theirs)
