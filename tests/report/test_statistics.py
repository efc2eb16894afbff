"""Tests, intervals and power against scipy's own, hand calculations and simulation."""

import math

import numpy as np
import pytest
from scipy.stats import t, ttest_1samp, ttest_rel

from smallbig_mm.report.statistics import (
    Paired,
    detectable,
    holm,
    interval,
    power,
    seeds_needed,
)


def test_interval_is_students():
    values = [3.0, 3.5, 5.0, 9.0]
    low, high = ttest_1samp(values, 0).confidence_interval(0.95)
    assert interval(values) == pytest.approx((high - low) / 2)
    assert interval([1.0]) is None
    assert interval([1.0, 1.0]) == 0


def test_paired_is_the_t_test_of_related_samples():
    a, b = [70.0, 71.5, 69.0, 73.0, 70.5], [72.0, 71.0, 72.5, 75.0, 71.5]
    found, scipys = Paired.of([y - x for x, y in zip(a, b, strict=True)]), ttest_rel(b, a)
    ends = scipys.confidence_interval(0.95)
    assert found.p == pytest.approx(scipys.pvalue)
    assert (found.mean - found.half, found.mean + found.half) == pytest.approx(ends)


def test_paired_by_hand():
    """Of 1, 2, 3: sd 1, t = 2 / (1 / sqrt(3)) with two degrees of freedom."""
    found = Paired.of([1.0, 2.0, 3.0])
    assert (found.number, found.mean, found.sd) == (3, 2, 1)
    assert found.half == pytest.approx(4.3027 / math.sqrt(3), rel=1e-4)
    assert found.p == pytest.approx(1 - math.sqrt(12) / math.sqrt(14), rel=1e-6)  # t's own, nu 2


@pytest.mark.parametrize(
    "values, why", [([1.0], "one seed"), ([0.3, 0.1 + 0.2], "all seeds give the same")]
)
def test_what_a_t_test_says_nothing_of_is_refused(values, why):
    with pytest.raises(ValueError, match=why):
        Paired.of(values)


def test_holm_by_hand():
    """0.01 x 4, 0.02 x 3, then 0.03 x 2, never below an earlier one, and 0.9."""
    assert holm([0.03, 0.01, 0.9, 0.02]) == pytest.approx([0.06, 0.04, 0.9, 0.06])
    assert holm([0.04, 0.03]) == pytest.approx([0.06, 0.06])
    assert holm([0.6, 0.7]) == [1.0, 1.0]
    assert holm([]) == []


def test_power_is_the_textbooks():
    """Cohen (1988): medium effect, level 0.05, power 0.8 takes 34 pairs; a large one 15."""
    assert power(0.5, 34, 0.05) == pytest.approx(0.8078, abs=1e-4)
    assert seeds_needed(0.5, 1, 0.05) == 34
    assert seeds_needed(-8, 10, 0.05) == 15
    assert power(0, 7, 0.05) == pytest.approx(0.025)


@pytest.mark.parametrize("effect, number, level", [(1.5, 5, 0.05), (4.0, 5, 0.05 / 24)])
def test_power_is_what_a_simulation_finds(effect, number, level):
    draws = np.random.default_rng(0).normal(effect, 1, (100_000, number))
    statistic = draws.mean(1) / (draws.std(1, ddof=1) / math.sqrt(number))
    found = (statistic > t.isf(level / 2, number - 1)).mean()
    assert power(effect, number, level) == pytest.approx(found, abs=0.006)


@pytest.mark.parametrize("number", [2, 5, 1000])
@pytest.mark.parametrize("level", [0.05, 0.05 / 24])
def test_detectable_has_80_percent_power(number, level):
    found = detectable(3.0, number, level)
    assert power(found / 3, number, level) == pytest.approx(0.8)
    assert seeds_needed(found * 1.0001, 3.0, level) == number


def test_more_than_1000_seeds_are_not_counted():
    assert seeds_needed(0.01, 1, 0.05) is None
    assert seeds_needed(1e6, 1, 0.05 / 24) in (2, 3)  # however large the shift
