"""Tiny real videos and the annotation lists of mmaction2's datasets, made by the tests."""

from pathlib import Path

import av
import numpy as np


def write_video(path: Path, frames: int = 20, size: tuple[int, int] = (48, 64), seed: int = 0):
    """Write an mp4 of noise that moves, `size` = (height, width)."""
    rng = np.random.default_rng(seed)
    image = rng.integers(0, 255, (*size, 3), dtype=np.uint8)
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=25)
        stream.height, stream.width, stream.pix_fmt = *size, "yuv420p"
        for t in range(frames):
            frame = av.VideoFrame.from_ndarray(np.roll(image, 2 * t, axis=1))
            for packet in stream.encode(frame):
                container.mux(packet)
        for packet in stream.encode():
            container.mux(packet)


def write_dataset(root: Path, number: int = 4, classes: int = 2, **video) -> Path:
    """Write `number` videos and list them in ROOT/list.txt; returns the list."""
    lines = []
    for i in range(number):
        write_video(root / f"{i}.mp4", seed=i, **video)
        lines.append(f"{i}.mp4 {i % classes}")
    (root / "list.txt").write_text("\n".join(lines) + "\n")
    return root / "list.txt"
