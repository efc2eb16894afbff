"""Statistics by cluster: known cases, and what taking clips for independent would get wrong."""

import numpy as np
import pytest
from scipy import stats

from smallbig_mm.report.clusters import holm, interval, p_value


def test_an_interval_is_as_wide_as_the_clusters_differ():
    """Twenty clusters of six clips, all right or all wrong: the sample is 20, not 120."""
    totals, sizes = np.repeat([6.0, 0.0], 10), np.full(20, 6)
    low, high = interval(totals, sizes)
    assert (low, high) == (pytest.approx(0.3, abs=0.051), pytest.approx(0.7, abs=0.051))
    own = stats.binom(20, 0.5).ppf([0.025, 0.975]) / 20  # what drawing 20 halves gives
    assert (low, high) == pytest.approx(own, abs=0.051)
    low, high = interval(np.full(20, 3.0), sizes)  # clusters that do not differ
    assert low == high == 0.5


def test_an_interval_is_of_the_mean_over_clips():
    """A cluster counts by its clips."""
    low, high = interval([9.0, 0.0], [9, 1])
    assert (low, high) == (0.0, 1.0)
    low, high = interval([9.0, 0.0] * 20, [9, 1] * 20)
    assert low < 0.9 < high and high - low < 0.2


def test_p_is_exact_for_few_clusters():
    """Of 2^6 signs two give a mean as far from zero, or four where one total is zero."""
    assert p_value([1, 2, 3, 1, 2, 3]) == pytest.approx(2 / 64)
    assert p_value([1, 2, 3, 1, 2, 0]) == pytest.approx(4 / 64)
    assert p_value([1, -1, 2, -2]) == p_value([0, 0, 0]) == 1


def test_p_of_twenty_clusters():
    assert p_value(np.ones(20)) < 1e-3
    assert p_value(np.repeat([1.0, -1.0], [15, 5])) == pytest.approx(
        stats.binomtest(15, 20).pvalue, abs=0.01
    )


def test_holm_by_hand():
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.5, 0.6]) == [1, 1]
    assert holm([]) == []
