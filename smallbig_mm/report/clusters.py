"""The mean over clips that come in clusters, as those of one recording do, which are not
independent: the cluster is the sample."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import t as student_t

from .statistics import LEVEL


class Clustered(NamedTuple):
    """A mean over clips, its 95 % interval, and the two-sided p of its being 0."""

    mean: float
    low: float
    high: float
    p: float


def clustered(totals: ArrayLike, sizes: ArrayLike) -> Clustered | None:
    """The t test of a ratio of totals (Cochran, Sampling Techniques, 1977, section 6.3).

    Where clusters are of one size it is that of their means, and so a mixed model's with a random
    effect of the cluster.

    Args:
        totals: (K,), the sum of a value over each cluster's clips.
        sizes: (K,), clips of each cluster.

    Returns:
        None of one cluster, or of clusters that do not differ.
    """
    totals, sizes = np.asarray(totals, float), np.asarray(sizes, float)
    number, mean = len(totals), totals.sum() / sizes.sum()
    left = (totals - mean * sizes).round(9)  # clusters that differ by rounding only do not
    if number < 2 or not left.any():
        return None
    error = np.sqrt(number / (number - 1) * (left**2).sum()) / sizes.sum()
    half = student_t.isf(LEVEL / 2, number - 1) * error
    p = 2 * student_t.sf(abs(mean) / error, number - 1)
    return Clustered(float(mean), float(mean - half), float(mean + half), float(p))
