"""Verdicts on the paper's orderings, and what is at chance, by hand."""

import pytest
from scipy.stats import ttest_rel

from smallbig_mm.paper import find
from smallbig_mm.report.grids import Trained
from smallbig_mm.report.motion_shapes import motion_shapes
from smallbig_mm.report.orderings import orderings, verdicts

from .made import SOME, counts, network, record, seeds

A, B = "table02/01_r23", "table02/02_r23_3d"


def test_printed_orderings_hold_in_the_paper():
    """Each is transcribed the right way round; two of them are not strict in the paper."""
    assert len(orderings()) == 24
    assert all(ordering.printed() > 0 for ordering in orderings())
    assert orderings()[0].printed() == pytest.approx(68.3 - 64.1)


def test_orderings_are_one_family_and_paired_by_seed():
    two_d, three_d = [20.0, 22.0, 21.0], [60.0, 64.0, 61.0]
    known = [network(A, "events", seeds(*two_d)), network(B, "events", seeds(*three_d))]
    found = verdicts(known, "motion_shapes/events")
    (first, verdict), *others = found
    assert [ordering.claim for ordering, _ in found] == [each.claim for each in orderings()]
    assert first.claim == "3D is better than 2D" and verdict.text == "holds"
    assert verdict.test.p == verdict.holm == pytest.approx(ttest_rel(three_d, two_d).pvalue)
    assert all(other.text.startswith("not run: no record of ") for _, other in others)


@pytest.mark.parametrize(
    "order_free, direction, at_chance, above",
    [(20.0, 60.0, True, True), (50.0, 50.0, False, False)],
)
def test_what_is_at_chance_follows_from_the_figures(order_free, direction, at_chance, above):
    own = record(order_free=order_free, direction=direction)
    label = find(A).cells["label"]
    page = motion_shapes([Trained((A,), (), counts(SOME)[0], {0: own})])
    _, bag, directed, _ = page.texts
    assert page.parts["Orderings"]["remark"][0] == (f"{A} at chance" if at_chance else "")
    assert bag.endswith(f"At chance, at most 25 %: {label if at_chance else 'none'}.")
    assert directed.endswith(f"Above 55 %: {label if above else 'none'}.")
