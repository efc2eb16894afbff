"""Whether one network is better than another on the same videos."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import binomtest

from ..ensemble import Scores, in_order_of
from .classes import LEVEL, predicted

RESAMPLES = 100_000


@dataclass(frozen=True)
class Comparison:
    """Two networks on the same videos.

    Attributes:
        first, second: where their scores are from.
        videos: how many.
        top1: of the first, in [0, 1].
        second_top1: of the second.
        difference: the first's less the second's.
        low, high: its 95 % interval, of the paired bootstrap over videos (percentiles).
        only_first, only_second: videos that only one of them gets right.
        p: of McNemar's exact test: two-sided, that these two numbers come from a fair coin.
    """

    first: str
    second: str
    videos: int
    top1: float
    second_top1: float
    difference: float
    low: float
    high: float
    only_first: int
    only_second: int
    p: float


def compare(first: Scores, second: Scores, seed: int = 0) -> Comparison:
    """Compare top-1 on the same videos.

    Args:
        first: of one network.
        second: of another; its videos are matched as in a fusion.
        seed: of the bootstrap.

    Raises:
        UserError: if the two differ in their classes, videos or labels.
    """
    scores = in_order_of(first, second)
    labels = first.labels.numpy()
    right = predicted(first) == labels
    other = np.argsort(scores.numpy(), axis=1)[:, -1] == labels
    only_first, only_second = int((right & ~other).sum()), int((other & ~right).sum())
    both, videos = only_first + only_second, len(labels)
    # A resample of videos is, for the difference, a draw of how many of the three kinds it has.
    shares = np.array([only_first, only_second, videos - both]) / videos
    drawn = np.random.default_rng(seed).multinomial(videos, shares, RESAMPLES)
    tails = [(1 - LEVEL) / 2, (1 + LEVEL) / 2]
    low, high = np.quantile((drawn[:, 0] - drawn[:, 1]) / videos, tails)
    return Comparison(
        first=first.source,
        second=second.source,
        videos=videos,
        top1=float(right.mean()),
        second_top1=float(other.mean()),
        difference=(only_first - only_second) / videos,
        low=float(low),
        high=float(high),
        only_first=only_first,
        only_second=only_second,
        p=float(binomtest(only_first, both).pvalue) if both else 1.0,
    )
