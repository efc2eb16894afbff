"""Small videos of every container and codec that PyAV writes, and what real files have wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

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


def packed(path: Path) -> Path:
    """MPEG-4 in AVI as DivX wrote it: a B frame in the packet of the frame that it refers to."""
    source = write(path.with_name("b1.avi"), "mpeg4", b_frames=1)
    with av.open(str(source)) as given, av.open(str(path), "w") as container:
        stream = container.add_stream_from_template(given.streams.video[0])
        packets = [bytes(packet) for packet in given.demux(video=0) if packet.size]
        chunks, number = [], 0
        nothing = b"\0\0\1\xb6\x50\0\0\x3f"  # a VOP that is not coded
        while number < len(packets):
            follows = number + 1 < len(packets) and _is_b(packets[number + 1])
            chunks += (
                [packets[number] + packets[number + 1], nothing] if follows else [packets[number]]
            )
            number += 1 + follows
        for time, chunk in enumerate(chunks):
            packet = av.Packet(chunk)
            packet.stream, packet.time_base = stream, Fraction(1, 25)
            packet.pts = packet.dts = time
            packet.is_keyframe = not time
            container.mux(packet)
    return path


def _is_b(packet: bytes) -> bool:
    return packet[packet.index(b"\0\0\1\xb6") + 4] >> 6 == 2


def with_cover(path: Path) -> Path:
    """A video whose file also has a picture of it."""
    source = write(path.with_name("plain.mp4"))
    with av.open(str(source)) as given, av.open(str(path), "w") as container:
        stream = container.add_stream_from_template(given.streams.video[0])
        cover = container.add_stream("png", rate=1)
        cover.width, cover.height, cover.pix_fmt = 320, 240, "rgb24"
        for packet in given.demux(video=0):
            if packet.size:
                packet.stream = stream
                container.mux(packet)
        container.mux(cover.encode(av.VideoFrame.from_ndarray(picture(0, (240, 320)))))
        container.mux(cover.encode())
    return path


def with_sound(path: Path) -> Path:
    """A video with a sound track."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25)
        stream.height, stream.width, stream.pix_fmt = *SIZE, "yuv420p"
        sound = container.add_stream("aac", rate=16000)
        sound.layout = "mono"
        for number in range(FRAMES):
            frame = av.VideoFrame.from_ndarray(picture(number)).reformat(format="yuv420p")
            container.mux(stream.encode(frame))
            noise = av.AudioFrame.from_ndarray(np.zeros((1, 640), np.float32), "fltp", "mono")
            noise.sample_rate, noise.pts = 16000, 640 * number
            container.mux(sound.encode(noise))
        container.mux(stream.encode())
        container.mux(sound.encode())
    return path


def shifted(path: Path, frames: int) -> Path:
    """Time stamps moved by some frames: what is below zero is hidden by an edit list in MP4."""
    source = write(path.with_name("shifted.mp4"), b_frames=2)

    def move(_: int, packet: av.Packet) -> None:
        by = int(frames / 25 / packet.time_base)
        packet.pts, packet.dts = packet.pts + by, packet.dts + by

    return remux(source, path, change=move)


def tangled(path: Path, b_frames: int = 0) -> Path:
    """Time stamps that do not rise: one frame's is later than those of the next three."""
    source = write(path.with_name("straight.mkv"), b_frames=b_frames, gop=15)

    def delay(number: int, packet: av.Packet) -> None:
        if number == 21:
            packet.pts += int(3.5 / 25 / packet.time_base)

    return remux(source, path, change=delay)


def cut(path: Path, first: int, last: int = FRAMES) -> Path:
    """Packets from one that is no key frame, as `ffmpeg -ss ... -c copy` leaves them."""
    source = write(path.with_name(f"whole{path.suffix}.mp4"), b_frames=2)
    return remux(source, path, keep=lambda number, _: first <= number < last)


