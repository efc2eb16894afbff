"""Whether what is measured ranks networks, and differences between them, as the paper does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .grids import Trained

DRAWS = 1000  # samples of the bootstrap
LEAST = 3  # distinct items that a rank correlation takes
NETWORKS = 10  # of fewer, the bootstrap's intervals are far too narrow


class Coefficient(NamedTuple):
    """A rank correlation, and its 95 % interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:+.2f} [{self.low:+.2f}, {self.high:+.2f}]"


class Correlation(NamedTuple):
    """Rank correlations over some items."""

    number: int
    spearman: Coefficient
    kendall: Coefficient


class Item(NamedTuple):
    """A weighted sum of networks' figures, weights by name of a row, and what the paper prints."""

    weights: Mapping[str, int]
    printed: float


def correlate(
    items: Sequence[Item], networks: Sequence[Trained], metric: str
) -> Correlation | None:
    """Rank correlation of items' sums of mean figures with what the paper prints of them.

    The interval is a percentile bootstrap of networks and seeds at once: an item counts as often as
    the product of its networks' draws, so that items that share a network are not taken for
    independent (Snijders and Borgatti, 1999; of two-way samples, Owen, 2007: on the wide side). A
    seed is drawn for all networks together, as they are paired by it.

    Args:
        items: those with a network that has no figure are left out.
        networks: of a grid; those that are no rows are left out. Of the others' seeds, those that
            all have count.
        metric: of theirs.

    Returns:
        None if fewer than three items, ten networks or two seeds are left, or all sums are the
        same.
    """
    networks = [network for network in networks if network.rows]
    if len(networks) < NETWORKS:
        return None
    place = {row: at for at, network in enumerate(networks) for row in network.rows}
    known = [item for item in items if all(row in place for row in item.weights)]
    seeds = sorted(set.intersection(*(set(network.records) for network in networks)))
    if len(known) < LEAST or len(seeds) < 2:
        return None
    weights = np.zeros((len(known), len(networks)))
    for own, item in zip(weights, known, strict=True):
        for row, weight in item.weights.items():
            own[place[row]] += weight
    printed = np.array([item.printed for item in known])
    by_seed = np.array([[each.figures(metric)[seed] for seed in seeds] for each in networks])

    def here(often: NDArray) -> NDArray:  # sums that differ by rounding only are ties
        return (weights @ by_seed @ often / often.sum()).round(6)

    every = here(np.ones(len(seeds), int))
    if len(set(every)) < 2:
        return None
    values = coefficients(printed, every, np.ones(len(known), int))
    rng = np.random.default_rng(0)
    found = []
    for _ in range(DRAWS):
        often = rng.multinomial(len(networks), [1 / len(networks)] * len(networks))
        counted = together(weights, often)
        drawn = here(rng.multinomial(len(seeds), [1 / len(seeds)] * len(seeds)))
        if np.count_nonzero(counted) >= LEAST:
            found.append(coefficients(printed, drawn, counted))
    low, high = np.nanpercentile(found, (2.5, 97.5), axis=0)
    spearman, kendall = (Coefficient(*each) for each in zip(values, low, high, strict=True))
    return Correlation(len(known), spearman, kendall)


def together(weights: NDArray, often: NDArray) -> NDArray:
    """How often each item counts in a sample: the product of its networks' draws.

    Args:
        weights: (items, networks).
        often: how often each network was drawn.
    """
    return np.prod(np.where(weights != 0, often, 1), axis=1)


def coefficients(printed: NDArray, here: NDArray, often: NDArray) -> tuple[float, float]:
    """Spearman's rho and Kendall's tau-b of items that count so often; NaN of what is all the same.

    As scipy's of repeated items; written out, as a bootstrap asks for thousands of them.
    """
    a, b = (np.sign(values[:, None] - values) for values in (printed, here))
    x, y = a @ often, b @ often  # twice the distance of a mid-rank from the mean one
    pairs = np.outer(often, often)
    with np.errstate(invalid="ignore"):
        spearman = often @ (x * y) / np.sqrt((often @ x**2) * (often @ y**2))
        kendall = np.sum(pairs * a * b) / np.sqrt(np.sum(pairs * a**2) * np.sum(pairs * b**2))
    return float(spearman), float(kendall)
