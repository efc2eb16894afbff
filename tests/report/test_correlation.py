"""Rank correlations with the paper, and what their intervals tell."""

from itertools import pairwise

import numpy as np
import pytest
from scipy.stats import kendalltau, spearmanr

from smallbig_mm.paper import rows
from smallbig_mm.report.correlation import Item, coefficients, correlate, together

from .made import network, seeds

METRIC = "motion_shapes/events"
ROWS = [row for row in rows() if row.table in (3, 4, 5)]
ALONE = [Item({row.id: 1}, float(at)) for at, row in enumerate(ROWS)]


def made(means, spread=1.0):
    """A network a row, and one that is no row."""
    found = [
        network(row.id, "events", seeds(*(mean + spread * k for k in (-1, 0, 1))))
        for row, mean in zip(ROWS, means, strict=True)
    ]
    return [*found, network("configs/units/tei_r23.py", "events", seeds(99.0, 98.0))]


def test_values_are_scipys():
    means = [3.0, 1.0, 2.0, 9.0, 8.0, 4.0, 7.0, 5.0, 6.0, 10.0, 0.0, 12.0, 14.0, 11.0, 13.0, 15.0][
        : len(ROWS)
    ]
    found = correlate(ALONE, made(means), METRIC)
    printed = range(len(ROWS))
    assert found.number == len(ROWS)
    assert found.spearman.value == pytest.approx(spearmanr(printed, means).statistic)
    assert found.kendall.value == pytest.approx(kendalltau(printed, means).statistic)
    assert found.spearman.low < found.spearman.value < found.spearman.high


def test_perfect_ranks_are_certain_and_noise_is_not():
    ranked = correlate(ALONE, made(range(0, 10 * len(ROWS), 10)), METRIC)
    assert ranked.spearman == pytest.approx((1, 1, 1)) == ranked.kendall
    noise = np.random.default_rng(1).permutation(len(ROWS))
    low, high = correlate(ALONE, made(noise), METRIC).spearman[1:]
    assert low < 0 < high


def test_seeds_add_to_the_interval():
    means = [float(at) for at in range(len(ROWS))]
    found = [
        network(row.id, "events", seeds(mean, mean + 9 * (-1) ** at, mean))
        for at, (row, mean) in enumerate(zip(ROWS, means, strict=True))
    ]
    assert correlate(ALONE, found, METRIC).spearman.low < 0.9 < 1
    assert correlate(ALONE, made(means), METRIC).spearman.low == pytest.approx(1)


def test_an_item_is_drawn_as_often_as_its_networks_together():
    """Of three networks, drawn twice, once and never: the first two's item counts twice."""
    weights = np.array([[1, -1, 0], [2, 0, -2], [0, 1, 0]])
    assert [*together(weights, np.array([2, 1, 0]))] == [2, 0, 1]
    assert [*together(weights, np.array([2, 0, 3]))] == [0, 6, 0]


def test_items_that_count_often_are_scipys_repeated_ones():
    rng = np.random.default_rng(3)
    for _ in range(20):
        printed, here = rng.integers(0, 6, (2, 12))  # with ties
        often = rng.integers(0, 3, 12)
        repeated = np.repeat(printed, often), np.repeat(here, often)
        found = coefficients(printed.astype(float), here.astype(float), often)
        assert found[0] == pytest.approx(spearmanr(*repeated).statistic)
        assert found[1] == pytest.approx(kendalltau(*repeated).statistic)


def test_what_is_missing_is_left_out():
    known = made([float(at) for at in range(len(ROWS))])[3:]
    assert correlate(ALONE, known, METRIC).number == len(ROWS) - 3
    assert correlate(ALONE[:2], known, METRIC) is None
    assert correlate(ALONE[:9], made(range(len(ROWS)))[:9], METRIC) is None  # too few networks
    one_seed = [network(row.id, "events", {0: 1.0 * at}) for at, row in enumerate(ROWS)]
    assert correlate(ALONE, one_seed, METRIC) is None
    alike = [network(row.id, "events", seeds(5.0, 6.0)) for row in ROWS]
    assert correlate(ALONE, alike, METRIC) is None


def test_seeds_that_some_lack_do_not_count():
    means = [float(10 * at) for at in range(len(ROWS))]
    known = made(means)
    known[0] = network(ROWS[0].id, "events", {0: -1.0, 1: 0.0, 9: 999.0})
    assert correlate(ALONE, known, METRIC).spearman == pytest.approx((1, 1, 1))
    known[0] = network(ROWS[0].id, "events", {1: 0.0})
    assert correlate(ALONE, known, METRIC) is None  # one seed in common


def test_differences_that_differ_by_rounding_only_are_ties():
    known = made([float(at) for at in range(len(ROWS))], spread=0.1)
    steps = [
        Item({row.id: 1, before.id: -1}, at % 3 + 1.0)
        for at, (before, row) in enumerate(pairwise(ROWS))
    ]
    assert correlate(steps, known, METRIC) is None  # all are 1
