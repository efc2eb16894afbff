"""Whether the paper's conclusions from Tables 2 to 9 hold on MotionShapes, at toy scale."""

from __future__ import annotations

import csv
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import mean, stdev, variance

import pandas as pd
from scipy.stats import t as student_t

from ..configs import digest
from ..experiments.motion_shapes import jobs
from ..files import CONFIGS, relative
from ..paper import PAPER, find
from ..records.schema import Count, Record
from ..records.store import counts, metrics
from .documents import Document

ORDERINGS = PAPER / "orderings.csv"
GRID = CONFIGS / "motion_shapes/grid.py"
PRIMARY, SECONDARY = "motion_shapes/order_free", "motion_shapes/direction"
# Percent; chance is 20 of 400 videos and 50 of 480, with a standard deviation of about 2.
ABOVE_CHANCE, DIRECTION_ABOVE_CHANCE = 25.0, 55.0
TEXT = (
    "Evidence at toy scale, not a reproduction: each row's network at an eighth of its width, "
    "trained from scratch on 1100 small synthetic videos "
    "(`tools/run_grid.py configs/motion_shapes/grid.py`); the paper's are trained on Kinetics-400 "
    "from ImageNet weights. The orderings are judged by the order-free classes (chance 20 %)."
)
BAG_TEXT = (
    "MotionShapes' classes differ by the order of their frames only, so what sees a clip as a bag "
    "of frames cannot leave chance: 2D, non-local units (which have no positions) and views of the "
    "whole clip (Tx3x3). Orderings that involve such networks (see `remark`) say less about the "
    "units than about this dataset."
)
DIRECTION_TEXT = (
    "On direction classes (chance 50 %) a network that is blind to the direction of time cannot "
    "leave chance either."
)
VERDICT_TEXT = (
    "An ordering holds, or does not, if the 95 % interval of the difference of means (Welch's, "
    "from the spread over seeds of the networks involved) leaves out zero; otherwise it is within "
    "noise. All networks see the same videos, so the intervals leave out what other videos would "
    "change, and of this many orderings one may well be judged wrongly by chance."
)


@dataclass(frozen=True)
class Ordering:
    """A conclusion: the sum over some rows is greater than that over others.

    Attributes:
        claim: in words.
        weights: by row id; positive on the greater side.
    """

    claim: str
    weights: dict[str, int]

    def printed(self) -> float:
        """The difference in the paper's top-1, in points."""
        return sum(weight * float(find(row).cells["top1"]) for row, weight in self.weights.items())


def orderings() -> list[Ordering]:
    """The paper's conclusions.

    Raises:
        RowError: if one names a row that is none.
    """
    found = []
    with open(ORDERINGS, encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file):
            weights: Counter[str] = Counter()
            weights.update(find(row).id for row in line["greater"].split())
            weights.subtract(find(row).id for row in line["lesser"].split())
            found.append(Ordering(line["claim"], dict(weights)))
    return found


def by_seed(records: Iterable[Record]) -> dict[tuple[str, ...], dict[int, Record]]:
    """The newest successful record of each network (its rows) and seed of the grid as it is now."""
    today = {digest(job.cfg): tuple(job.detail["rows"]) for job in jobs(GRID, [0])}
    found: dict[tuple[str, ...], dict[int, Record]] = defaultdict(dict)
    for record in records:
        own = record.config == relative(GRID) and record.config_sha256 in today
        if own and not isinstance(record.metrics, str):
            found[today[record.config_sha256]][int(record.seed)] = record
    return dict(sorted(found.items()))


def interval(terms: Iterable[tuple[int, Sequence[float]]]) -> float | None:
    """Half of the 95 % interval of a weighted sum of means (Welch, 1947; Satterthwaite's freedom).

    Args:
        terms: a weight, and the values whose mean it weighs, of which there must be two or more.

    Returns:
        None if a term has one value only; 0 if no term varies.
    """
    parts = []
    for weight, values in terms:
        if len(values) < 2:
            return None
        parts.append((weight**2 * variance(values) / len(values), len(values) - 1))
    total = sum(part for part, _ in parts)
    if total == 0:
        return 0.0
    freedom = total**2 / sum(part**2 / own for part, own in parts)
    return float(student_t.ppf(0.975, freedom)) * math.sqrt(total)


@dataclass(frozen=True)
class Trained:
    """A network of the grid and what its seeds gave.

    Attributes:
        rows: ids of the rows that it is, made small.
        cost: of a clip.
        primary: top-1 on order-free classes, in percent, a value a seed.
        secondary: on direction classes, likewise.
        records: a seed each.
    """

    rows: tuple[str, ...]
    cost: Count
    primary: list[float]
    secondary: list[float]
    records: tuple[Record, ...]

    @property
    def label(self) -> str:
        """As the paper calls it, where it stands first."""
        return find(self.rows[0]).cells["label"]


