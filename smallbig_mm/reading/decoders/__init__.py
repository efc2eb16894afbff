"""What reads a file, in a process of its own (`serve`), where no decoder can do harm.

Imports nothing of the rest of the package, and with that no PyTorch.
"""

from __future__ import annotations

from collections.abc import Callable

import av.error

from .packets import FALLBACK, REASONS, NotIndexed
from .readers import Decord, Refused, Seeking, Sequential

__all__ = ["FALLBACK", "REASONS", "Refused", "open_file"]


def open_file(
    path: str, decoder: str, threads: int, tell: Callable[[], None]
) -> tuple[Seeking | Sequential | Decord, str]:
    """A file's reader, and which of `REASONS` has it read from the start; empty if none.

    Args:
        path: of the file.
        decoder: `'auto'`, `'decord'` or `'pyav'`.
        threads: of the decoder.
        tell: called every second while a long video is decoded.

    Raises:
        Refused: if nothing can read it.
    """
    if decoder == "decord":
        return Decord(path, threads), ""
    why = ""
    if decoder == "auto":
        try:
            return Seeking(path, threads, tell), ""
        except NotIndexed as error:
            why = str(error)
        except (av.error.FFmpegError, IndexError):
            why = FALLBACK  # `Sequential` says what is wrong
    found = Sequential(path, threads, tell)
    if not found.frames:
        raise Refused("unreadable", "it holds no frames")
    return found, why
