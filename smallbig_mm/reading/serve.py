"""The process that decodes videos, started by its path so that it imports `decoders` only."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from multiprocessing.connection import Connection
from typing import Any

import decoders
import numpy as np


def serve(connection: Connection, shared: int) -> None:
    """Answer requests until the other side is gone.

    A request is `("open", path, decoder, threads)` or `("read", indices)`; an answer
    `("ok", ...)`, to which the frames are in the shared file if they were asked for, or
    `("refused", kind, why)`. `("busy",)` every second tells a long video from one that hangs.

    Args:
        connection: to the process that asks.
        shared: descriptor of a file of both, which holds frames (N, H, W, 3), uint8, RGB.
    """

    def tell() -> None:
        connection.send(("busy",))

    video: Any = None
    connection.send(("ok",))
    while True:
        try:
            what, *arguments = connection.recv()
        except (EOFError, OSError):
            return
        try:
            if what == "open":
                path, decoder, threads = arguments
                video = None  # its memory first
                video, why = decoders.open_file(path, decoder, threads, tell)
                answer: tuple = ("ok", video.frames, video.fps, video.name, why)
            else:
                images = np.ascontiguousarray(np.stack(video.read(arguments[0])))
                _share(images, shared)
                answer = ("ok", images.shape)
        except Exception as error:
            answer = ("refused", *_said(error))
        try:
            connection.send(answer)
        except OSError:
            return


def _share(images: np.ndarray, shared: int) -> None:
    os.ftruncate(shared, images.nbytes)  # what a larger batch took is given back
    left = images.data.cast("B")
    while left:  # Linux writes 2 GiB at a time
        left = left[os.pwrite(shared, left, images.nbytes - len(left)) :]


def _said(error: Exception) -> tuple[str, str]:
    """The kind of an error, and its words."""
    if isinstance(error, decoders.Refused):
        return error.kind, str(error)
    if isinstance(error, ImportError):
        return "import", str(error)
    # decord prefixes "[12:00:00] /its/source.cc:83: " and appends a stack trace.
    words = getattr(error, "strerror", None) or str(error).strip() or type(error).__name__
    line = words.splitlines()[0]
    return (
        "unreadable",
        f"it cannot be decoded ({line.rpartition('.cc:')[2].strip('0123456789: ')})",
    )


if __name__ == "__main__":
    sys.path.remove(os.path.dirname(os.path.abspath(__file__)))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the other side decides
    if sys.platform == "linux":  # a process that spins does not see that the other side is gone
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)
    serve(Connection(int(sys.argv[1])), int(sys.argv[2]))
