"""What the quickstart expects, by hand."""

import pytest

from smallbig_mm.experiments.quickstart import NETWORKS
from smallbig_mm.records import store
from smallbig_mm.report.quickstart import Expected, expected, outside, recorded, table

ORDER_FREE, DIRECTION = "motion_shapes/order_free", "motion_shapes/direction"


@pytest.fixture(scope="module")
def record():
    return recorded(store.read_all())["r23"][0]


def with_figures(record, order_free: float, **changes):
    figures = {ORDER_FREE: order_free, DIRECTION: 50.0}
    return record.model_copy(update=dict(metrics=figures, **changes))


def test_every_network_has_recorded_runs():
    assert all(recorded(store.read_all()).values())


def test_ranges_are_those_of_this_network_as_it_is_trained_now(record):
    runs = [with_figures(record, value, seed=n) for n, value in enumerate((10.0, 20.0, 30.0))]
    short = with_figures(record, 99.0, id="quickstart_short/r23")
    failed = record.model_copy(update=dict(metrics="not run: x"))
    found = expected([*runs, short, failed])
    assert set(found) == {"r23"}
    assert found["r23"].range(ORDER_FREE) == (0, 50)  # 20 and three times 10, within 0 and 100
    assert found["r23"].range(DIRECTION) == (40, 60)  # which did not vary: 10 points at least
    assert expected(runs[:1]) == {}  # one run tells no spread


def test_outside(record):
    expectation = Expected({ORDER_FREE: [20.0, 22.0], DIRECTION: [50.0, 50.0]}, set())
    assert outside(with_figures(record, 31.0), "r23", expectation) == []
    assert outside(with_figures(record, 31.1), "r23", expectation) == [
        "2D R23: order-free top-1 % is 31.1, not in 11.0-31.0"
    ]


def test_table(record):
    runs = dict.fromkeys(NETWORKS, with_figures(record, 21.0))
    assert "expected" not in table(runs, {})
    found = {"r23": Expected({ORDER_FREE: [20.0, 22.0], DIRECTION: [50.0, 50.0]}, {"A CPU"})}
    text = table(runs, found)
    assert "| 2D R23 | 0.17 | 0.022 | 21.0 | 11-31 | 50.0 | 40-60 | 93 |" in text
    assert "| TSM-R23 | 0.17 | 0.022 | 21.0 | no range: fewer than two recorded runs |" in text
    assert "what 2 recorded runs gave" in text and "on A CPU" in text
