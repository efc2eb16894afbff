"""Controls for video benchmarks: what is left of a figure without motion, and without order.

They act on ``frame_inds``, so they go between the sampling and the decoding transform; a network
that was trained on clips is tested on what they leave of them.
"""

from __future__ import annotations

import copy
import zlib
from typing import Any

import numpy as np
from mmaction.registry import TRANSFORMS
from mmcv.transforms import BaseTransform
from numpy.typing import NDArray

SAMPLERS = ("SampleFrames", "UniformSample")


def controlled(loader: dict[str, Any], control: str) -> dict[str, Any]:
    """A test loader's config with a control of this file behind its sampling.

    Raises:
        ValueError: Its pipeline has none of ``SAMPLERS``.
    """
    made = copy.deepcopy(loader)
    pipeline = made["dataset"]["pipeline"]
    types = [step["type"] for step in pipeline]
    place = next((number for number, name in enumerate(types) if name in SAMPLERS), None)
    if place is None:
        raise ValueError(f"pipeline {types}: a control needs one of {SAMPLERS} before it")
    pipeline.insert(place + 1, dict(type=control))
    return made


class _Control(BaseTransform):
    """Changes the frames of each clip.

    Required and modified key: ``frame_inds``, (num_clips * clip_len,). Required: ``clip_len``.
    """

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Changes ``frame_inds``."""
        clips = results["frame_inds"].reshape(-1, results["clip_len"])
        results["frame_inds"] = self.changed(clips, results).reshape(-1)
        return results

    def changed(self, clips: NDArray, results: dict[str, Any]) -> NDArray:
        """Frame indices, (num_clips, clip_len) -> (num_clips, clip_len)."""
        raise NotImplementedError


@TRANSFORMS.register_module()
class SingleFrame(_Control):
    """Fills every clip with its own middle frame: nothing moves."""

    def changed(self, clips: NDArray, results: dict[str, Any]) -> NDArray:
        """Repeats the middle index."""
        length = clips.shape[1]
        return clips[:, [length // 2]].repeat(length, axis=1)


@TRANSFORMS.register_module()
class ShuffleFrames(_Control):
    """Puts the frames of every clip in random order: motion without its direction or rhythm.

    The order depends on the name of the file alone, key ``filename``, so that a test repeats.
    """

    def changed(self, clips: NDArray, results: dict[str, Any]) -> NDArray:
        """Permutes the indices within each clip."""
        # The name without its folder: the order is the same wherever the data lie.
        seed = zlib.crc32(str(results["filename"]).rsplit("/", 1)[-1].encode())
        return np.random.default_rng(seed).permuted(clips, axis=1)


@TRANSFORMS.register_module()
class ReverseFrames(_Control):
    """Plays every clip backwards."""

    def changed(self, clips: NDArray, results: dict[str, Any]) -> NDArray:
        """Turns the indices round."""
        return clips[:, ::-1]
