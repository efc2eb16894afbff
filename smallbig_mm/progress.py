"""How far something is: a bar that moves on a terminal, and lines that suit a log."""

from __future__ import annotations

import sys
import time
from datetime import timedelta
from typing import Any

from tqdm import tqdm


def progress_bar(**options: Any) -> tqdm:
    """tqdm with `options`; where its output is not a terminal, one line in 20 seconds."""
    if not sys.stderr.isatty():
        options.update(mininterval=20, maxinterval=20, ncols=90)
    return tqdm(**options)


class Clock:
    """Strikes after some seconds, and then whenever twice the time has passed.

    So the first estimate of a long run comes soon, and its log stays short.

    Args:
        patience: seconds until it strikes first.
    """

    def __init__(self, patience: float = 10) -> None:
        self._began, self._next = time.monotonic(), patience

    @property
    def seconds(self) -> float:
        """Since it was made."""
        return time.monotonic() - self._began

    def strikes(self) -> bool:
        """Whether it is time to say how far it is."""
        due = self.seconds >= self._next
        if due:
            self.put_off()
        return due

    def put_off(self) -> None:
        """Strike when twice the time has passed: something else has just said how far it is."""
        self._next = max(self._next, 2 * self.seconds)

    def said(self, done: int, total: int, what: str) -> str:
        """How far it is, and how long the rest will take."""
        past = self.seconds
        left = past / done * (total - done)
        return f"{done} of {total} batches {what} in {timed(past)}; about {timed(left)} left"


def timed(seconds: float) -> str:
    """Days, hours, minutes and seconds, as `1 day, 2:03:04`."""
    return str(timedelta(seconds=round(seconds)))
