"""Statistics of clips that come in clusters, as those of one recording do, which are not
independent: clusters are drawn, or change their sign, as a whole.

Each function takes `totals`, (K,), of K clusters: the sum of a value over a cluster's clips.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

SEED, DRAWS = 0, 9999


def interval(totals: ArrayLike, sizes: ArrayLike) -> tuple[float, float]:
    """The 95 % percentile interval of the mean over clips, from a bootstrap over clusters.

    Args:
        totals: see above.
        sizes: (K,), clips of each cluster.
    """

    def mean(drawn: NDArray, of: NDArray, axis: int) -> NDArray:
        return drawn.sum(axis) / of.sum(axis)

    found = stats.bootstrap(
        (totals, sizes),
        mean,
        paired=True,
        vectorized=True,
        n_resamples=DRAWS,
        method="percentile",
        rng=np.random.default_rng(SEED),
    ).confidence_interval
    return float(found.low), float(found.high)


def p_value(totals: ArrayLike) -> float:
    """Two-sided p of a mean difference of zero: each cluster's could as well have the other sign.

    Exact up to 13 clusters, and from random signs beyond.
    """
    return float(
        stats.permutation_test(
            (totals,),
            np.mean,
            permutation_type="samples",
            n_resamples=DRAWS,
            rng=np.random.default_rng(SEED),
        ).pvalue
    )


def holm(values: Sequence[float]) -> list[float]:
    """Holm's adjusted p values (Scandinavian Journal of Statistics 6, 1979), in the given order."""
    order = np.argsort(values)
    factors = np.arange(len(values), 0, -1)
    adjusted = np.empty(len(values))
    adjusted[order] = np.maximum.accumulate(factors * np.asarray(values)[order]).clip(max=1)
    return adjusted.tolist()
