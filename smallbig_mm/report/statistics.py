"""Tests, intervals and power of what a few seeds give."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mean, stdev

from scipy.optimize import brentq
from scipy.stats import nct, ttest_1samp
from scipy.stats import t as student_t

LEVEL, POWER = 0.05, 0.8
MOST = 1000  # seeds that are looked at


def interval(values: Sequence[float]) -> float | None:
    """Half of the 95 % interval of a mean, by Student's t; None of a single value."""
    if len(values) < 2:
        return None
    wide = student_t.isf(LEVEL / 2, len(values) - 1)
    return float(wide) * stdev(values) / math.sqrt(len(values))


@dataclass(frozen=True)
class Paired:
    """The t test of whether differences, a seed each, have mean 0.

    Attributes:
        number: of seeds.
        mean: of the differences.
        half: of its 95 % interval.
        sd: of the differences.
        p: two-sided, not corrected.
    """

    number: int
    mean: float
    half: float
    sd: float
    p: float

    @classmethod
    def of(cls, differences: Sequence[float]) -> Paired:
        """Of two differences or more.

        Raises:
            ValueError: if there are fewer, or all are the same, of which a t test says nothing.
        """
        if len(differences) < 2:
            raise ValueError("one seed tells no spread")
        values = [round(value, 9) for value in differences]  # sums that differ by rounding only
        sd = stdev(values)
        if sd == 0:
            raise ValueError("all seeds give the same difference")
        found = ttest_1samp(values, 0)
        low, high = found.confidence_interval(1 - LEVEL)
        return cls(len(values), mean(values), float(high - low) / 2, sd, float(found.pvalue))


def holm(values: Sequence[float]) -> list[float]:
    """P values corrected for being a family (Holm, 1979), in the same order."""
    corrected, largest = [0.0] * len(values), 0.0
    for rank, at in enumerate(sorted(range(len(values)), key=values.__getitem__)):
        largest = max(largest, (len(values) - rank) * values[at])
        corrected[at] = min(1.0, largest)
    return corrected


def p_text(p: float) -> str:
    """A p value that never reads as the level it misses."""
    return "< 0.001" if p < 0.001 else f"{p:.3f}" if not 0.0495 <= p < LEVEL else "< 0.05"


def power(effect: float, number: int, level: float) -> float:
    """How likely a two-sided paired t test finds a difference, with its sign.

    Args:
        effect: the difference in standard deviations of the differences.
        number: of pairs.
        level: of the test.
    """
    freedom, shift = number - 1, abs(effect) * math.sqrt(number)
    critical = student_t.isf(level / 2, freedom)
    return float(nct.sf(critical, freedom, shift))


def detectable(sd: float, number: int, level: float) -> float:
    """The smallest difference that a paired t test finds with 80 % power."""
    most = 3 * student_t.isf(level / 2, number - 1) + 5  # is found nearly always
    effect = brentq(lambda effect: power(effect, number, level) - POWER, 0, most)
    return sd * float(effect)


def seeds_needed(difference: float, sd: float, level: float) -> int | None:
    """How many pairs find a difference with 80 % power; None if more than 1000 are needed."""
    numbers = range(2, MOST + 1)
    at = bisect_left(numbers, POWER, key=lambda number: power(difference / sd, number, level))
    return numbers[at] if at < len(numbers) else None
