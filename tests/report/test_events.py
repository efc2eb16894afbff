"""The page of MotionShapes' events: from made-up figures, and from none."""

from dataclasses import replace

import numpy as np
import pytest
from mmengine.config import Config
from scipy.stats import ttest_rel

from smallbig_mm.experiments.costs import network_of
from smallbig_mm.files import CONFIGS, SHARE
from smallbig_mm.paper import find
from smallbig_mm.report import one_host, page, pictures
from smallbig_mm.report.controls import controls
from smallbig_mm.report.events import NOTHING, ORDERINGS, POWER, RANKS, events, judged
from smallbig_mm.report.grids import Grids
from smallbig_mm.report.orderings import orderings
from smallbig_mm.report.pairing import tally
from smallbig_mm.report.points import MOTION_EVENTS, points
from smallbig_mm.report.readme import blocks
from smallbig_mm.report.speed import latencies
from smallbig_mm.report.units import UNITS

from .made import SOME, network, record, seeds

TWO_D, THREE_D = [50.0, 51.0, 52.5, 49.5, 50.5], [70.0, 72.0, 71.5, 73.0, 70.5]
VIEW, TWIN = "configs/beyond/past_r23.py", "table05/04_typical"


def made_up(orders):
    """Top-1 that is the paper's, and a spread over five seeds that differs by network."""
    found = []
    for at, each in enumerate(orders):
        top1 = float(find(each.rows[0]).cells["top1"])
        spread = np.random.default_rng(at).normal(0, 0.5, 5)
        found.append(network(" ".join(each.rows), "events", seeds(*(top1 + s for s in spread))))
    two_d, three_d, *rest = found
    found = [
        replace(two_d, records=network("", "events", seeds(*TWO_D)).records),
        replace(three_d, records=network("", "events", seeds(*THREE_D)).records),
        *rest,
        network("configs/units/tei_r23.py", "events", {0: 69.0, 1: 71.0, 4: 70.5}),
        network(VIEW, "events", seeds(60.0, 62.0, 61.0)),
    ]
    return found


@pytest.fixture(scope="module")
def full(grids):
    view = network(VIEW, "x", {})
    records = {seed: record(order_free=90.0 + seed, direction=95.0 - seed % 2) for seed in range(3)}
    twin = {seed: record(order_free=91.0 + seed % 2, direction=50.0) for seed in range(3)}
    direction = [replace(view, records=records), network(TWIN, "x", {})]
    direction[1] = replace(direction[1], records=twin)
    return Grids(grids.orders, made_up(grids.orders), direction)


@pytest.fixture(scope="module")
def document(full):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(one_host, "twins", lambda: {VIEW: TWIN})
        return events([SOME], full)


def line(document, part, column, cell):
    frame = document.parts[part]
    (found,) = frame[frame[column] == cell].to_dict("records")
    return found


def test_an_ordering_by_hand(document):
    found = line(document, ORDERINGS, "the paper says", "3D is better than 2D")
    test = ttest_rel(THREE_D, TWO_D)
    low, high = test.confidence_interval(0.95)
    assert found["events, points"] == f"{(low + high) / 2:+.1f} ± {(high - low) / 2:.1f}"
    assert found["order-free, points"] == "+54.7 ± 15.6"  # as motion_shapes.md has it
    assert (found["events: it"], found["order-free: it"]) == ("holds", "holds")
    assert 24 * test.pvalue < 0.001 and found["events p, Holm"] == "< 0.001"
    assert found["seeds"] == "5"


def test_seeds_needed_and_what_cannot_be_decided(document):
    rows = {each.claim: len(each.weights) for each in orderings()}
    for cells in document.parts[POWER].to_dict("records"):
        needed, here = cells["seeds for the paper's"], cells["at this scale"]
        enough = not needed.startswith(">") and int(needed) <= int(cells["seeds"])
        could = "the paper's difference would be found with 80 % power"
        assert here in ("decided", could if enough else "too few seeds")
        networks = rows[cells["the paper says"]]
        assert needed.startswith(">") or int(cells["runs"]) == networks * int(needed)
        assert float(cells["found, points"]) > 0
        assert (cells["the paper says"] in document.texts[2]) == (here == "too few seeds")


def test_the_papers_own_figures_rank_as_the_paper_does(document):
    lines = document.parts[RANKS].to_dict("records")
    found = [cells for cells in lines if cells["classes"] == "events"]
    assert [cells["number"] for cells in found] == ["24", "20"]
    assert all(float(cells["Spearman"].split()[0]) > 0.5 for cells in found)
    assert found[1]["the 95 % interval of Spearman's"].startswith("is above zero")


def test_units_by_hand(document, full):
    part = "Units on one host"
    tei = line(document, part, "unit", "TEI")
    test = ttest_rel([69.0, 71.0, 70.5], [TWO_D[seed] for seed in (0, 1, 4)])
    low, high = test.confidence_interval(0.95)
    cell = f"{(low + high) / 2:+.1f} ± {(high - low) / 2:.1f} (p "
    assert tei["to 2D, points"].startswith(cell)
    assert tei["to 2D, points"].endswith(", without seeds 2, 3)")
    assert (tei["events top-1 %"], tei["seeds"]) == ("70.2 ± 1.0", "3")
    assert line(document, part, "unit", "none, 2D")["to 2D, points"] == ""
    smallbig = line(document, part, "unit", "SmallBig, full")
    assert "better" in smallbig["to 2D, points"] and not smallbig["to SmallBig (full), points"]
    glore = line(document, part, "unit", "GloRe")
    assert glore["events top-1 %"] == "not run: no record of configs/units/glore_r23.py"


