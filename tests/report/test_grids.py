"""Which records are a grid's networks, and what they took."""

from datetime import datetime, timedelta, timezone

import pytest

from smallbig_mm.files import SHARE
from smallbig_mm.records import store
from smallbig_mm.report.grids import ORDERS, Trained, cpu_hours, trained

from .made import SOME, network, seeds


def of(record, **fields):
    return record.model_copy(update=fields)


def test_newest_record_of_todays_grid_counts():
    again = of(SOME, metrics=dict(SOME.metrics, x=1.0))
    failed = of(SOME, metrics="not run: x")
    other = of(SOME, config="configs/motion_shapes/short.py")
    older = of(SOME, settings=["0" * 64])
    (found,) = trained([SOME, again, failed, other, older], ORDERS)
    assert found.records == {SOME.seed: again} and set(found.rows) == set(SOME.detail["rows"])


def test_another_grid_has_records_of_its_own(tmp_path):
    """The same networks, but a config of another name; and seeds that only some have."""
    path = tmp_path / "events.py"
    path.write_text(
        f'_base_ = "{SHARE}/configs/motion_shapes/grid.py"\nnetworks = ("table0[23]/*",)\n'
    )
    old = [each for each in store.read_all() if each.config == SOME.config]
    mine = [of(each, config=str(path)) for each in old if each.seed < 3][:-1]
    found = trained([*old, *mine], path)
    assert [each.name for each in found][:2] == ["table02/01_r23", "table02/02_r23_3d"]
    tables = {row.partition("/")[0] for each in found for row in each.rows}
    assert tables == {"table02", "table03"}
    assert all(set(each.records) <= {0, 1, 2} for each in found)
    assert all(each.records[0].config == str(path) for each in found)


def test_a_grid_without_records_needs_no_config(tmp_path):
    assert trained([SOME], tmp_path / "none.py") == []


def test_networks_that_are_no_rows_are_named_by_their_configs():
    made = network("configs/units/tei_r23.py", "events", seeds(60.0, 62.0))
    assert (made.name, made.label) == ("units/tei_r23", "tei_r23")
    assert made.text("motion_shapes/events") == "61.0 ± 1.4"
    assert made.mean("motion_shapes/events") == 61
    assert made.half("motion_shapes/events") == pytest.approx(12.706, rel=1e-4)  # sd / sqrt 2 is 1
    one = Trained(made.rows, made.configs, made.cost, {0: made.records[0]})
    assert one.text("motion_shapes/events") == "60.0" and one.half("motion_shapes/events") is None


def test_cpu_hours_are_time_times_threads_times_processes():
    start = datetime(2026, 1, 1, tzinfo=timezone.utc)
    end = start + timedelta(hours=3)
    alone = of(SOME, start=start, end=end, env={"threads": 1})
    many = of(SOME, start=start, end=end, env={"threads": 2, "processes": 4}, metrics="not run: x")
    unknown = of(alone, end="not run: x"), of(alone, env={}), of(alone, config="configs/x.py")
    assert cpu_hours([alone, many, *unknown], ORDERS) == (27, 2)
    assert cpu_hours([], ORDERS) == (0, 0)
    known = of(many, detail={"cpu_seconds": 5400.0}, end="not run: x")
    assert cpu_hours([alone, known], ORDERS) == (4.5, 2)
