"""A function over many files, a process a core: what hangs or crashes costs its file only."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from multiprocessing.connection import Connection, wait
from typing import Any, TypeVar

from .errors import last_line

T = TypeVar("T")
R = TypeVar("R")

# A forked process starts at once; a spawned one imports the whole stack first.
_CONTEXT: Any = multiprocessing.get_context(
    "fork" if "fork" in multiprocessing.get_all_start_methods() else "spawn"
)


@dataclass(frozen=True)
class Failure:
    """Why there is no result: what was raised, or that the process hung or crashed."""

    why: str


def cores() -> int:
    """Processor cores that this process may use; a job's may be fewer than the machine's."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def each(
    function: Callable[[T], R], items: Iterable[T], seconds: float, workers: int | None = None
) -> Iterator[tuple[T, R | Failure]]:
    """Call a function for each item, in processes, and yield results as they come.

    Args:
        function: of an item; what it raises becomes a `Failure`.
        items: drawn as they are needed.
        seconds: a call that takes longer is killed: native code may hang for good.
        workers: processes; `cores()` if not given.
    """
    left = iter(items)
    crew: list[_Worker] = []
    try:
        for item in islice(left, workers or cores()):
            crew.append(_Worker(function))
            crew[-1].give(item, seconds)
        while crew:
            due = min(worker.due for worker in crew)
            ready = wait([w.pipe for w in crew], timeout=max(0.0, due - time.monotonic()))
            for number, worker in reversed(list(enumerate(crew))):
                if worker.pipe in ready:
                    result, gone = worker.result()
                elif worker.due <= time.monotonic():
                    result, gone = Failure(f"hung: not done after {seconds:g} s"), True
                else:
                    continue
                yield worker.item, result
                if gone:
                    worker.stop()
                    worker = crew[number] = _Worker(function)
                for item in islice(left, 1):
                    worker.give(item, seconds)
                    break
                else:
                    crew.pop(number).stop()
    finally:
        for worker in crew:
            worker.stop()


class _Worker:
    """A process, and what it was given."""

    def __init__(self, function: Callable) -> None:
        self.pipe, other = _CONTEXT.Pipe()
        self.process = _CONTEXT.Process(target=_work, args=(function, other), daemon=True)
        self.process.start()
        other.close()  # so that the end of the process is the end of the pipe
        self.item: Any = None
        self.due = 0.0

    def give(self, item: Any, seconds: float) -> None:
        self.item, self.due = item, time.monotonic() + seconds
        self.pipe.send(item)

    def result(self) -> tuple[Any, bool]:
        """What came back, and whether the process is gone."""
        try:
            return self.pipe.recv(), False
        except (EOFError, ConnectionError):
            self.process.join()
            return Failure(f"crashed its process (exit code {self.process.exitcode})"), True

    def stop(self) -> None:
        self.process.kill()
        self.process.join()
        self.pipe.close()


def _work(function: Callable[[Any], Any], pipe: Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which stops this one
    parent = os.getppid()
    while True:
        while not pipe.poll(1):  # other workers hold the pipe's other end, so it stays open
            if os.getppid() != parent:
                return
        try:
            item = pipe.recv()
        except EOFError:
            return
        try:
            result = function(item)
        except Exception as error:
            result = Failure(last_line(error) or type(error).__name__)
        pipe.send(result)
