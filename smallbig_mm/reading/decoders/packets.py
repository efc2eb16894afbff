"""Which packets show a frame: what a file tells without being decoded.

FFmpeg shows a frame a packet, in the order of their timestamps, from a closed key frame on; but
files have hidden frames, several in a packet, or timestamps that mean nothing. `index` looks at
each packet for exactly that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

KEPT_BYTES = 64 * 2**20  # packets that are kept between looking at them and decoding some
# Containers whose packets have the timestamps that somebody wrote.
CONTAINERS = {"mov", "matroska", "webm", "avi", "flv"}
FALLBACK = "seeking in it fails"
REASONS = (
    "container or codec",
    "frames without timestamps",
    "hidden frames (an edit list, or cut without encoding)",
    "no closed key frame at the start",
    "frames with equal timestamps",
    "packets that are not one frame each",
    "timestamps in disorder",
    FALLBACK,
)  # fmt: skip
CONTAINER, NO_TIMES, HIDDEN, NO_KEY, EQUAL_TIMES, NOT_ONE, DISORDER, _ = REASONS

# A packet's frame: decoding can start at it, others may need it, no other needs it.
START, NEEDED, ALONE = "start", "needed", "alone"


class NotIndexed(Exception):
    """Frames cannot be told from packets, for one of `REASONS`."""


@dataclass(frozen=True)
class Index:
    """Packets are numbered in the order in which they are decoded, frames as they are shown.

    Attributes:
        times: timestamps of the packets, and of the frames that they become.
        packets: of each frame the number of its packet.
        starts: packets that decoding can start at, the first one among them.
        alone: of each packet whether decoding others is the same without it.
        kept: the packets, if they are not more than `KEPT_BYTES`.
    """

    times: NDArray[np.int64]
    packets: NDArray[np.intp]
    starts: NDArray[np.intp]
    alone: NDArray[np.bool_]
    kept: list[Any] | None


def index(container: Any) -> Index:
    """Look at all packets of a file's video.

    Args:
        container: PyAV's, just opened.

    Raises:
        NotIndexed: if sequential decoding may show other frames than the packets tell.
    """
    streams = container.streams.video
    codec = streams[0].codec_context
    kind_of = _KINDS.get(codec.name)
    if len(streams) > 1 or not CONTAINERS & set(container.format.name.split(",")) or not kind_of:
        raise NotIndexed(CONTAINER)
    header, held = bytes(codec.extradata or b""), 0
    kept: list[Any] | None = []
    times: list[int] = []
    decoding: list[int] = []
    kinds: list[str] = []
    for packet in container.demux(streams[0]):
        if not packet.size:
            continue
        if packet.pts is None:
            raise NotIndexed(NO_TIMES)
        if packet.is_discard or packet.is_corrupt:
            raise NotIndexed(HIDDEN)
        kind = kind_of(memoryview(packet), packet.is_keyframe, header)
        if kind is None:
            raise NotIndexed(NOT_ONE)
        kinds.append(kind)
        times.append(packet.pts)
        if packet.dts is not None:  # the first ones of Matroska's B frames have none
            decoding.append(packet.dts)
        held += packet.size
        if held > KEPT_BYTES:
            kept = None
        if kept is not None:
            kept.append(packet)
    stamps = np.array(times, np.int64)
    starts = _closed(stamps, np.flatnonzero(np.array(kinds) == START))
    if not len(starts) or starts[0]:
        raise NotIndexed(NO_KEY)
    order = np.argsort(stamps)
    steps = np.diff(stamps[order])
    if not steps.all():
        raise NotIndexed(EQUAL_TIMES)
    if not _in_order(np.diff(decoding), steps):
        raise NotIndexed(DISORDER)
    return Index(stamps, order, starts, np.array(kinds) == ALONE, kept)


def _closed(stamps: NDArray[np.int64], keys: NDArray[np.intp]) -> NDArray[np.intp]:
    """The key frames that no frame is decoded before and shown after, or the other way round."""
    earliest_after = np.minimum.accumulate(stamps[::-1])[::-1]
    latest_before = np.maximum.accumulate(stamps)
    no_leading = earliest_after[keys] >= stamps[keys]
    no_trailing = (keys == 0) | (latest_before[keys - 1] < stamps[keys])
    return keys[no_leading & no_trailing]


def _in_order(decoded: np.ndarray, shown: np.ndarray) -> bool:
    """Whether frames are decoded and shown at the same steps in time, some frames apart."""
    for delay in range(5):
        steps = min(len(decoded) - delay, len(shown))
        if np.abs(decoded[delay : delay + steps] - shown[:steps]).max(initial=0) <= 2:
            return True
    return False


# --------------------------------------------------------------------------------------------------
# What a packet is, by its first bytes; None: not one frame that is shown


def _h264(data: memoryview, key: bool, header: bytes) -> str | None:
    """A key frame is a start if it is an IDR, not if it is a recovery point."""
    slices = [first for first in _units(data, header, 4) if 1 <= first & 31 <= 5]
    if key and 5 in (first & 31 for first in slices):
        return START
    referred = not slices or any(first >> 5 & 3 for first in slices)  # nal_ref_idc
    return NEEDED if key or referred else ALONE


def _hevc(data: memoryview, key: bool, header: bytes) -> str | None:
    """Frames after a broken link (16 ... 18), or the sequence's end (36, 37), may be left out."""
    types = {first >> 1 & 63 for first in _units(data, header, 21)}
    if types & {16, 17, 18, 36, 37}:
        return None
    return START if key and types & {19, 20} else NEEDED


def _units(data: memoryview, header: bytes, size_at: int) -> Iterator[int]:
    """The first bytes of a packet's NAL units, each of which follows its length."""
    if len(header) <= size_at or header[0] != 1:  # start codes instead, as in AVI
        return
    width, start = (header[size_at] & 3) + 1, 0
    while start + width < len(data):
        yield data[start + width]
        start += width + int.from_bytes(data[start : start + width], "big")


def _vp8(data: memoryview, key: bool, header: bytes) -> str | None:
    return _start(key) if data[0] & 16 else None  # show_frame


def _vp9(data: memoryview, key: bool, header: bytes) -> str | None:
    superframe = data[-1] & 0xE0 == 0xC0  # hidden frames, and the one that is shown
    shown = superframe or data[0] & 0x30 == 0x30 or data[0] & 0x0A
    return _start(key) if shown else None


def _mpeg4(data: memoryview, key: bool, header: bytes) -> str | None:
    """One VOP that is coded: neither packed B frames nor what stands in for them."""
    one = len(data) > 16 and bytes(data).count(b"\0\0\1\xb6") == 1
    return _start(key) if one else None


def _start(key: bool) -> str:
    return START if key else NEEDED


_KINDS: dict[str, Callable[[memoryview, bool, bytes], str | None]] = {
    "h264": _h264,
    "hevc": _hevc,
    "vp8": _vp8,
    "vp9": _vp9,
    "libvpx": _vp8,
    "libvpx-vp9": _vp9,
    "mpeg4": _mpeg4,
}
