"""Verdicts on the paper's orderings, by hand."""

import math

import pytest
from scipy.stats import ttest_ind

from smallbig_mm.paper import find
from smallbig_mm.records import store
from smallbig_mm.report.orderings import (
    Ordering,
    by_seed,
    interval,
    judge,
    motion_shapes,
    orderings,
    trained,
)

A, B = "table02/01_r23", "table02/02_r23_3d"
BETTER = Ordering("b is better than a", {B: 1, A: -1})


def test_printed_orderings_hold_in_the_paper():
    """Each is transcribed the right way round; two of them are not strict in the paper."""
    assert len(orderings()) == 24
    assert all(ordering.printed() > 0 for ordering in orderings())
    assert orderings()[0].printed() == pytest.approx(68.3 - 64.1)


def test_interval_is_welchs():
    a, b = [1.0, 2.0, 4.0], [3.0, 3.5, 5.0, 9.0]
    welch = ttest_ind(b, a, equal_var=False).confidence_interval(0.95)
    assert interval([(1, b), (-1, a)]) == pytest.approx((welch.high - welch.low) / 2)
    assert interval([(2, b), (-2, a)]) == pytest.approx(welch.high - welch.low)
    assert interval([(1, [1.0]), (-1, a)]) is None
    assert interval([(1, [1.0, 1.0])]) == 0


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


def test_newest_record_of_todays_grid_counts():
    made = [record for record in store.read_all() if record.id.startswith("motion_shapes/")]
    first = made[0]
    failed = first.model_copy(update=dict(metrics="not run: x"))
    again = first.model_copy(update=dict(metrics=dict(first.metrics, x=1.0)))
    other = first.model_copy(update=dict(config="configs/motion_shapes/short.py"))
    older = first.model_copy(update=dict(settings=["0" * 64]))
    found = by_seed([first, again, failed, other, older])
    assert [list(seeds.values()) for seeds in found.values()] == [[again]]


def test_what_is_at_chance_follows_from_the_figures():
    made = [record for record in store.read_all() if record.id.startswith("motion_shapes/")]
    figures = {"motion_shapes/order_free": 20.0, "motion_shapes/direction": 60.0}
    (first,) = by_seed(made[:1])
    label = find(first[0]).cells["label"]
    low = made[0].model_copy(update=dict(metrics=figures))
    _, bag, direction, _ = motion_shapes(trained([low])).texts
    assert bag.endswith(f"At chance, at most 25 %: {label}.")
    assert direction.endswith(f"Above 55 %: {label}.")
    high = low.model_copy(update=dict(metrics=dict.fromkeys(figures, 50.0)))
    _, bag, direction, _ = motion_shapes(trained([high])).texts
    assert bag.endswith("At chance, at most 25 %: none.")
    assert direction.endswith("Above 55 %: none.")
