"""Videos read in a process of their own, so that no decoder can stop or end the one that asks."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from multiprocessing import Pipe
from pathlib import Path
from typing import IO, Any, NoReturn

import numpy as np

from ..errors import StackError, VideoDecodeError
from .decoders import FALLBACK, REASONS

__all__ = ["DECODERS", "FALLBACK", "READERS", "REASONS", "TIMEOUT", "Video", "open_video"]

DECODERS = ("auto", "decord", "pyav")
READERS = ("seeking", "pyav", "decord")
SERVE = Path(__file__).with_name("serve.py")
TIMEOUT = 60.0
_own = threading.local()


class Video:
    """A video that is open.

    Attributes:
        path: of the file.
        frames: how many sequential decoding shows.
        fps: frames a second.
        decoder: `'seeking'`: PyAV decodes what the frames need; `'pyav'`: all from the start; or
            `'decord'`.
        why: why it is all from the start, one of `REASONS`; empty if it is not, or was asked for.
    """

    def __init__(self, path: str, decoder: str, timeout: float, threads: int) -> None:
        self.path, self._asked, self._timeout, self._threads = path, decoder, timeout, threads
        self._open(decoder)

    def read(self, indices: Sequence[int] | np.ndarray) -> np.ndarray:
        """Frames (N, H, W, 3), uint8, RGB, in the order of `indices`; these may repeat.

        Raises:
            VideoDecodeError: if they cannot be decoded.
        """
        wanted = [int(index) for index in np.ravel(indices)]
        if not wanted or min(wanted) < 0 or max(wanted) >= self.frames:
            raise IndexError(f"{self.path}: frames {wanted} of {self.frames}")
        try:
            return self._frames(wanted)
        except VideoDecodeError:
            if self._asked != "auto" or self.decoder == "pyav":
                raise
        frames = self.frames
        self._open("pyav")
        self.why = FALLBACK
        if self.frames != frames:
            raise VideoDecodeError(
                f"{self.path}: its packets tell of {frames} frames, and {self.frames} can be "
                "decoded; encode the file again"
            )
        return self._frames(wanted)

    def _frames(self, indices: list[int]) -> np.ndarray:
        process = _process()
        if process.video is not self:  # another video was opened since
            self._open(self.decoder if self._asked == "auto" else self._asked)
        (shape,) = _process().ask(self.path, self._timeout, "read", indices)
        return _process().frames(shape)

    def _open(self, decoder: str) -> None:
        # Absolute, for FFmpeg takes the start of `a:b.mp4` for a protocol.
        file = os.path.abspath(self.path)
        request = ("open", file, decoder, self._threads)
        try:
            answer = _process().ask(self.path, self._timeout, *request)
        except VideoDecodeError as error:
            if decoder != "auto" or error.kind not in ("hung", "crashed"):
                raise
            answer = _process().ask(self.path, self._timeout, "open", file, "pyav", self._threads)
            answer = (*answer[:-1], FALLBACK)
        self.frames, self.fps, self.decoder, self.why = answer
        _process().video = self


def open_video(
    path: str | Path, decoder: str = "auto", timeout: float = TIMEOUT, threads: int = 1
) -> Video:
    """Open a video file.

    Args:
        path: of the file.
        decoder: `'pyav'` decodes from the start, `'auto'` only what is needed, where the frames
            are those of decoding from the start; `'decord'` reads without a look at the file.
        timeout: seconds after which an answer is given up; the file then counts as hung.
        threads: of the decoder.

    Raises:
        VideoDecodeError: if it is missing, cannot be decoded, hangs its decoder or crashes it; its
            `kind` says which.
    """
    file = Path(path)
    if not file.is_file():
        raise VideoDecodeError(f"{path}: no such file", kind="missing")
    if not file.stat().st_size:
        raise VideoDecodeError(f"{path}: the file is empty", kind="empty")
    return Video(os.fspath(path), decoder, timeout, threads)


class _Process:
    """The process that decodes, and the video that it has open."""

    def __init__(self) -> None:
        self.owner = os.getpid()
        self.video: Video | None = None
        self._connection, theirs = Pipe()
        self._shared = _memory()
        with theirs:
            passed = theirs.fileno(), self._shared.fileno()
            self._child = subprocess.Popen(
                [sys.executable, str(SERVE), *map(str, passed)],
                pass_fds=passed,
                stdin=subprocess.DEVNULL,
            )
        try:
            self._connection.recv()
        except EOFError:
            raise StackError(
                "the process that decodes videos did not start; its own words are above"
            ) from None

    def ask(self, path: str, timeout: float, *request: Any) -> tuple:
        """Send a request for a file; the answer's content."""
        try:
            self._connection.send(request)
            word = "busy"
            while word == "busy":
                if not self._connection.poll(timeout):
                    self._give_up(path, "hung", f"its decoder gave no answer in {timeout:g} s")
                word, *content = self._connection.recv()
        except (EOFError, OSError):
            self._give_up(path, "crashed", "its decoder crashed")
        if word == "refused":
            kind, why = content
            if kind == "import":
                raise StackError(f"the process that decodes videos: {why}")
            raise VideoDecodeError(f"{path}: {why}", kind=kind)
        return tuple(content)

    def frames(self, shape: tuple[int, ...]) -> np.ndarray:
        """The frames that an answer tells of."""
        images = np.empty(shape, np.uint8)
        left = images.data.cast("B")
        while left:  # Linux reads 2 GiB at a time
            left = left[os.preadv(self._shared.fileno(), [left], images.nbytes - len(left)) :]
        return images

    def _give_up(self, path: str, kind: str, why: str) -> NoReturn:
        self._child.kill()
        status = self._child.wait()
        self._connection.close()
        self._shared.close()
        _own.process = None
        if kind == "crashed" and status < 0:
            why += f" (signal {-status})"
        raise VideoDecodeError(f"{path}: {why}; encode it again, or take it out", kind=kind)


def _memory() -> IO[bytes]:
    """A file of which no disk is to know."""
    if sys.platform == "linux":
        return os.fdopen(os.memfd_create("frames"), "w+b", buffering=0)
    return tempfile.TemporaryFile(buffering=0)


def _process() -> _Process:
    """This thread's; a process that was forked since starts its own."""
    process = getattr(_own, "process", None)
    if process is None or process.owner != os.getpid():
        process = _own.process = _Process()
    return process
