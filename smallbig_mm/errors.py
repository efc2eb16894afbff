"""Errors for users: one line that names the file or argument, what is wrong, and what to do.

The standard library only, so that a broken stack can still be named.
"""

from __future__ import annotations

import re
from collections.abc import Sequence


class UserError(Exception):
    """Something that the user can mend; the message says which file or argument, and how."""


class Problems(UserError):
    """Several things that the user can mend, a line each.

    Attributes:
        problems: an error each.
    """

    def __init__(self, problems: Sequence[UserError]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = list(problems)


class StackError(UserError, ImportError):
    """The installed packages cannot work together; the message says what to install."""


class VideoDecodeError(UserError, RuntimeError):
    """A video cannot be decoded. The message names the file, the reason and what to do.

    Attributes:
        kind: `'missing'`, `'empty'`, `'no video stream'`, `'hung'`, `'crashed'` or `'unreadable'`.
    """

    def __init__(self, message: str = "", kind: str = "unreadable") -> None:
        super().__init__(message)
        self.kind = kind


class WeightsError(UserError, RuntimeError):
    """Pretrained weights are neither cached nor downloadable, do not fit, or are damaged."""


class CheckpointError(UserError, ValueError):
    """A checkpoint cannot be read, converted or loaded; the message says why and what to do."""


class DiskError(UserError, OSError):
    """A file cannot be written; the message names it and says what is left."""


class RecordError(UserError, ValueError):
    """A record cannot be read or written; the message names the file and the field."""


class ProtocolError(UserError, ValueError):
    """A config's pipeline names no clip of one size; the message says what it lacks."""


class RowError(UserError, ValueError):
    """There is no such row; the message names the nearest ones."""


def last_line(error: BaseException) -> str:
    """What an error says; one from a loader's worker has the worker's traceback before it."""
    last = (str(error).strip().splitlines() or [""])[-1]
    return re.sub(rf"^[\w.]*{type(error).__name__}: ", "", last)


def reason(error: BaseException) -> str:
    """An error as a record's `not run: <why>`: its type and what it says, in one line."""
    return f"not run: {type(error).__name__}: {last_line(error)}".rstrip(": ")
