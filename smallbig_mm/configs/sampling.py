"""How a config samples videos."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from mmengine.config import Config

from ..errors import ProtocolError
from . import sources

CROPS = {"ThreeCrop": 3, "SixCrop": 6, "TenCrop": 10}
SIZES = ("crop_size", "size", "scale")


@dataclass(frozen=True)
class Protocol:
    """What a network is given of a video.

    Attributes:
        frames: frames T of a clip; of SlowFast's, those of the fast path.
        interval: distance of two frames, or `'uniform'`: one frame of each of T segments.
        clips: clips of a video.
        crops: crops of a clip.
        size: (H, W) of a crop in pixels.
    """

    frames: int
    interval: int | Literal["uniform"]
    clips: int
    crops: int
    size: tuple[int, int]

    @property
    def clip(self) -> tuple[int, int, int]:
        """(T, H, W)."""
        return self.frames, *self.size

    def __str__(self) -> str:
        return f"{self.clips} x {self.crops} at {self.size[0]}"


def protocol(cfg: Config, split: str = "test") -> Protocol:
    """Read the sampling of a config's `'train'`, `'val'` or `'test'` pipeline.

    Raises:
        ProtocolError: if the pipeline names no frames, or no size that all clips have.
    """
    pipeline: list[Any] = next((d.pipeline for d in sources(cfg, split) if "pipeline" in d), [])
    samplers = [t for t in pipeline if "clip_len" in t]
    given = [t[key] for t in pipeline for key in SIZES if key in t]
    sides = [tuple(size) if isinstance(size, (list, tuple)) else (size, size) for size in given]
    sizes = [size for size in sides if all(isinstance(n, int) and n > 0 for n in size)]
    if not samplers or not sizes:
        raise ProtocolError(
            f"{cfg.filename}: its {split} pipeline names no clip (a sampler with clip_len, and a "
            "crop or size, of both sides)"
        )
    width, height = sizes[-1]
    crops = next((n for name, n in CROPS.items() if any(t["type"] == name for t in pipeline)), 1)
    return Protocol(*_frames(samplers[-1]), crops, (height, width))


def _frames(sampler: Any) -> tuple[int, int | Literal["uniform"], int]:
    """Frames, interval and clips of mmaction2's samplers.

    TSN's way is clips of one frame, as many as there are segments: together they are one clip.
    """
    length, number = sampler.clip_len, sampler.get("num_clips", 1)
    twice = 2 if sampler.get("twice_sample") else 1
    if sampler.type == "UniformSample":
        return length, "uniform", number * twice
    if length > 1:
        return length, sampler.get("frame_interval", 1), number * twice
    if sampler.type == "DenseSampleFrames":
        positions = sampler.get("num_sample_positions", 10) if sampler.get("test_mode") else 1
        return number, sampler.get("sample_range", 64) // number, positions
    return number, "uniform", twice
