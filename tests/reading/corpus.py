"""Small videos of every container and codec that PyAV writes, and what real files have wrong."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

FRAMES = 60
SIZE = (64, 96)  # height, width


def picture(number: int, size: tuple[int, int] = SIZE) -> np.ndarray:
    """A frame (H, W, 3) that tells its number: eight bits as bright and dark blocks, and motion."""
    height, width = size
    image = np.full((height, width, 3), 96, np.uint8)
    for bit in range(8):
        top, left = (bit // 4) * (height // 2), (bit % 4) * (width // 4)
        image[top : top + height // 2, left : left + width // 4] = 200 if number >> bit & 1 else 40
    column = 3 * number % (width - 8)
    image[height // 2 - 2 : height // 2 + 2, column : column + 8] = (250, 60, 60)
    return image


def write(
    path: Path,
    codec: str = "libx264",
    *,
    frames: int = FRAMES,
    size: tuple[int, int] = SIZE,
    pixels: str = "yuv420p",
    gop: int = 12,
    b_frames: int = 0,
    options: dict[str, str] | None = None,
    times: Callable[[int], int] = lambda number: number,
    rotation: int = 0,
    rate: int = 25,
    format: str | None = None,
    container_options: dict[str, str] | None = None,
) -> Path:
    """Write a video; `times` gives frame numbers' time stamps in frames."""
    height, width = size
    with av.open(str(path), "w", format=format, options=container_options or {}) as container:
        stream = container.add_stream(codec, rate=rate, options=options or {})
        stream.width, stream.height, stream.pix_fmt = width, height, pixels
        stream.gop_size, stream.max_b_frames = gop, b_frames
        stream.codec_context.thread_count = 1
        stream.bit_rate = 600_000
        if rotation:
            stream.set_display_rotation(rotation)
        for number in range(frames):
            frame = av.VideoFrame.from_ndarray(picture(number, size), format="rgb24")
            frame = frame.reformat(format=pixels)
            frame.pts, frame.time_base = times(number), Fraction(1, rate)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def remux(
    source: Path,
    path: Path,
    keep: Callable[[int, av.Packet], bool] = lambda number, packet: True,
    change: Callable[[int, av.Packet], None] = lambda number, packet: None,
    **options: str,
) -> Path:
    """Copy packets without encoding them again: those to keep, changed."""
    with av.open(str(source)) as given, av.open(str(path), "w", options=options) as container:
        stream = container.add_stream_from_template(given.streams.video[0])
        for number, packet in enumerate(given.demux(video=0)):
            if packet.dts is None or not keep(number, packet):
                continue
            change(number, packet)
            packet.stream = stream
            container.mux(packet)
    return path
