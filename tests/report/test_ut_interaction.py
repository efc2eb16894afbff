"""UT-Interaction's table, and its statistics by hand."""

import pytest

from smallbig_mm.records import store
from smallbig_mm.report.ut_interaction import hits, interval, mean_by_lr, table, top1


@pytest.fixture(scope="module")
def records():
    return [record for record in store.read_all() if record.id.startswith("ut_interaction/")]


def test_predictions_give_the_recorded_top1(records):
    for record in records:
        assert top1(record) == pytest.approx(record.metrics["top1"])


def test_failures_are_said_and_do_not_count(records, tmp_path):
    failed = records[0].model_copy(update=dict(metrics="not run: no luck", detail={}))
    network = {"network": "tsm_r23", "control": "single", "lr": 0.005}
    alone = failed.model_copy(update=dict(detail=network))
    reference = failed.model_copy(
        update=dict(detail=dict(network, network="smallbig_r23", control="clip"))
    )
    text = table([*records, alone, reference], tmp_path)
    assert "| TSM-R23 | single | not run: no luck |  |  |  |  | 0 of 1 |  |  |" in text
    assert "| 62.3 | 12.5 | 54-71 | 5 of 6 |" in text
    assert "| 2D R23 | shuffled | not run: it averages" in text
    assert {line.count("|") for line in text.splitlines() if line.startswith("|")} == {11}
    assert text.endswith("Seeds: 0.\n")


def test_mean_by_lr(records):
    some = [record for record in records if record.detail["control"] == "clip"][:2]
    faster = some[0].model_copy(update=dict(detail=dict(some[0].detail, lr=0.1)))
    first, second = (record.metrics["top1"] for record in some)
    found = mean_by_lr([*some, faster])
    assert found == {0.005: pytest.approx((first + second) / 2), 0.1: pytest.approx(first)}


def test_hits_are_over_seeds_and_intervals_are_wilsons(records):
    some = records[0]
    wrong = [[clip, label, (label + 1) % 6] for clip, label, _ in some.detail["predictions"]]
    other = some.model_copy(update=dict(detail=dict(some.detail, predictions=wrong)))
    right = [label == found for _, label, found in some.detail["predictions"]]
    assert list(hits([some, other]).values()) == [value / 2 for value in right]
    low, high = interval({str(n): float(n < 60) for n in range(120)})
    assert (low, high) == (pytest.approx(0.412, abs=1e-3), pytest.approx(0.588, abs=1e-3))
