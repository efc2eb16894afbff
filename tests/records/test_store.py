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
    **dict(params=5, macs=4, activation_product_macs=0, norm_ops=2, pool_ops=1, activation_bytes=3),
    uncounted={"sigmoid": 1},
    counter="fvcore",
)
START = dict(
    **dict(epoch=0, settings="3" * 64, batch=128, batch_per_process=16, processes=8, restarts=0),
    **dict(accumulation=1, lr=0.02, precision="float32", ema=False, sync_bn=False),
)
DATA = dict(
    **dict(dataset="kinetics400", list="list.txt", sha256="1" * 64, samples=7, skipped=0),
    known="no list of this dataset is known",
    manifest=None,
)
TRAINING = dict(
    starts=[START],
    epochs=110,
    pretrained=dict(file="resnet50.pth", sha256="4" * 64, loaded=22, tensors=22),
    load_from=None,
    data=DATA,
)
VALID: dict[str, Any] = dict(
    version=2,
    id="grid/row-seed0",
    kind="train",
    config="configs/r23_k400.py",
    settings=["0" * 64],
    resolved="not run: the config is in the commit",
    code=dict(commit="a" * 40, dirty=False, version="0.1.0"),
    command="python tools/train.py configs/r23_k400.py",
    input=INPUT,
    counts=[COUNT],
    data=[DATA],
    training=TRAINING,
    checkpoints=[
        dict(
            **dict(file="epoch_1.pth", sha256="2" * 64, origin="trained", role="tested"),
            settings={},
            training=TRAINING,
        )
    ],
    seed=0,
    env=dict(torch="2.6.0", cores=2),
    backend="openvino",
    precision="int8",
    start="2026-01-01T00:00:00Z",
    end="2026-01-01T01:00:00Z",
    metrics={"acc/top1": 1 / 3},
    attachments=[dict(name="matrix", file="matrix.json", sha256="5" * 64)],
    detail=dict(rows=["table05/04_typical"]),
)


OPTIONAL = {"attachments", "backend", "detail", "precision", "version"}


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


@pytest.mark.parametrize("name", sorted(VALID.keys() - OPTIONAL))
def test_missing_field_is_named(name):
    content = {key: value for key, value in VALID.items() if key != name}
    with pytest.raises(RecordError, match=rf"^x\.json: .*field {name}: Field required"):
        validate(content, "x.json")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        (dict(kind="guess"), "kind"),
        (dict(config=3), "config"),
        (dict(settings=["0" * 63]), r"settings\.0"),
        (dict(settings=[]), "settings"),
        (dict(version=3), "version"),
        (dict(training=dict(TRAINING, starts=[])), r"training\.starts"),
        (dict(code=dict(commit="main", dirty=False, version="1")), r"code\.commit"),
        (dict(code=dict(commit="a" * 40, version="1")), r"code\.dirty"),
        (dict(input={**INPUT, "frames": 0}), r"input\.frames"),
        (dict(input={**INPUT, "interval": "dense"}), r"input\.interval"),
        (dict(input={**INPUT, "size": [224]}), r"input\.size"),
        (dict(input={**INPUT, "colour": "rgb"}), r"input\.colour"),
        (dict(counts=[{**COUNT, "macs": -1}]), r"counts\.0\.macs"),
        (dict(data=[dict(DATA, samples="many")]), r"data\.0\.samples"),
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


def test_a_record_that_names_no_backend_is_of_torch_in_float32():
    """As those were that were written when there was no other."""
    content = {key: value for key, value in VALID.items() if key not in ("backend", "precision")}
    assert validate(content, "x.json").is_plain
    assert not record().is_plain and not record(backend="torch").is_plain
    assert not record(precision="fp32").is_plain


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


# --------------------------------------------------------------------------------------------------
# Schema 1, and what digests are made of


def schema_1() -> dict[str, Any]:
    """A record as it was written before there were versions."""
    later = ("version", "training", "resolved", "attachments", "backend", "precision")
    old = {k: v for k, v in VALID.items() if k not in later}
    old["config_sha256"] = old.pop("settings")[0]
    old["code"] = dict(commit="a" * 40, dirty=False)
    count = {k: v for k, v in COUNT.items() if k != "activation_product_macs"}
    old["counts"] = [dict(count, attention_macs=3)]
    old["data"] = [dict(list="list.txt", sha256="1" * 64, samples=7, skipped=0)]
    old["checkpoints"] = [dict(file="epoch_1.pth", sha256="2" * 64, origin="trained")]
    return old


def test_schema_1_is_read_and_nothing_is_made_up():
    found = validate(schema_1(), "old.json")
    assert found.config_sha256 == "0" * 64 and found.metrics == VALID["metrics"]
    assert found.counts[0].activation_product_macs == 3
    for value in (
        *(found.training, found.resolved, found.code.version, found.data[0].dataset),
        found.checkpoints[0].training,
    ):
        assert value == "not run: schema 1 did not keep it"
    bare = {**schema_1(), **dict.fromkeys(("counts", "data", "checkpoints"), "not run: x")}
    assert validate(bare, "old.json").counts == "not run: x"


@pytest.mark.parametrize("name", sorted(schema_1().keys() - {"detail"}))
def test_schema_1_lacks_nothing_that_it_had(name):
    content = {key: value for key, value in schema_1().items() if key != name}
    field = {"config_sha256": "settings"}.get(name, name)
    with pytest.raises(RecordError, match=rf"^x\.json: .*field {field}: Field required"):
        validate(content, "x.json")


def test_every_stored_record_is_read_and_says_what_it_is_made_of():
    records = read_all()
    assert len(records) > 170
    for found in records:
        for sha256 in found.settings:
            assert store.settings_of(sha256, store.RUNS) is not None, found.id


def test_settings_are_kept_by_their_digest(tmp_path):
    settings = dict(model=dict(depth=23, views=[(3, 3, 3), None]), optim_wrapper=None)
    sha256 = store.keep_settings(settings, tmp_path)
    assert store.keep_settings(settings, tmp_path) == sha256
    assert store.settings_of(sha256, tmp_path)["model"]["views"] == [[3, 3, 3], None]
    assert store.settings_of("0" * 64, tmp_path) is None
    path = tmp_path / f"settings/{sha256}.json"
    path.write_text(path.read_text().replace("23", "50"))
    with pytest.raises(RecordError, match="not what its name says"):
        store.settings_of(sha256, tmp_path)
    assert read_all(tmp_path) == []  # settings are no records
