"""The page of speeds, from records made by hand: ratios, fractions, growth and its picture."""

import copy
from pathlib import Path

import pytest

from smallbig_mm.commands import make_tables
from smallbig_mm.errors import RecordError
from smallbig_mm.files import content_sha256
from smallbig_mm.records import store
from smallbig_mm.report.speed import figures, latencies
from smallbig_mm.report.speed_page import FULL, GROWTH, TWO_D, curves, document

from ..records.test_store import COUNT, VALID

RAN = dict(lower=0.9, upper=1.2, rounds=10, warm_up=2)


def timing(median, backend="torch", precision="fp32", mode="inference") -> dict:
    seconds = median if isinstance(median, str) else dict(RAN, median=median)
    return dict(
        **dict(mode=mode, backend=backend, precision=precision, weights="contiguous"),
        **dict(seconds=seconds, memory_bytes=seconds if isinstance(median, str) else 3 * 2**20),
    )


def record(timings, config=FULL, frames=8, macs=60e9, start="2026-01-01", threads=2, batch=1):
    content = copy.deepcopy(VALID) | dict(
        kind="speed",
        id=f"speed/{Path(config).stem}-{frames}-{start}-{threads}-{batch}",
        config=config,
        counts=[dict(COUNT, macs=int(macs))],
        start=f"{start}T00:00:00Z",
        metrics="not run: a time has no accuracy",
        env=dict(torch="2.13.0", processor="a processor"),
        speed=dict(
            **dict(device="CPU", threads=threads, clip=[frames, 224, 224], batch=batch),
            layout="contiguous",
            product_macs_per_second=dict(fp32=100e9, bf16="not run: nothing ran in bf16"),
            copy_bytes_per_second=1e10,
            timings=timings,
        ),
    )
    return store.validate(content, "test")


def test_figures_by_hand():
    ways = [timing(2.0), timing(0.5, "openvino"), timing(0.25, "openvino", "int8")]
    plain, fast, int8 = figures(record([*ways], batch=2))
    assert (plain["ms"], plain["clips_per_second"], plain["plain_over_this"]) == (2000, 1, 1)
    assert plain["gmac_per_second"] == pytest.approx(60)
    assert plain["of_product"] == pytest.approx(0.6)
    assert fast["plain_over_this"] == 4 and fast["peak_mib"] == 3
    assert int8["of_product"] == "not run: no product in int8"
    (step,) = figures(record([timing(2.0, mode="training")]))
    assert step["gmac_per_second"] == pytest.approx(90)  # forward and two passes backward
    (alone,) = figures(record([timing(1.0, "openvino")]))
    assert alone["plain_over_this"].startswith("not run: ")
    (failed,) = figures(record([timing("not run: out of memory")]))
    assert failed["ms"] == failed["of_product"] == "not run: out of memory"


def test_latencies_are_of_one_clip_as_it_is_and_the_newest(tmp_path):
    model = {"type": "X"}
    kept = {"settings": [store.keep_settings({"model": model}, tmp_path)]}
    ways = [timing(0.5, "openvino"), timing(0.4, precision="bf16"), timing(9.0, mode="training")]
    every = [
        record([timing(3.0), *ways], start="2026-01-01"),
        record([timing(2.0)], start="2026-01-02"),
        record([timing("not run: out of memory")], start="2026-01-03"),
        record([timing(7.0)], batch=2, start="2026-01-04"),
        record([timing(8.0)], frames=32, start="2026-01-05"),
        record([timing(4.0)], threads=1, start="2026-01-06"),
    ]
    found = latencies([each.model_copy(update=kept) for each in every], tmp_path)
    network = content_sha256({"model": model})
    ms = {
        clip: {machine: figure["ms"] for machine, figure in known.items()}
        for (name, clip), known in found.items()
        if name == network
    }
    assert ms == {
        (8, 224, 224): {"a processor, 2 threads": 2000, "a processor, 1 thread": 4000},
        (32, 224, 224): {"a processor, 2 threads": 8000},
    }
    with pytest.raises(RecordError, match="was not kept"):
        latencies(every, tmp_path)


def test_a_file_of_another_kind_does_not_name_speeds(tmp_path):
    assert "speed" not in store.write(store.validate(VALID, "x"), tmp_path).read_text()
    path = store.write(record([timing(1.0)]), tmp_path)
    assert store.read(path) == record([timing(1.0)])


def test_the_newest_time_counts_and_a_failure_does_not_replace_it():
    page = document(
        [
            record([timing(3.0)], start="2026-01-01"),
            record([timing(2.0)], start="2026-01-02"),
            record([timing("not run: out of memory")], start="2026-01-03"),
            record([timing("not run: out of memory")], frames=64),
        ]
    )
    (part,) = page.parts.values()
    assert list(part["clip"]) == ["8x224x224", "64x224x224"]
    assert list(part["ms"]) == ["2000.0", "not run: out of memory"]
    assert (part["quartiles"][0], part["quartiles"][1]) == ("900.0-1200.0", "")


def test_full_beside_2d_only_of_one_run_and_way():
    full = [timing(2.0), timing(1.0, "openvino")]
    page = document(
        [
            record(full, start="2026-01-01"),
            record([timing(1.0)], TWO_D, macs=30e9, start="2026-01-01"),
            record([timing(0.1)], TWO_D, macs=30e9, start="2026-01-02"),
        ]
    )
    (name,) = (name for name in page.parts if name.startswith("SmallBig-R50"))
    (row,) = page.parts[name].to_dict("records")
    assert (row["backend"], row["full / 2D, time"], row["full / 2D, GMAC"]) == (
        "torch",
        "2.00",
        "2.00",
    )


def test_growth_and_its_picture(tmp_path, monkeypatch):
    sweep = [record([timing(0.01 * t)], frames=t) for t in (8, 16, 32)]
    longest = record([timing(0.01 * 64 * 1.1)], frames=64)
    other = record([timing(9.0)], frames=4, threads=1)
    (curve,) = curves([*sweep, longest, other])
    assert list(curve.ms) == [8, 16, 32, 64]
    assert curve.a_frame == pytest.approx(1.1)
    for each in (*sweep, longest, other):
        store.write(each, tmp_path / "runs")
    for name, found in (("lines", []), ("latencies", {})):
        monkeypatch.setattr(make_tables, name, lambda *_, found=found, **__: found)
    monkeypatch.setattr(make_tables.page, "files", lambda *_: {})  # it and the tables take long
    monkeypatch.setattr(make_tables, "documents", lambda records, *_: {"speed": document(records)})
    arguments = ["x", "--records", tmp_path / "runs", "--out", tmp_path]
    monkeypatch.setattr("sys.argv", list(map(str, arguments)))
    make_tables.main()
    assert (tmp_path / GROWTH).read_bytes().startswith(b"\x89PNG")
    text = (tmp_path / "speed.md").read_text()
    assert f"]({GROWTH})" in text and "| 1.100 " in text
    (tmp_path / GROWTH).unlink()
    monkeypatch.setattr("sys.argv", [*map(str, arguments), "--check"])
    make_tables.main()
    assert not (tmp_path / GROWTH).exists()


def test_without_records_it_says_so():
    page = document([])
    assert "not run: no record of it yet" in page.render("md") and not page.figures
