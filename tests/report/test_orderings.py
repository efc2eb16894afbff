"""Verdicts on the paper's orderings by Welch's intervals, by hand."""

import math

import pytest

from smallbig_mm.paper import find
from smallbig_mm.report.grids import Trained
from smallbig_mm.report.motion_shapes import motion_shapes
from smallbig_mm.report.orderings import Ordering, judge, orderings

from .made import SOME, counts, record

A, B = "table02/01_r23", "table02/02_r23_3d"
BETTER = Ordering("b is better than a", {B: 1, A: -1})


def test_printed_orderings_hold_in_the_paper():
    """Each is transcribed the right way round; two of them are not strict in the paper."""
    assert len(orderings()) == 24
    assert all(ordering.printed() > 0 for ordering in orderings())
    assert orderings()[0].printed() == pytest.approx(68.3 - 64.1)


@pytest.mark.parametrize(
    "b, says", [(10.0, "holds"), (1.0, "within noise"), (-10.0, "does not hold")]
)
def test_verdicts(b, says):
    values = {A: [-1.0, 0.0, 1.0], B: [b - 1, b, b + 1]}
    found = judge(BETTER, values)
    assert (found.text, found.at_chance) == (says, (B, A))
    assert str(found) == f"{b:+.1f} ± {2.776 * math.sqrt(2 / 3):.1f}"  # four degrees of freedom


def test_what_cannot_be_judged_says_why():
    missing, alone = judge(BETTER, {A: [1.0]}), judge(BETTER, {A: [1.0], B: [2.0]})
    assert (str(missing), missing.text) == ("", f"not run: no record of {B}")
    assert str(alone) == "+1.0" and alone.text.startswith("not run: one seed")


@pytest.mark.parametrize(
    "order_free, direction, at_chance, above",
    [(20.0, 60.0, True, True), (50.0, 50.0, False, False)],
)
def test_what_is_at_chance_follows_from_the_figures(order_free, direction, at_chance, above):
    own = record(order_free=order_free, direction=direction)
    label = find(A).cells["label"]
    _, bag, directed, _ = motion_shapes([Trained((A,), (), counts(SOME)[0], {0: own})]).texts
    assert bag.endswith(f"At chance, at most 25 %: {label if at_chance else 'none'}.")
    assert directed.endswith(f"Above 55 %: {label if above else 'none'}.")
