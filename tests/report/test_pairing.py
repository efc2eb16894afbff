"""Differences paired by seed, as families, by hand."""

import pytest
from scipy.stats import ttest_rel

from smallbig_mm.report.pairing import compare, figures, judge, tally
from smallbig_mm.report.statistics import power

from .made import network, seeds

A, B = [60.0, 62.0, 61.0, 64.0], [70.0, 71.0, 72.0, 73.0]
OTHERS = {"c": seeds(1.0, 2.0, 3.0), "d": seeds(5.0, 7.0, 6.5)}
KNOWN = {"a": seeds(*A), "b": seeds(*B), "c": seeds(60.5, 61.5, 61.5, 63.5)}


def test_seeds_are_paired_and_the_rest_left_out():
    known = {"a": {0: 1.0, 1: 2.0, 2: 4.0, 5: 9.0}, "b": {1: 4.0, 2: 7.0, 7: 0.0, 0: 2.0}}
    found = compare({"b": 1, "a": -1}, known)
    assert found.left_out == (5, 7)
    assert found.test.number == 3 and found.test.mean == 2
    assert found.test.p == pytest.approx(ttest_rel([2, 4, 7], [1, 2, 4]).pvalue)
    twice = compare({"b": 2, "a": -2}, known)
    assert (twice.test.mean, twice.test.sd) == (4, 2) and twice.test.p == found.test.p


@pytest.mark.parametrize(
    "known, why",
    [
        ({"a": seeds(1.0, 2.0)}, "not run: no record of b"),
        ({"a": {0: 1.0}, "b": {1: 1.0, 2: 2.0}}, "not tested: no seed in common"),
    ],
)
def test_what_cannot_be_judged_says_why(known, why):
    found = compare({"b": 1, "a": -1}, known)
    assert found.test is None and found.text == why and str(found) == found.p == ""


@pytest.mark.parametrize(
    "known, why",
    [
        ({"a": {0: 1.0, 1: 2.0}, "b": {1: 3.0, 2: 2.0}}, "not tested: one seed tells no spread"),
        ({"a": seeds(1.0, 2.0), "b": seeds(2.0, 3.0)}, "not tested: all seeds give the same diff"),
    ],
)
def test_a_difference_without_a_test_is_shown_and_not_judged(known, why):
    first, second = judge([{"b": 1, "a": -1}, {"d": 1, "c": -1}], {**known, **OTHERS})
    assert first.test is None and first.text.startswith(why)
    assert (str(first), first.p) == ("+1.0", "")
    assert second.family == 1


def test_a_family_is_judged_by_corrected_p():
    family = [{"b": 1, "a": -1}, {"a": 1, "b": -1}, {"c": 1, "a": -1}, {"d": 1, "a": -1}]
    above, below, undecided, missing = judge(family, KNOWN)
    assert [each.text for each in (above, below, undecided)] == [
        *("holds", "does not hold", "not decided")
    ]
    raw = ttest_rel(B, A).pvalue
    assert above.holm == below.holm == pytest.approx(3 * raw)  # three have a test
    assert (above.family, missing.holm) == (3, None)
    assert missing.text == "not run: no record of d"


def test_a_raw_interval_without_zero_may_be_undecided():
    family = [{"b": 1, "a": -1}, *[{"c": 1, "a": -1}] * 30]
    known = {"a": seeds(0.0, 0.0, 0.0), "b": seeds(1.0, 1.3, 1.6), "c": seeds(1.0, -1.0, 0.1)}
    first, *_ = judge(family, known)
    assert first.test.mean > first.test.half and first.text == "not decided"
    assert first.level == pytest.approx(0.05 / 31)
    assert power(first.found() / first.test.sd, 3, first.level) == pytest.approx(0.8)


def test_tally_by_hand():
    found = tally(["not run: x", "holds", "not decided", "not tested: y", "holds", "not run: y"])
    assert found == "2 hold, 1 is not decided, 1 is not tested, 2 were not run"


def test_figures_are_known_by_every_name():
    made = network("table02/01_r23 configs/units/2d_r23.py", "events", seeds(1.0, 2.0))
    found = figures([made], "motion_shapes/events")
    assert found == {name: {0: 1.0, 1: 2.0} for name in made.names} and len(found) == 2
