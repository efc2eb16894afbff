"""Controls for video benchmarks: what is left of a figure without motion, and without order.

Both act on ``frame_inds``, so they go between the sampling and the decoding transform.
"""

from __future__ import annotations

import zlib
from typing import Any

import numpy as np
from mmaction.registry import TRANSFORMS
from mmcv.transforms import BaseTransform


@TRANSFORMS.register_module()
class SingleFrame(BaseTransform):
    """Fills every clip with one of its own frames: nothing moves.

    A random frame of each clip in training, its middle one in testing.

    Required and modified key: ``frame_inds``, (num_clips * clip_len,). Required: ``clip_len``.
    """

    def __init__(self, test_mode: bool = False) -> None:
        self.test_mode = test_mode

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Repeats one frame index over each clip."""
        length = results["clip_len"]
        clips = results["frame_inds"].reshape(-1, length)
        if self.test_mode:
            kept = np.full(len(clips), length // 2)
        else:
            kept = np.random.randint(length, size=len(clips))
        frames = clips[np.arange(len(clips)), kept]
        results["frame_inds"] = frames.repeat(length)
        return results


@TRANSFORMS.register_module()
class ShuffleFrames(BaseTransform):
    """Puts the frames of every clip in random order: motion without its direction or rhythm.

    A fresh order each time in training; in testing an order that depends on the file's name
    alone, so that a test repeats.

    Required and modified key: ``frame_inds``, (num_clips * clip_len,). Required: ``clip_len``
    and, in testing, ``filename``.
    """

    def __init__(self, test_mode: bool = False) -> None:
        self.test_mode = test_mode

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Permutes the frame indices within each clip."""
        seed = np.random.randint(2**31)
        if self.test_mode:
            # The name without its folder: the order is the same wherever the data lie.
            seed = zlib.crc32(str(results["filename"]).rsplit("/", 1)[-1].encode())
        clips = results["frame_inds"].reshape(-1, results["clip_len"])
        results["frame_inds"] = np.random.default_rng(seed).permuted(clips, axis=1).reshape(-1)
        return results
