"""What other backends and precisions give stands beside torch's in float32, and only beside it."""

from __future__ import annotations

from typing import Any

import pytest

from smallbig_mm.records.schema import Record
from smallbig_mm.records.store import validate
from smallbig_mm.report import backends
from smallbig_mm.report.grids import Grids
from smallbig_mm.report.tables import documents

from ..records.test_store import DATA, VALID

TOP = {"acc/top1": 0.75, "acc/top5": 0.9}


def test_of(name: str, backend: str = "torch", precision: str = "fp32", **more: Any) -> Record:
    content = dict(VALID, id=f"test/{name}", kind="test", metrics=TOP, data=[dict(DATA, samples=8)])
    return validate({**content, "backend": backend, "precision": precision, **more}, name)


test_of.__test__ = False  # type: ignore[attr-defined]


def weights(sha256: str) -> dict[str, Any]:
    return dict(checkpoints=[dict(VALID["checkpoints"][0], sha256=sha256 * 64)])


PLAIN = test_of("plain", metrics={"acc/top1": 0.875, "acc/top5": 1.0})
INT8 = test_of("int8", "openvino", "int8", detail=dict(calibration=dict(clips=300)))


def test_a_difference_by_hand():
    (said,) = backends.difference(INT8, [PLAIN, INT8])
    assert said == (
        "top-1: 75.00 % by openvino int8, 87.50 % by torch fp32 (test/plain): -12.50 points, "
        "a loss of accuracy of 12.50, 8 videos"
    )
    half = test_of("half", "torch", "bf16")
    assert "loss" not in next(backends.difference(half, [PLAIN, half]))


def test_figures_that_are_no_top_1_are_all_compared():
    two = [dict(metrics={"group/a": 50.0, "group/b": 60.0 + step}) for step in (0, 1)]
    plain, half = test_of("plain", **two[0]), test_of("half", "torch", "bf16", **two[1])
    said = list(backends.difference(half, [plain, half]))
    assert [line.split(":")[0] for line in said] == ["group/a", "group/b"]
    assert "61.00 % by torch bf16, 60.00 %" in said[1] and "+1.00 points" in said[1]


@pytest.mark.parametrize(
    "other",
    [
        weights("9"),
        dict(settings=["9" * 64]),
        dict(data=[dict(DATA, samples=8, sha256="9" * 64)]),
        dict(data=[dict(DATA, samples=8, sha256="not run: not in the dump")]),
        dict(precision="bf16"),
        dict(backend="onnxruntime"),
        dict(kind="train"),
        dict(metrics="not run: killed"),
    ],
    ids=str,
)
def test_a_test_of_something_else_is_no_reference(other):
    plain = validate({**PLAIN.model_dump(mode="json"), **other}, "other")
    assert backends.reference(INT8, [plain]) is None
    assert "run the same command without --backend" in next(backends.difference(INT8, [plain]))


def test_two_imported_dumps_of_unknown_lists_are_not_compared():
    unknown = dict(data=[dict(DATA, samples=8, sha256="not run: not in the dump")])
    plain, half = test_of("plain", **unknown), test_of("half", "torch", "bf16", **unknown)
    assert backends.reference(half, [plain, half]) is None


def test_the_table_has_the_newest_test_of_each():
    older = test_of("older", "openvino", "int8", metrics=dict(TOP, **{"acc/top1": 0.5}))
    alone = test_of("alone", "onnxruntime", **weights("9"))
    page = backends.table([older, PLAIN, INT8, alone])
    assert page is not None
    int8, ort = page.parts[""].to_dict("records")
    assert (int8["backend"], int8["precision"], int8["figure"]) == ("openvino", "int8", "top-1")
    assert (int8["value"], int8["torch fp32"], int8["difference"]) == ("75.00", "87.50", "-12.50")
    assert int8["calibrated on"] == "300 clips" and int8["videos"] == "8"
    assert int8["checkpoint"] == "epoch_1.pth (22222222)"
    assert (ort["torch fp32"], ort["difference"]) == ("not run: no record of it", "")
    assert "| openvino" in page.render("md")


def test_there_is_a_page_only_where_there_is_something_to_show(monkeypatch):
    monkeypatch.setattr("smallbig_mm.report.tables.overview", lambda found: None)
    monkeypatch.setattr("smallbig_mm.report.tables.units.table", lambda records: None)
    nothing = Grids([], [], [])
    assert "backends" not in documents([PLAIN], [], nothing)
    assert "backends" in documents([PLAIN, INT8], [], nothing)
