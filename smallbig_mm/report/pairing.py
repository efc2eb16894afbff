"""Differences between networks, paired by seed: a seed is an order of the data and, where shapes
agree, the first weights."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import mean
from typing import TypeAlias

from .grids import Trained
from .statistics import LEVEL, Paired, detectable, holm, p_text, seeds_needed

Figures: TypeAlias = Mapping[str, Mapping[int, float]]  # percent, by name of a network and seed
VERDICTS = ("holds", "does not hold", "not decided")
SAID = {
    "holds": ("holds", "hold"),
    "does not hold": ("does not", "do not"),
    "not decided": ("is not decided", "are not decided"),
    "not tested": ("is not tested", "are not tested"),
    "not run": ("was not run", "were not run"),
}


def figures(networks: Iterable[Trained], metric: str) -> dict[str, dict[int, float]]:
    """A metric of networks, by all that they are called."""
    return {name: each.figures(metric) for each in networks for name in each.names}


@dataclass(frozen=True)
class Comparison:
    """What seeds say of a weighted sum of networks' figures.

    Attributes:
        difference: the sum's mean over the seeds, in points; None if no seed has it.
        test: of its being 0; None if there is none.
        text: whether it is above 0, one of `VERDICTS`, or why that is not known.
        left_out: seeds that one of the networks lacks.
        holm: p, corrected for the family of comparisons.
        family: how many comparisons that has.
    """

    difference: float | None
    test: Paired | None
    text: str
    left_out: tuple[int, ...] = ()
    holm: float | None = None
    family: int = 0

    def __str__(self) -> str:
        if self.difference is None:
            return ""
        return f"{self.difference:+.1f}" + (f" ± {self.test.half:.1f}" if self.test else "")

    @property
    def p(self) -> str:
        """Corrected, as text."""
        return "" if self.holm is None else p_text(self.holm)

    @property
    def level(self) -> float:
        """The strictest that Holm's procedure asks of one of the family."""
        return LEVEL / self.family

    def found(self) -> float | None:
        """The smallest difference that these seeds find with 80 % power at `level`."""
        return detectable(self.test.sd, self.test.number, self.level) if self.test else None

    def needed(self, difference: float) -> int | None:
        """Seeds that find a difference with 80 % power at `level`; None: more than 1000.

        Raises:
            ValueError: if there is no test.
        """
        if self.test is None:
            raise ValueError(self.text)
        return seeds_needed(difference, self.test.sd, self.level)


def compare(weights: Mapping[str, int], known: Figures) -> Comparison:
    """A sum of figures, paired by seed, as if it were the only one.

    Args:
        weights: by name of a network.
        known: figures.
    """
    missing = [name for name in weights if not known.get(name)]
    if missing:
        return Comparison(None, None, f"not run: no record of {', '.join(missing)}")
    seeds = [set(known[name]) for name in weights]
    common = sorted(set.intersection(*seeds))
    left_out = tuple(sorted(set.union(*seeds) - set(common)))
    sums = [sum(weight * known[name][seed] for name, weight in weights.items()) for seed in common]
    if not sums:
        return Comparison(None, None, "not tested: no seed in common", left_out)
    try:
        return Comparison(mean(sums), Paired.of(sums), "", left_out)
    except ValueError as error:
        return Comparison(mean(sums), None, f"not tested: {error}", left_out)


def judge(family: Iterable[Mapping[str, int]], known: Figures) -> list[Comparison]:
    """A family of sums, judged by their p after Holm's correction over those with a test."""
    found = [compare(weights, known) for weights in family]
    return corrected(found)


def corrected(found: Sequence[Comparison]) -> list[Comparison]:
    """Comparisons as members of a family."""
    tests = [each.test for each in found if each.test]
    values = iter(holm([test.p for test in tests]))
    return [
        _judged(each, each.test, next(values), len(tests)) if each.test else each for each in found
    ]


def _judged(own: Comparison, test: Paired, p: float, family: int) -> Comparison:
    above, below, undecided = VERDICTS
    text = undecided if p >= LEVEL else above if test.mean > 0 else below
    return replace(own, text=text, holm=p, family=family)


def tally(texts: Iterable[str]) -> str:
    """How many there are of each verdict, in words."""
    counted = Counter(text.split(":")[0] for text in texts)
    known = ((counted[text], said) for text, said in SAID.items() if text in counted)
    return ", ".join(f"{number} {one if number == 1 else more}" for number, (one, more) in known)