def trained(records: Iterable[Record]) -> list[Trained]:
    """The grid's networks, as it is now, in the order of their rows."""
    return [
        Trained(
            rows,
            counts(next(iter(seeds.values())))[0],
            [metrics(record)[PRIMARY] for record in seeds.values()],
            [metrics(record)[SECONDARY] for record in seeds.values()],
            tuple(seeds.values()),
        )
        for rows, seeds in by_seed(records).items()
    ]


@dataclass(frozen=True)
class Verdict:
    """What was found of an ordering.

    Attributes:
        difference: of the means, in points; None if a network has no figure.
        half: of its 95 % interval; None if that is not known.
        text: whether it holds.
        at_chance: rows of it that are at chance.
    """

    difference: float | None
    half: float | None
    text: str
    at_chance: tuple[str, ...]

    def __str__(self) -> str:
        if self.difference is None:
            return ""
        return f"{self.difference:+.1f}" + (f" ± {self.half:.1f}" if self.half is not None else "")


def judge(ordering: Ordering, values: Mapping[str, Sequence[float]]) -> Verdict:
    """The difference found, with its 95 % interval, and what it says.

    Args:
        ordering: the conclusion.
        values: a figure a seed, by row id.
    """
    known = [row for row in ordering.weights if row in values]
    low = tuple(row for row in known if mean(values[row]) <= ABOVE_CHANCE)
    missing = [row for row in ordering.weights if row not in values]
    if missing:
        return Verdict(None, None, f"not run: no record of {', '.join(missing)}", low)
    found = sum(weight * mean(values[row]) for row, weight in ordering.weights.items())
    half = interval((weight, values[row]) for row, weight in ordering.weights.items())
    if half is None:
        return Verdict(found, None, "not run: one seed tells no spread", low)
    text = "holds" if found > half else "does not hold" if found < -half else "within noise"
    return Verdict(found, half, text, low)


def verdicts(networks: Iterable[Trained]) -> list[tuple[Ordering, Verdict]]:
    """What the grid's networks say of each of the paper's conclusions."""
    values = {row: network.primary for network in networks for row in network.rows}
    return [(ordering, judge(ordering, values)) for ordering in orderings()]


def motion_shapes(found: Sequence[Trained]) -> Document:
    """The figures of the grid's networks, and the orderings."""
    bags = [network.label for network in found if mean(network.primary) <= ABOVE_CHANCE]
    directed = [n.label for n in found if mean(n.secondary) > DIRECTION_ABOVE_CHANCE]
    networks = [
        {
            "first row": network.rows[0],
            "network": network.label,
            "params M": f"{network.cost.params / 1e6:.3f}",
            "MMAC": f"{network.cost.macs / 1e6:.1f}",
            "order-free top-1 %": _mean(network.primary),
            "direction top-1 %": _mean(network.secondary),
            "seeds": str(len(network.records)),
            "paper top-1 %": find(network.rows[0]).cells["top1"],
            "other rows": ", ".join(network.rows[1:]),
        }
        for network in found
    ]
    pairs = verdicts(found)
    judged = [
        {
            "the paper says": ordering.claim,
            "paper, points": f"{ordering.printed():+.1f}",
            "here, points": str(verdict),
            "here it": verdict.text,
            "remark": _remark(verdict),
        }
        for ordering, verdict in pairs
    ]
    tally = Counter(verdict.text.split(":")[0] for _, verdict in pairs)
    total = ", ".join(f"{number} {name}" for name, number in sorted(tally.items()))
    return Document(
        "Tables 2 to 9 on MotionShapes",
        [
            TEXT,
            f"{BAG_TEXT} At chance, at most {ABOVE_CHANCE:g} %: {_listed(bags)}.",
            f"{DIRECTION_TEXT} Above {DIRECTION_ABOVE_CHANCE:g} %: {_listed(directed)}.",
            f"{VERDICT_TEXT} Orderings: {total}.",
        ],
        {"Orderings": pd.DataFrame(judged), "Networks": pd.DataFrame(networks)},
        [],
        {},
    )


def _remark(verdict: Verdict) -> str:
    return f"{', '.join(verdict.at_chance)} at chance" if verdict.at_chance else ""


def _listed(networks: Sequence[str]) -> str:
    return "; ".join(networks) or "none"


def _mean(values: Sequence[float]) -> str:
    spread = f" ± {stdev(values):.1f}" if len(values) > 1 else ""
    return f"{mean(values):.1f}{spread}"