def truncated(path: Path, codec: str = "libx264", **options: Any) -> Path:
    """The first part of a file."""
    whole = write(path, codec, **options).read_bytes()
    path.write_bytes(whole[: len(whole) * 6 // 10])
    return path


def _kinds() -> Iterator[tuple[str, Callable[[Path], Path]]]:
    """Names of files, by container and codec or by what is wrong with them, and what makes them."""
    closed, opened = "log-level=none:open-gop=0", "log-level=none:open-gop=1"
    codecs: dict[str, tuple[str, dict, str]] = {
        "h264": ("libx264", {}, "mp4 mov mkv avi flv mpg ts 3gp"),
        "h264-b": ("libx264", dict(b_frames=2), "mp4 mov mkv avi flv mpg ts 3gp"),
        "h264-b8": ("libx264", dict(b_frames=8, options={"b_strategy": "0"}), "mp4 mkv avi"),
        "h264-open": (
            "libx264",
            dict(b_frames=2, options={"x264-params": "open-gop=1"}),
            "mp4 mkv",
        ),
        "h264-refresh": ("libx264", dict(options={"x264-params": "intra-refresh=1"}), "mp4 mkv"),
        "hevc": ("libx265", dict(options={"x265-params": closed}), "mp4 mov mkv ts"),
        "hevc-b": ("libx265", dict(b_frames=3, options={"x265-params": closed}), "mp4 mkv"),
        "hevc-open": ("libx265", dict(b_frames=3, options={"x265-params": opened}), "mp4 mov mkv"),
        "vp8": ("libvpx", {}, "webm mkv avi"),
        "vp9": ("libvpx-vp9", {}, "webm mkv mp4"),
        "vp8-hidden": (
            "libvpx",
            dict(options={"auto-alt-ref": "1", "lag-in-frames": "16", "arnr-maxframes": "7"}),
            "webm",
        ),
        "vp9-hidden": (
            "libvpx-vp9",
            dict(options={"auto-alt-ref": "1", "lag-in-frames": "25"}),
            "webm",
        ),
        "av1": ("libsvtav1", {}, "mp4 webm mkv"),
        "mpeg4": ("mpeg4", {}, "mp4 mov mkv avi 3gp"),
        "mpeg4-b": ("mpeg4", dict(b_frames=2), "mp4 mov mkv avi 3gp"),
        "mpeg2": ("mpeg2video", {}, "mpg avi ts mkv mp4"),
        "mpeg2-b": ("mpeg2video", dict(b_frames=2), "mpg avi ts mkv mp4"),
        "mpeg1": ("mpeg1video", {}, "mpg"),
        "mpeg1-b": ("mpeg1video", dict(b_frames=2), "mpg"),
        "wmv1": ("wmv1", {}, "wmv"),
        "wmv2": ("wmv2", {}, "wmv avi"),
        "msmpeg4": ("msmpeg4", {}, "wmv avi"),
        "sorenson": ("flv", {}, "flv"),
        "h263": ("h263", dict(size=(144, 176)), "3gp"),
        "mjpeg": ("mjpeg", dict(pixels="yuvj420p"), "avi mov"),
        "gif": ("gif", dict(pixels="rgb8"), "gif"),
        "prores": ("prores_ks", dict(pixels="yuv422p10le"), "mov"),
        "10bit": ("libx264", dict(pixels="yuv420p10le", b_frames=2), "mp4 mkv"),
        "hevc-10bit": (
            "libx265",
            dict(pixels="yuv420p10le", options={"x265-params": closed}),
            "mp4",
        ),
        "444": ("libx264", dict(pixels="yuv444p"), "mp4"),
        "odd": ("libx264", dict(pixels="yuv444p", size=(63, 97)), "mp4 mkv"),
        "odd-vp9": ("libvpx-vp9", dict(size=(63, 97)), "webm"),
        "narrow": ("libx264", dict(size=(64, 72)), "mp4 avi"),
        "variable-rate": (
            "libx264",
            dict(b_frames=2, times=lambda n: n + n * n // 4),
            "mp4 mkv flv",
        ),
        "variable-rate-vp9": ("libvpx-vp9", dict(times=lambda n: n + n * n // 4), "webm"),
        "late": ("libx264", dict(b_frames=2, times=lambda n: n + 50), "mp4 mkv"),
        "rotated-90": ("libx264", dict(rotation=90, b_frames=2), "mp4"),
        "rotated-180": ("libx264", dict(rotation=180), "mp4 mov"),
        "rotated-270": ("libx264", dict(rotation=270), "mp4"),
        "rotated-narrow": ("libx264", dict(rotation=90, size=(72, 128)), "mp4"),
        "1-frame": ("libx264", dict(frames=1), "mp4 avi mkv"),
        "2-frames": ("libx264", dict(frames=2, b_frames=1), "mp4 avi mkv"),
        "3-frames": ("mpeg4", dict(frames=3, b_frames=2), "mp4 avi mkv"),
        "long-gop": ("libx264", dict(b_frames=2, gop=300, frames=120), "mp4"),
        "fragments": (
            "libx264",
            dict(container_options={"movflags": "frag_keyframe+empty_moov"}),
            "mp4",
        ),
        "large-clusters": (
            "libx264",
            dict(container_options={"cluster_time_limit": "60000"}),
            "mkv",
        ),
        "no-index": ("libx264", dict(container_options={"live": "1"}), "mkv"),
    }
    for name, (codec, options, suffixes) in codecs.items():
        for suffix in suffixes.split():
            yield f"{name}.{suffix}", partial(write, codec=codec, **options)
    for suffix in ("mp4", "mov", "mkv", "flv", "ts"):
        yield f"cut-off-key.{suffix}", partial(cut, first=17)
    yield "cut-at-key.mp4", partial(cut, first=12, last=41)
    yield "hidden.mp4", partial(shifted, frames=-17)
    yield "hidden.mov", partial(shifted, frames=-5)
    yield "negative.mkv", partial(shifted, frames=-17)
    yield "delayed.mp4", partial(shifted, frames=40)
    for suffix in ("mp4", "mkv"):
        yield f"tangled.{suffix}", tangled
        yield f"tangled-b.{suffix}", partial(tangled, b_frames=3)
    yield "packed-b.avi", packed
    yield "cover.mp4", with_cover
    yield "sound.mp4", with_sound
    front = {"movflags": "faststart"}
    yield "truncated.mp4", partial(truncated, container_options=front)
    for suffix in ("mkv", "avi", "ts", "flv"):
        yield f"truncated.{suffix}", truncated
    yield "truncated.webm", partial(truncated, codec="libvpx-vp9")


KINDS = dict(_kinds())


def sequential(path: Path) -> list[np.ndarray] | str:
    """A file's frames read from the start with PyAV, turned as shown; or what ends it."""
    images = []
    try:
        with av.open(str(path)) as container:
            for frame in container.decode(container.streams.best("video")):
                images.append(np.rot90(frame.to_ndarray(format="rgb24"), frame.rotation // 90 % 4))
    except (av.FFmpegError, AttributeError, TypeError) as error:
        return f"{type(error).__name__}: {error}"
    return images or "it holds no frames"
