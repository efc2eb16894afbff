"""Video files whose compression does not tell in which order their slots are shown."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from ..files import whole


def default_codec() -> str:
    """`'libx264'` (H.264), or `'mpeg4'` (MPEG-4 part 2) where PyAV was built without it."""
    return "libx264" if "libx264" in av.codecs_available else "mpeg4"


def write_video(
    path: Path,
    frames: NDArray[np.uint8],
    slot_frames: int,
    quantiser: int,
    fps: int = 25,
    codec: str | None = None,
) -> None:
    """Write an mp4 in which each slot is coded by itself.

    A slot begins with a key frame, its other frames are predicted from that one, and the quantiser
    is constant: rate control (CRF) would spend bits by what other slots hold, and a predicted
    frame carries traces of the one before. So a decoded slot is a function of its own frames,
    wherever it stands in the video. With MPEG-4, whose encoder searches motion from where it was
    found before, every frame is a key frame. One thread, so that the bytes are always the same.

    Args:
        path: where to write; its folder is made. The file appears when it is complete.
        frames: RGB, (T, H, W, 3) uint8, H and W even.
        slot_frames: frames a slot.
        quantiser: 0 (best) ... 51, H.264's scale: 6 more double the step. MPEG-4, which counts in
            steps, gets the nearest.
        fps: frames a second.
        codec: PyAV's name of the encoder; `default_codec()` if not given.
    """
    codec = codec or default_codec()
    with whole(path) as partial, av.open(str(partial), "w", format="mp4") as container:
        stream = container.add_stream(codec, rate=fps)
        assert isinstance(stream, av.VideoStream)
        stream.height, stream.width = frames.shape[1:3]
        stream.pix_fmt = "yuv420p"
        context = stream.codec_context
        context.thread_count = 1
        context.max_b_frames = 0
        if codec == "libx264":
            context.gop_size = slot_frames
            context.options = {
                "qp": str(quantiser),
                "preset": "veryfast",
                "x264-params": f"keyint={slot_frames}:min-keyint=1:scenecut=0:threads=1",
            }
        else:
            half_step = str(min(31, max(1, round(2 ** ((quantiser - 4) / 6 - 1)))))
            context.gop_size = 1
            context.options = {"qmin": half_step, "qmax": half_step}
        for image in frames:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="rgb24")))
        container.mux(stream.encode())
