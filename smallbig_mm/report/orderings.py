"""The paper's conclusions from Tables 2 to 9, and what order-free classes say of them."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import mean

from ..paper import PAPER, find
from .grids import ORDER_FREE, Trained
from .statistics import interval

ORDERINGS = PAPER / "orderings.csv"
# Percent; chance is 20 of 400 videos, with a standard deviation of 2.
ABOVE_CHANCE = 25.0


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
    values = {
        row: [*network.figures(ORDER_FREE).values()] for network in networks for row in network.rows
    }
    return [(ordering, judge(ordering, values)) for ordering in orderings()]
