"""The networks of MotionShapes' grids, each with what its seeds gave."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from statistics import mean, stdev
from typing import NamedTuple

from ..configs.identity import digest
from ..experiments.motion_shapes import jobs
from ..files import CONFIGS, relative
from ..paper import find
from ..records.schema import Count, Record
from ..records.store import counts, metrics
from .statistics import interval

ORDERS = CONFIGS / "motion_shapes/grid.py"
EVENTS = CONFIGS / "motion_shapes/events.py"
DIRECTION = CONFIGS / "motion_shapes/direction.py"
ONE_FRAME = CONFIGS / "motion_shapes/events_1f.py"
GRIDS = (ORDERS, EVENTS, DIRECTION, ONE_FRAME)
# Metrics, all in percent.
ORDER_FREE, DIRECTIONS = "motion_shapes/order_free", "motion_shapes/direction"
APPEARANCE_AND_MOTION = "motion_shapes/events"


@dataclass(frozen=True)
class Trained:
    """A network of a grid and its newest successful records.

    Attributes:
        rows: ids of the printed rows that it is, made small.
        configs: paths of further configs that it is, made small.
        cost: of a clip.
        records: by seed.
    """

    rows: tuple[str, ...]
    configs: tuple[str, ...]
    cost: Count
    records: dict[int, Record]

    @property
    def names(self) -> tuple[str, ...]:
        """All that it is called."""
        return self.rows + self.configs

    @property
    def name(self) -> str:
        """Its first row, or where it is none its first config, as `configs` calls it."""
        first = self.names[0]
        return first.removeprefix("configs/").removesuffix(".py")

    @property
    def label(self) -> str:
        """As the paper calls it, where it stands first, or else the name of its config."""
        return find(self.rows[0]).cells["label"] if self.rows else Path(self.configs[0]).stem

    def figures(self, metric: str) -> dict[int, float]:
        """A metric by seed, in percent."""
        return {seed: metrics(record)[metric] for seed, record in self.records.items()}

    def mean(self, metric: str) -> float:
        """Over its seeds."""
        return mean(self.figures(metric).values())

    def half(self, metric: str) -> float | None:
        """Half of the mean's 95 % interval; None of a single seed."""
        return interval([*self.figures(metric).values()])

    def text(self, metric: str) -> str:
        """Mean and standard deviation over its seeds."""
        values = [*self.figures(metric).values()]
        return f"{mean(values):.1f}" + (f" ± {stdev(values):.1f}" if len(values) > 1 else "")


def trained(records: Iterable[Record], path: Path) -> list[Trained]:
    """The networks of a grid as it is now that have a record, in the order of their rows.

    Args:
        records: all of them, oldest first.
        path: the grid's config.

    Raises:
        UserError: if there are records of it, but it is no grid's config.
    """
    own = [r for r in records if r.config == relative(path) and not isinstance(r.metrics, str)]
    if not own:
        return []
    today = {
        digest(job.cfg): (tuple(job.detail["rows"]), tuple(job.detail.get("configs", ())))
        for job in jobs(path, [0])
    }
    found: dict[tuple[tuple[str, ...], tuple[str, ...]], dict[int, Record]] = defaultdict(dict)
    for record in own:
        if record.config_sha256 in today:
            found[today[record.config_sha256]][int(record.seed)] = record
    return [
        Trained(rows, configs, counts(next(iter(seeds.values())))[0], seeds)
        for (rows, configs), seeds in sorted(found.items(), key=lambda item: _place(*item[0]))
    ]


def _place(rows: tuple[str, ...], configs: tuple[str, ...]) -> tuple[bool, tuple[str, ...]]:
    """Sorts the paper's networks before others."""
    return not rows, rows + configs


class Grids(NamedTuple):
    """MotionShapes' grids: classes that only the order of frames tells, events, one-way views, and
    events of one frame."""

    orders: list[Trained]
    events: list[Trained]
    direction: list[Trained]
    one_frame: Sequence[Trained] = ()

    @classmethod
    def of(cls, records: Iterable[Record]) -> Grids:
        """As they are now."""
        records = list(records)
        return cls(*(trained(records, path) for path in GRIDS))


def cpu_hours(records: Iterable[Record], path: Path) -> tuple[float, int]:
    """CPU hours of all records of a grid, and how many records that is.

    Records that do not know theirs, as older ones and failed runs, count hours times threads times
    processes, which waiting for a processor makes too many; those that know neither do not count.
    """
    hours, number = 0.0, 0
    for record in records:
        start, end, threads = record.start, record.end, record.env.get("threads")
        if record.config != relative(path):
            continue
        if (known := record.detail.get("cpu_seconds")) is not None:
            hours += known / 3600
        elif threads is not None and isinstance(start, datetime) and isinstance(end, datetime):
            processes = int(record.env.get("processes", 1))  # schema 1 knew of one only
            hours += (end - start).total_seconds() / 3600 * int(threads) * processes
        else:
            continue
        number += 1
    return hours, number
