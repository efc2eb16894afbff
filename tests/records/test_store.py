"""Records: what is accepted, what is refused and how it is said, and files whole or not at all."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

from smallbig_mm.errors import RecordError
from smallbig_mm.records import store
from smallbig_mm.records.store import read, read_all, validate, write

INPUT = dict(frames=8, interval="uniform", clips=10, crops=3, size=[224, 256], batch=1)
COUNT = dict(
    clip=[8, 224, 256],
    **dict(params=5, macs=4, attention_macs=0, norm_ops=2, pool_ops=1),
    uncounted={"sigmoid": 1},
    counter="fvcore",
)
VALID: dict[str, Any] = dict(
    id="grid/row-seed0",
    kind="train",
    config="configs/r23_k400.py",
    config_sha256="0" * 64,
    code=dict(commit="a" * 40, dirty=False),
    command="python tools/train.py configs/r23_k400.py",
    input=INPUT,
    counts=[COUNT],
    data=[dict(list="list.txt", sha256="1" * 64, samples=7, skipped=0)],
    checkpoints=[dict(file="epoch_1.pth", sha256="2" * 64, origin="trained")],
    seed=0,
    env=dict(torch="2.6.0", cores=2),
    start="2026-01-01T00:00:00Z",
    end="2026-01-01T01:00:00Z",
    metrics={"acc/top1": 1 / 3},
    detail=dict(rows=["table05/04_typical"]),
)


def record(**changes) -> store.Record:
    return validate({**VALID, **changes}, "test")


def everything_below(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_round_trip(tmp_path):
    path = write(record(), tmp_path)
    assert path == tmp_path / "grid/row-seed0.json"
    assert read(path) == record()
    assert json.loads(path.read_text()) == VALID  # digits, times and all


def test_what_was_not_measured_says_why(tmp_path):
    fields = ("input", "counts", "data", "checkpoints", "seed", "start", "end", "metrics")
    missing = record(**dict.fromkeys(fields, "not run: no GPU"))
    assert read(write(missing, tmp_path)) == missing


@pytest.mark.parametrize("name", sorted(VALID.keys() - {"detail"}))
def test_missing_field_is_named(name):
    content = {key: value for key, value in VALID.items() if key != name}
    with pytest.raises(RecordError, match=rf"^x\.json: .*field {name}: Field required"):
        validate(content, "x.json")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        (dict(kind="guess"), "kind"),
        (dict(config=3), "config"),
        (dict(config_sha256="0" * 63), "config_sha256"),
        (dict(code=dict(commit="main", dirty=False)), r"code\.commit"),
        (dict(code=dict(commit="a" * 40)), r"code\.dirty"),
        (dict(input={**INPUT, "frames": 0}), r"input\.frames"),
        (dict(input={**INPUT, "interval": "dense"}), r"input\.interval"),
        (dict(input={**INPUT, "size": [224]}), r"input\.size"),
        (dict(input={**INPUT, "colour": "rgb"}), r"input\.colour"),
        (dict(counts=[{**COUNT, "macs": -1}]), r"counts\.0\.macs"),
        (dict(data=[dict(VALID["data"][0], samples="many")]), r"data\.0\.samples"),
        (
            dict(checkpoints=[dict(VALID["checkpoints"][0], origin="found")]),
            r"checkpoints\.0\.orig",
        ),
        (dict(seed="three"), "seed"),
        (dict(env=dict(torch=2.6)), r"env\.torch"),
        (dict(start="yesterday"), "start"),
        (dict(metrics={"acc/top1": "high"}), "metrics.acc/top1"),
        (dict(metrics={"acc/top1": math.nan}), "metrics.acc/top1"),
        (dict(metrics={"acc/top1": math.inf}), "metrics.acc/top1"),
        (dict(metrics=None), "metrics"),
        (dict(metrics="not run: "), "metrics"),
        (dict(metrics="not run"), "metrics"),
        (dict(input=""), "input"),
        (dict(accuracy=0.5), "accuracy"),
    ],
)
def test_malformed_field_is_named(changes, field):
    with pytest.raises(RecordError, match=rf"^x\.json: not a record: (.*; )?field {field}"):
        validate({**VALID, **changes}, "x.json")


@pytest.mark.parametrize("content", [None, [], "record", {}])
def test_what_is_no_record_at_all(content):
    with pytest.raises(RecordError, match=r"^x\.json: not a record"):
        validate(content, "x.json")


def test_records_are_only_added(tmp_path):
    first = write(record(), tmp_path)
    before = first.read_bytes()
    with pytest.raises(RecordError, match=r"row-seed0\.json: there is a record of this id"):
        write(record(metrics={"acc/top1": 0.9}), tmp_path)
    assert first.read_bytes() == before
    assert everything_below(tmp_path) == ["grid/row-seed0.json"]


def test_read_all_sorts_by_start(tmp_path):
    for name, start in (("b/x", "2026-01-02"), ("a", "2026-01-03"), ("c/y/z", "2026-01-01")):
        write(record(id=name, start=f"{start}T00:00:00Z"), tmp_path)
    write(record(id="d", start="2026-01-01T00:00:00Z"), tmp_path)
    assert [found.id for found in read_all(tmp_path)] == ["c/y/z", "d", "b/x", "a"]
    assert read_all(tmp_path / "none") == []


@pytest.mark.parametrize("content", ["", "{", "[]", '{"id": "a"}', b"\xff\xfe"])
def test_read_all_names_a_broken_file(tmp_path, content):
    write(record(), tmp_path)
    broken = tmp_path / "grid/broken.json"
    broken.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(RecordError, match=r"grid/broken\.json: "):
        read_all(tmp_path)


def test_a_file_is_named_after_its_record(tmp_path):
    path = write(record(), tmp_path)
    path.rename(path.with_name("other.json"))
    with pytest.raises(RecordError, match="its id is grid/row-seed0"):
        read_all(tmp_path)


def test_unknown_starts_come_first(tmp_path):
    write(record(id="a", start="2026-01-02T00:00:00Z"), tmp_path)
    write(record(id="b", start="not run: not in the dump"), tmp_path)
    write(record(id="c", start="2026-01-01T00:00:00"), tmp_path)
    assert [r.id for r in read_all(tmp_path)] == ["b", "c", "a"]
