"""The generated tables are what the data give, and every distance has its reason."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from smallbig_mm.files import SHARE
from smallbig_mm.records.schema import Data
from smallbig_mm.report import tables
from smallbig_mm.report.documents import FORMATS
from smallbig_mm.report.lines import lines, notes
from smallbig_mm.report.tables import TOLERANCE, gap_of, off
from smallbig_mm.report.third_party import figures

TABLES = SHARE / "results/tables"


def test_stored_tables_are_regenerated_byte_for_byte(documents):
    for name, document in documents.items():
        assert (TABLES / f"{name}.md").read_text() == document.render("md"), name


def test_links_lead_to_files(documents):
    found = 0
    for path in TABLES.glob("*.md"):
        for link in re.findall(r"\]\(([^)]+)\)", path.read_text()):
            assert (path.parent / link).is_file(), (path, link)
            assert f"[{Path(link).stem}]({link})" in path.read_text()
            found += 1
    assert found > 100


def test_every_row_with_a_config_is_counted(every):
    assert all(line.counted for line in every if line.config)


def test_what_is_off_has_a_note_and_what_is_not_has_none(every):
    far = {
        (line.row.id, quantity)
        for line in every
        for quantity in ("params_m", "gflops")
        if abs(gap_of(line, quantity) or 0) > TOLERANCE
    }
    assert far == set(notes())


def test_notes_name_a_count_that_explains_them(every):
    """Where a note names a clip and does not call it open, the count there is within tolerance."""
    by_id = {line.row.id: line for line in every}
    for (row, quantity), note in notes().items():
        if note.clip is None or "not established" in note.text:
            continue
        count = by_id[row].noted[quantity]
        macs = count.macs - (0 if note.attention else count.activation_product_macs)
        assert abs(off(macs / 1e9, by_id[row].row.cells["gflops"])) <= TOLERANCE, row


def test_a_note_prints_the_recorded_count_of_the_config_that_it_names(records):
    (row,) = (row for row in tables.rows() if row.id == "table10/17_smallbig_r50")
    note = notes()[row.id, "gflops"]
    (line,) = lines(records, [row])
    count = line.noted["gflops"]
    assert count.params < line.counts[0][count.clip].params
    found = tables.note_text(line, note)
    assert f"; smallbig_r50_6extra_k400 counted at 8x224x224: {count.macs / 1e9:.2f} G" in found
    (line,) = lines([r for r in records if "6extra" not in r.config], [row])
    assert line.counted
    assert tables.note_text(line, note).endswith("6extra_k400 not run: not counted yet")


def test_status_and_cells(documents):
    accuracy = documents["table10"].parts["Accuracy"].set_index("row")
    assert accuracy.loc["01_stc", "status"] == "cost only"
    assert accuracy.loc["17_smallbig_r50", "status"] == "cost only"
    assert accuracy.loc["17_smallbig_r50", "measured"] == "not run: no Kinetics-400"
    assert "10 x 3 at 256, 256 epochs" in accuracy.loc["08_slowonly", "third party"]
    assert not (accuracy[["measured", "status"]] == "").any().any()
    both = documents["table11"].parts["Accuracy"]["network"]
    assert both.str.contains("V1").sum() == 17 and both.str.contains("V2").sum() == 9


def test_matched_by_hand(every):
    """GMAC of a video is that of a clip at the tested crop, times clips and crops."""
    line = next(line for line in every if line.row.id == "table10/25_smallbig_r101")
    assert line.per_video() == pytest.approx(12 * line.gmac(256))
    assert line.per_video(common=True) == pytest.approx(30 * line.gmac(256))
    assert line.gmac(256) / line.gmac(224) == pytest.approx((256 / 224) ** 2, rel=1e-3)
    pair = next(line for line in every if line.row.id == "table10/26_smallbig_en")
    r50 = next(line for line in every if line.row.id == "table10/17_smallbig_r50")
    assert pair.params() == pytest.approx(line.params() + r50.params())
    assert pair.gmac(224) == pytest.approx(line.gmac(224) + r50.gmac(224))


def test_measured_and_converted_stand_apart(every, records):
    """A line's cells, of tests that fill it (which do is judged in test_judging.py)."""
    line = next(line for line in every if line.row.id == "table06/03_max_pool")
    some = next(record for record in records if record.kind == "train")
    seen = dict(
        **dict(dataset="kinetics400", list="val.txt", sha256="0" * 64, samples=19800, skipped=0),
        **dict(known="x", manifest=None),
    )
    metrics = {"acc/top1": 0.7001, "acc/top5": 0.9}
    test = some.model_copy(update=dict(kind="test", metrics=metrics, data=[Data(**seen)]))
    cells = tables.accuracy_of(replace(line, test=test))
    assert (cells["measured"], cells["converted"]) == ("70.01 / 90.00 (19800 videos)", "")
    assert cells["difference"] == "-2.59 / -0.30" and cells["status"] == "measured"
    cells = tables.accuracy_of(replace(line, converted=test))
    assert cells["converted"] == "70.01 / 90.00 (19800 videos)" and cells["difference"] == ""
    assert (cells["measured"], cells["status"]) == ("not run: no Kinetics-400", "converted")


@pytest.mark.parametrize("kind", FORMATS)
def test_formats_hold_every_row(documents, kind):
    text = documents["table06"].render(kind)
    for number in ("13.24", "31.47", "28.9", "72.6"):
        assert number in text
    if kind == "html":
        assert "<script" not in text and text.count("<table") == 2
    if kind == "latex":
        assert text.count("\\toprule") == 2 and " & " in text and "03\\_max\\_pool" in text


def test_third_party_is_the_installed_zoo():
    found = figures()
    assert (found["table10/08_slowonly"].top1, found["table10/08_slowonly"].top5) == (74.82, 91.8)
    assert all(50 < figure.top1 < figure.top5 < 100 for figure in found.values())


def test_off_by_hand():
    assert off(33.0, "30") == pytest.approx(10)
    assert off(13.4, "13.4M") == 0
    assert off(1.0, "N/A") is off(1.0, "-") is off(1.0, "") is None


def test_nothing_else_lies_among_the_tables(documents):
    own = {"quickstart.md", *documents["speed"].figures}
    assert {path.name for path in Path(TABLES).iterdir()} == {f"{n}.md" for n in documents} | own
