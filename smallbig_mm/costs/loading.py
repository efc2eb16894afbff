"""How many videos a second a config's loader gives, and what memory its processes hold."""

from __future__ import annotations

import copy
import json
import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from mmengine.config import Config
from mmengine.registry import DefaultScope, init_default_scope
from mmengine.runner import Runner

from ..configs import set_decoders
from ..datasets.skipped import watched
from ..errors import UserError

PROC = Path("/proc")
LEAST_BATCHES = 3  # of a round
Memory = list[tuple[float, float]]


@dataclass(frozen=True)
class Way:
    """How videos are loaded: in how many processes, with how many threads each decoder."""

    workers: int
    threads: int

    def __str__(self) -> str:
        return f"{self.workers} workers, {self.threads} decoder threads"


@dataclass
class Rates:
    """What a loader gave.

    Attributes:
        videos: a second, of each round.
        memory: MiB that this process and all below it held at most, of each round.
        growth: MiB a minute, of each round.
    """

    videos: list[float] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)
    growth: list[float] = field(default_factory=list)


class Loader:
    """A split's loader as its config has it, but without an end and with other numbers.

    Args:
        cfg: the config.
        split: `'train'`, `'val'` or `'test'`.
        way: processes and threads.
        dataset: settings of the dataset that are others, such as another list.

    Raises:
        UserError: if the config has no such loader, or its list cannot be read.
    """

    def __init__(
        self, cfg: Config, split: str, way: Way, dataset: dict[str, Any] | None = None
    ) -> None:
        settings = copy.deepcopy(cfg.get(f"{split}_dataloader"))
        if not settings:
            raise UserError(f"{cfg.filename}: has no {split}_dataloader")
        if DefaultScope.get_current_instance() is None:
            init_default_scope(cfg.get("default_scope", "mmaction"))
        settings.sampler = dict(type="InfiniteSampler", shuffle=split == "train")
        settings.num_workers, settings.persistent_workers = way.workers, False
        if not way.workers:
            settings.pop("prefetch_factor", None)
        settings.dataset.update(dataset or {})
        set_decoders(settings, num_threads=way.threads)
        self.batch = int(settings.batch_size)
        self._settings = settings

    def run(self, seconds: float, tell: Callable[[], object]) -> tuple[float, Memory, list[str]]:
        """Load for some time, in processes that begin and end here.

        What the processes load ahead before the time begins does not count.

        Args:
            seconds: at least.
            tell: called after each batch.

        Returns:
            Videos a second; (seconds, MiB) now and then; the videos that could not be decoded, and
            why.

        Raises:
            UserError: where there is no /proc to read memory from.
        VideoDecodeError: if so many in a row cannot be decoded that a training would end.
        """
        with tempfile.TemporaryDirectory() as folder:
            log = Path(folder, "broken.jsonl")
            loader: Any = Runner.build_dataloader(self._settings, seed=0)
            for inner in watched(loader.dataset):
                inner._warned.log = log
            batches = iter(loader)
            for _ in range(1 + loader.num_workers * (loader.prefetch_factor or 0)):
                next(batches)
                tell()
            began, number = time.perf_counter(), 0
            memory = [(0.0, resident())]
            while (elapsed := time.perf_counter() - began) < seconds or number < LEAST_BATCHES:
                next(batches)
                number += 1
                tell()
                if number <= LEAST_BATCHES or elapsed > memory[-1][0] + seconds / 20:
                    memory.append((elapsed, resident()))
            elapsed = time.perf_counter() - began
            del batches, loader  # ends the processes
            text = log.read_text() if log.is_file() else ""
            broken = [json.loads(line)["why"] for line in text.splitlines()]
        return number * self.batch / elapsed, memory, broken


def growth(memory: Memory) -> float:
    """MiB a minute over the second half, by the line that fits best; a start is no growth."""
    times, sizes = np.array(memory[len(memory) // 2 :]).T
    return float(60 * np.polyfit(times, sizes, 1)[0])


def resident() -> float:
    """MiB of this process and all below it, what they share counted once for each.

    Raises:
        UserError: where there is no /proc.
    """
    if not PROC.is_dir():
        raise UserError("the memory of processes is read from /proc, which Linux has")
    children: dict[int, list[int]] = {}
    pages: dict[int, int] = {}
    for folder in PROC.glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            pages[int(folder.name)] = int((folder / "statm").read_text().split()[1])
        except OSError:  # it has ended
            continue
        children.setdefault(parent, []).append(int(folder.name))
    total, left = 0, [os.getpid()]
    while left:
        process = left.pop()
        total += pages.get(process, 0)
        left += children.get(process, [])
    return total * os.sysconf("SC_PAGE_SIZE") / 2**20
