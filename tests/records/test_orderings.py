"""Verdicts on the paper's orderings, by hand."""

import math

import pytest

from smallbig_mm.records import store
from smallbig_mm.records.orderings import Ordering, by_seed, orderings, pooled, verdict

A, B, C = "table02/01_r23", "table02/02_r23_3d", "table02/03_smallbig_3x1x1"
BETTER = Ordering("b is better than a", {B: 1, A: -1})


def test_printed_orderings_hold_in_the_paper():
    """Each is transcribed the right way round; two of them are not strict in the paper."""
    assert len(orderings()) == 24
    assert all(ordering.printed() > 0 for ordering in orderings())
    assert orderings()[0].printed() == pytest.approx(68.3 - 64.1)


def test_pooled_by_hand():
    assert pooled([[1.0], [2.0]]) is None
    assert pooled([[0.0, 2.0], [5.0]]) == pytest.approx(math.sqrt(2))
    assert pooled([[0.0, 2.0], [1.0, 1.0, 1.0]]) == pytest.approx(math.sqrt(2 / 3))


@pytest.mark.parametrize(
    "b, says", [(10.0, "holds"), (1.0, "within noise"), (-10.0, "does not hold")]
)
def test_verdicts(b, says):
    values = {A: [0.0, 0.0, 0.0], B: [b, b, b]}
    difference, found = verdict(BETTER, values, spread=1.0)
    assert found == says
    assert difference == f"{b:+.1f} ± {2 * math.sqrt(2 / 3):.1f}"


def test_errors_add_up_with_their_weights():
    values = {A: [0.0, 0.0], B: [0.0], C: [0.0, 0.0, 0.0]}
    difference, _ = verdict(Ordering("", {A: 2, B: -1, C: -1}), values, spread=1.0)
    assert difference == f"+0.0 ± {2 * math.sqrt(4 / 2 + 1 + 1 / 3):.1f}"


def test_what_cannot_be_judged_says_why():
    assert verdict(BETTER, {A: [1.0]}, 1.0) == ("", f"not run: no record of {B}")
    assert verdict(BETTER, {A: [1.0], B: [2.0]}, None)[1].startswith("not run: one seed")


def test_newest_record_of_a_seed_counts_and_errors_do_not():
    made = [record for record in store.read_all() if record.id.startswith("motion_shapes/")]
    first = made[0]
    failed = first.model_copy(update=dict(metrics="not run: x"))
    again = first.model_copy(update=dict(metrics=dict(first.metrics, x=1.0)))
    found = by_seed([first, again, failed])
    assert [list(seeds.values()) for seeds in found.values()] == [[again]]
