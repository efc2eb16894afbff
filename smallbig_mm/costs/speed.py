"""How long calls take side by side: in turns, so that a machine's moods meet all of them alike."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import torch

from ..errors import UserError
from .machine import NO_PEAK, elapsed, memory_in_use, peak_memory, reset_peak_memory

Key = TypeVar("Key")
Call = Callable[[], object]

MOST_WARM_UP = 8  # calls, at least two
STABLE = 0.1  # two calls in a row differ by less than this part of the shorter one
LEAST_ROUNDS = 3  # also where the time is up


@dataclass
class Entry:
    """A call in a race.

    Attributes:
        call: what is timed; None if it could not be made.
        memory: bytes at most, beyond those held before the call was made; `not run: <why>`.
        warm_up: seconds of the calls before the rounds.
        seconds: of each round.
        failure: `not run: <why>`, if it failed.
    """

    call: Call | None = None
    memory: int | str = NO_PEAK
    warm_up: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    failure: str | None = None

    @property
    def quartiles(self) -> tuple[float, float, float]:
        """Lower quartile, median and upper quartile of `seconds`."""
        if len(self.seconds) == 1:
            return (self.seconds[0],) * 3
        low, _, high = statistics.quantiles(self.seconds, n=4, method="inclusive")
        return low, statistics.median(self.seconds), high


class Race(Generic[Key]):
    """Calls that are timed in turns; one that fails leaves, and the others go on.

    Args:
        device: that they run on.

    Attributes:
        entries: by the name that they entered with.
    """

    def __init__(self, device: torch.device) -> None:
        self.device = device
        self.entries: dict[Key, Entry] = {}

    def enter(self, name: Key, make: Callable[[], Call], deadline: float = float("inf")) -> Entry:
        """Make a call, let it run until its time is stable, and measure its memory.

        Args:
            name: of the entry.
            make: makes the call. What it holds counts as the call's memory, what it has freed by
                its end does not.
            deadline: of `time.monotonic`, after which it is not run.

        Raises:
            UserError: from `make`.
        """
        entry = self.entries[name] = Entry()
        if time.monotonic() > deadline:
            entry.failure = "not run: the time was up"
            return entry
        before = memory_in_use(self.device)
        try:
            entry.call = make()
            memory_in_use(self.device)  # gives back what making it took for a while
            resets = reset_peak_memory(self.device)
            self._warm_up(entry, entry.call)
        except UserError:
            del self.entries[name]
            raise
        except Exception as error:
            self._leave(entry, error)
            return entry
        peak = peak_memory(self.device)
        if resets and before is not None and peak is not None:
            entry.memory = max(peak - before, 0)
        return entry

    def _warm_up(self, entry: Entry, call: Call) -> None:
        while len(entry.warm_up) < MOST_WARM_UP:
            entry.warm_up.append(elapsed(call, self.device))
            last = entry.warm_up[-2:]
            if len(last) == 2 and max(last) - min(last) <= STABLE * min(last):
                break

    def run(
        self, rounds: int, seconds: float = float("inf"), tell: Callable[[], object] = lambda: None
    ) -> None:
        """Time all calls, one after the other, again and again.

        Args:
            rounds: at most.
            seconds: after which no round begins, but for the first `LEAST_ROUNDS`.
            tell: called after each round.
        """
        end = time.monotonic() + seconds
        for number in range(rounds):
            if number >= LEAST_ROUNDS and time.monotonic() > end:
                break
            for entry in self.entries.values():
                if entry.call is None:
                    continue
                try:
                    entry.seconds.append(elapsed(entry.call, self.device))
                except Exception as error:
                    self._leave(entry, error)
            tell()

    def _leave(self, entry: Entry, error: Exception) -> None:
        entry.call, entry.seconds = None, []
        entry.failure = why_not(error)
        if self.device.type == "cuda":
            torch.cuda.empty_cache()


def why_not(error: Exception) -> str:
    """An error as `not run: <why>`: its type and its first line, which tells most of torch's.

    What Python, torch and other runtimes raise where an allocation fails is `out of memory`.
    """
    kinds = (MemoryError, torch.OutOfMemoryError)
    said = ("allocate memory", "bad_alloc", "bad allocation", "could not create a memory")
    if isinstance(error, kinds) or any(words in str(error) for words in said):
        return "not run: out of memory"
    first = next(iter(str(error).strip().splitlines()), "")
    return f"not run: {type(error).__name__}: {first}".rstrip(": ")
