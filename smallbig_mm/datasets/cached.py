"""Videos kept in memory, for small sets that are read again and again."""

from __future__ import annotations

from typing import Any

import numpy as np
from mmaction.datasets.transforms import DecordInit
from mmaction.registry import TRANSFORMS
from numpy.typing import NDArray

from ..compat.decoders import Batch


class _DecodedVideo:
    """What `DecordDecode` needs of a decord reader."""

    def __init__(self, reader: Any) -> None:
        self._frames = reader.get_batch(range(len(reader))).asnumpy()
        self._fps = reader.get_avg_fps()

    def __len__(self) -> int:
        return len(self._frames)

    def get_avg_fps(self) -> float:
        return self._fps

    def get_batch(self, indices: NDArray[np.int64]) -> Batch:
        return Batch(self._frames[indices])


@TRANSFORMS.register_module()
class CachedDecordInit(DecordInit):
    """`DecordInit` that decodes a video once a process and keeps all its frames.

    Memory: 3 x height x width bytes a frame, for each loading process; so use it without loader
    processes (`num_workers=0`).
    """

    _videos: dict[str, _DecodedVideo] = {}  # noqa: RUF012  (one for all pipelines of the process)

    def _get_video_reader(self, filename: str) -> object:
        if filename not in self._videos:
            self._videos[filename] = _DecodedVideo(super()._get_video_reader(filename))
        return self._videos[filename]
