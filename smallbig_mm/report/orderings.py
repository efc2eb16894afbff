"""The paper's conclusions from Tables 2 to 9, and what a grid says of them."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from ..paper import PAPER, find
from .grids import Trained
from .pairing import Comparison, figures, judge
from .statistics import LEVEL

ORDERINGS = PAPER / "orderings.csv"
VERDICT_TEXT = (
    "An ordering is judged by a t test of differences paired by seed. It holds, or does not, if p "
    f"is below {LEVEL:g} after Holm's correction over the orderings that have a test; the 95 % "
    "intervals beside it are each for one ordering alone, not corrected. Orderings share networks, "
    "so that two may be nearly one fact. All networks see the same videos: neither says what other "
    "videos would change."
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
        tops = {row: float(find(row).cells["top1"]) for row in self.weights}
        return round(sum(weight * tops[row] for row, weight in self.weights.items()), 6)


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


def verdicts(networks: Iterable[Trained], metric: str) -> list[tuple[Ordering, Comparison]]:
    """What a grid's networks say of each of the paper's conclusions, as one family."""
    every = orderings()
    found = judge([each.weights for each in every], figures(networks, metric))
    return [*zip(every, found, strict=True)]
