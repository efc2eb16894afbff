"""Statistics by cluster: known cases, and what taking clips for independent would get wrong."""

import numpy as np
import pytest
from scipy import stats

from smallbig_mm.report.clusters import clustered


def test_of_clusters_of_one_size_it_is_the_t_test_of_their_means():
    """Twenty clusters of six clips: the sample is 20, not 120."""
    totals = np.random.default_rng(0).integers(-6, 7, 20)
    found = clustered(totals, np.full(20, 6))
    test = stats.ttest_1samp(totals / 6, 0)
    low, high = test.confidence_interval(0.95)
    assert found == pytest.approx((np.mean(totals) / 6, low, high, test.pvalue))


def test_a_cluster_counts_by_its_clips():
    found = clustered([9.0, 0.0] * 10, [9, 1] * 10)
    assert found.mean == pytest.approx(0.9) and found.low < 0.9 < found.high
    # A value that is the same in all clips but for one cluster's size does not vary.
    assert clustered([9.0, 1.0, 2.0], [9, 1, 2]) is None


def test_few_clusters_tell_little():
    few, many = clustered([5, 4, 4, 4], [6] * 4), clustered([5, 4, 4, 4] * 5, [6] * 20)
    assert (few.low, few.high) == pytest.approx((0.5757, 0.8409), abs=1e-3)  # t of 3 is 3.18
    assert many.high - many.low < (few.high - few.low) / 2
    assert clustered([3.0], [6]) is None


def test_it_covers_what_it_says_where_a_percentile_bootstrap_does_not():
    rng, inside = np.random.default_rng(1), 0
    sizes = np.array([6] * 18 + [7, 5])
    for _ in range(2000):
        right = rng.binomial(sizes, rng.beta(2, 1, 20))  # a mean of 2/3, clusters far apart
        found = clustered(right, sizes)
        inside += found.low <= 2 / 3 <= found.high
    assert 0.94 < inside / 2000 < 0.965