def test_units_that_are_rows_are_the_same_networks():
    for stem in UNITS:
        config = CONFIGS / f"units/{stem}_r23.py"
        assert config.is_file()
        if stem in one_host.ROWS:
            row = find(one_host.ROWS[stem]).configs[0]
            assert network_of(Config.fromfile(config)) == network_of(Config.fromfile(row))


def test_one_way_views_by_hand(document):
    on_events, order_free, direction = document.parts["One-way views and their twins"].to_dict(
        "records"
    )
    assert [cells["classes"] for cells in (on_events, order_free, direction)] == [
        *("events", "order-free", "direction")
    ]
    assert direction["one-way view"] == "beyond/past_r23" and direction["twin"] == TWIN
    assert (direction["one-way top-1 %"], direction["twin top-1 %"]) == ("94.7 ± 0.6", "50.0 ± 0.0")
    assert direction["difference, points"].startswith("+44.7 ± 1.4 (p < 0.001, better")
    assert "not decided" in order_free["difference, points"]


def test_controls_stand_beside_the_clips():
    left = dict(single=40.0, shuffled=50.0, reversed=60.0)
    own = {}
    for seed in range(2):
        figures = {f"{name}/motion_shapes/events": value + seed for name, value in left.items()}
        figures["motion_shapes/events"] = 60.0
        own[seed] = SOME.model_copy(update=dict(metrics=figures))
    tested = replace(network("table02/01_r23", "events", {}), records=own)
    untested = network("table02/02_r23_3d", "events", seeds(70.0))
    alone = network("table02/01_r23", "events", seeds(44.0, 46.0))
    found = controls(Grids([], [tested, untested], [], [alone])).values.tolist()
    assert found == [
        ["2D, trained and tested on one frame a clip", "45.0 ± 1.4, of one frame", "", "", ""],
        ["table02/01_r23", "60.0 ± 0.0", "40.5 ± 0.7", "50.5 ± 0.7", "60.5 ± 0.7"],
        ["table02/02_r23_3d", "70.0", *["not run: not in its records"] * 3],
    ]
    nothing = controls(Grids([], [], [])).values.tolist()
    assert nothing == [["2D, trained and tested on one frame a clip", "not run: no record yet"]]


def test_a_twin_is_named_by_the_config(monkeypatch, tmp_path):
    (tmp_path / "beyond").mkdir()
    (tmp_path / "beyond/past_r23.py").write_text(f'twin = "{TWIN}"\n')
    (tmp_path / "beyond/other_r23.py").write_text("x = 1\n")
    monkeypatch.setattr(one_host, "CONFIGS", tmp_path)
    assert [*one_host.twins().values()] == [TWIN]


def test_missing_networks_and_seeds_say_so(grids):
    some = made_up(grids.orders)[2:]
    some[0] = replace(some[0], records={0: some[0].records[0], 3: some[0].records[3]})
    document = events([], Grids(grids.orders, some, []))
    assert line(document, ORDERINGS, "the paper says", "3D is better than 2D")["events: it"] == (
        "not run: no record of table02/02_r23_3d, table02/01_r23"
    )
    step = line(document, ORDERINGS, "the paper says", "SmallBig in res2 adds to res3+4+5")
    assert step["seeds"] == "2 (without 1, 2, 4)"
    tested = (document.parts[ORDERINGS]["events, points"] != "").sum()
    assert tested < 24 and f"{24 - tested} were not run." in document.texts[1]


def test_without_records_everything_says_so(grids):
    document = events([], Grids(grids.orders, [], []))
    frame = document.parts[ORDERINGS]
    assert frame["events: it"].str.startswith("not run: no record of table0").all()
    assert (frame["order-free, points"] != "").all()
    assert "On events: 24 were not run." in document.texts[1]
    assert document.texts[2].endswith("with the seeds so far: no ordering has a test yet.")
    assert document.parts["Networks"].to_dict("records") == [{"row": NOTHING}]
    units = document.parts["Units on one host"]
    assert units["events top-1 %"].str.startswith("not run: no record of ").all()
    assert (document.parts["CPU time"]["CPU hours"] == NOTHING).all()


def test_it_reaches_the_first_page_and_the_plots(
    full, document, documents, every, records, tmp_path
):
    parts = blocks(records, {**documents, "events": document})
    claims = document.parts[ORDERINGS]
    for verdict in ("holds", "does not hold", "not decided"):
        own = claims[claims["events: it"] == verdict]["the paper says"]
        (text,) = (t for t in parts["events"].split("\n- ") if t.startswith(f"**{verdict}**"))
        assert " ".join(text.split()).rstrip(".").endswith("; ".join(own) or "none")
    assert "not run" not in parts["events"]
    assert tally(claims["events: it"]) in " ".join(parts["toy_scale"].split())
    timed = latencies(records, SHARE / "results/runs")
    *there, view = full.events  # whose config is made up
    assert view.name == "beyond/past_r23"
    shown = points(every, full._replace(events=there), timed)
    tei = next(each for each in shown if each.row == "units/tei_r23")
    assert (tei.dataset, tei.config, tei.ours) == (MOTION_EVENTS, SOME.config, False)
    files = page.files(tmp_path, every, {**documents, "events": document}, shown, full, timed)
    first = judged(full)[0].events.test
    assert f'"difference": {first.mean:.6g}' in files[tmp_path / "page/data.js"]
    figure = pictures.ablations(judged(full))
    paper, here = figure.axes
    assert len(here.containers) == 48 and len(paper.lines) == 25  # either grid; a line at zero
