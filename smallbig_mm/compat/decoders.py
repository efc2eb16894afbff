"""Videos of which decord returns other frames than asked for."""

from __future__ import annotations

import functools
import os
import tempfile
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..reading import DECODERS, TIMEOUT, Video, open_video

opened: list[Video] = []  # by this process, since it was last cleared


def read_right_frames() -> str | None:
    """Let `DecordInit` read with `reading.open_video`.

    decord hangs on some files, crashes its process on others, and returns other frames than asked
    for of more: https://github.com/dmlc/decord/issues/269, 363, 373 and 375.
    """
    from mmaction.datasets.transforms import DecordInit

    if hasattr(DecordInit.__init__, "__wrapped__"):
        return None
    DecordInit.__init__ = _with_decoder(DecordInit.__init__)
    DecordInit._get_video_reader = functools.wraps(DecordInit._get_video_reader)(_open)
    return "videos are read by PyAV, in a process of its own, instead of decord"


class Batch(NamedTuple):
    """Frames (N, H, W, 3) as `decord.VideoReader.get_batch` returns them."""

    frames: NDArray[np.uint8]

    def asnumpy(self) -> NDArray[np.uint8]:
        return self.frames


class _Reader:
    """What mmaction2 asks of `decord.VideoReader`, of a file that this package reads."""

    def __init__(self, video: Video, copy: Any) -> None:
        self._video, self._copy, self._next = video, copy, 0

    def __len__(self) -> int:
        return self._video.frames

    def get_avg_fps(self) -> float:
        return self._video.fps

    def get_batch(self, indices: Any) -> Batch:
        return Batch(self._video.read(indices))

    def seek(self, index: int) -> None:
        self._next = index

    def next(self) -> Batch:  # of mode 'efficient': the frame that was asked for, no other
        return Batch(self._video.read([self._next])[0])


def _with_decoder(init: Callable[..., None]) -> Callable[..., None]:
    """`DecordInit` with two arguments more: `decoder` and `timeout`, as `reading.open_video`."""

    @functools.wraps(init)
    def with_decoder(
        self: Any,
        io_backend: str = "disk",
        num_threads: int = 1,
        decoder: str = "auto",
        timeout: float = TIMEOUT,
        **kwargs: Any,
    ) -> None:
        if decoder not in DECODERS:
            raise ValueError(f"DecordInit: decoder={decoder!r} is none of {', '.join(DECODERS)}")
        init(self, io_backend, num_threads, **kwargs)
        self.decoder, self.timeout = decoder, timeout

    return with_decoder


def _open(self: Any, filename: str) -> _Reader:
    """In place of `DecordInit._get_video_reader`: the right frames, in a process of their own."""
    if os.path.splitext(filename)[0] == filename and not os.path.isfile(filename):
        filename += ".mp4"
    copy = None
    if self.io_backend != "disk" or self.kwargs:
        if self.file_client is None:
            from mmengine.fileio import FileClient

            self.file_client = FileClient(self.io_backend, **self.kwargs)
        copy = tempfile.NamedTemporaryFile()  # noqa: SIM115  (it lives as long as its reader)
        copy.write(self.file_client.get(filename))
        copy.flush()
    name = copy.name if copy else filename
    video = open_video(name, self.decoder, self.timeout, self.num_threads)
    opened.append(video)
    return _Reader(video, copy)
