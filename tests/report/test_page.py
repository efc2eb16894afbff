"""The page is what the data give, complete, and it opens from a disk."""

import hashlib
import html
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pandas as pd
import pytest

from smallbig_mm.commands import make_tables
from smallbig_mm.errors import UserError
from smallbig_mm.files import SHARE
from smallbig_mm.paper import rows
from smallbig_mm.records import store
from smallbig_mm.report import page, pictures, tables
from smallbig_mm.report.documents import Document
from smallbig_mm.report.events import ORDERINGS, judged
from smallbig_mm.report.grids import Grids
from smallbig_mm.report.points import KINETICS, MOTION_EVENTS, MOTION_SHAPES, Point, front, points
from smallbig_mm.report.speed import latencies

RESULTS = SHARE / "results"
MOST = 6 * 2**20  # bytes of a page


class Elements(HTMLParser):
    """Names, attributes and text of all elements."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    def attribute(self, name: str) -> list[str]:
        return [attributes[name] or "" for _, attributes in self.found if name in attributes]


@pytest.fixture(scope="module")
def made(records, every, grids, documents):
    """Arguments of `page.files` but for the folder."""
    timed = latencies(records, store.RUNS)
    return dict(
        every=every,
        documents=documents,
        points=points(every, grids, timed),
        grids=grids,
        latencies=timed,
    )


@pytest.fixture(scope="module")
def data():
    text = (RESULTS / "page/data.js").read_text()
    return json.loads(text.partition("const DATA = ")[2].rstrip().removesuffix(";"))


def test_the_stored_page_is_regenerated_byte_for_byte(made):
    for path, text in page.files(RESULTS, **made).items():
        assert path.read_text() == text, path


def test_it_holds_every_row_and_every_printed_accuracy():
    text = html.unescape((RESULTS / "index.html").read_text())
    body = re.sub(r"<[^>]+>", " ", text)
    for row in rows():
        assert row.cells["label"] in body
    assert len(re.findall(r'<section class="table printed"', text)) == 10
    assert "not run: no Kinetics-400" in body


def test_what_it_needs_lies_beside_it_and_nothing_comes_from_a_network():
    elements = Elements((RESULTS / "index.html").read_text())
    sources = [*elements.attribute("src"), *elements.attribute("href")]
    assert len(sources) > 100
    names = set(elements.attribute("id"))
    assert len(names) == len(elements.attribute("id"))
    outside = {source for source in sources if re.match(r"https?:", source)}
    assert outside == {"https://arxiv.org/abs/2006.14582", "https://plotly.com/javascript/"}
    assert not [source for source in elements.attribute("src") if source in outside]
    for source in set(sources) - outside - {"data:,"}:
        if source.startswith("#"):
            assert source[1:] in names, source
        else:
            assert (RESULTS / unquote(source)).resolve().is_file(), source
    own = [RESULTS / "index.html", *(RESULTS / "page").iterdir()]
    assert sum(path.stat().st_size for path in own) < MOST
    assert {path.name for path in own[1:]} == {
        *("data.js", "page.css", "page.js", "README.md", page.PLOTLY, page.LICENCE)
    }


def test_plotly_is_the_stated_one():
    sha256 = hashlib.sha256((RESULTS / "page" / page.PLOTLY).read_bytes()).hexdigest()
    assert f"| `{page.PLOTLY}` | `{sha256}` |" in (RESULTS / "page/README.md").read_text()
    assert "MIT" in (RESULTS / "page" / page.LICENCE).read_text()


def test_points_by_hand(made, data):
    """The paper's SmallBig-R101 of Table 10: 4 clips x 3 crops at 256; costs as counted."""
    (point,) = (
        point
        for point in data["points"]
        if point["row"] == "table10/25_smallbig_r101" and point["source"] == "paper"
    )
    (line,) = (line for line in made["every"] if line.row.id == point["row"])
    assert (point["top1"], point["dataset"], point["ours"]) == (77.4, KINETICS, True)
    assert point["costs"]["printed"] == 418
    assert point["costs"]["video"] == pytest.approx(12 * line.gmac(256), rel=1e-5)
    assert point["costs"]["common"] == pytest.approx(30 * line.gmac(256), rel=1e-5)
    zoo = [point for point in data["points"] if point["source"] == "third party"]
    slow_only = next(point for point in zoo if point["row"] == "table10/08_slowonly")
    assert (slow_only["top1"], slow_only["costs"]["clip"]) == (74.82, 54.75)
    assert slow_only["costs"]["video"] == pytest.approx(30 * 54.75)
    assert all("common" not in point["costs"] for point in zoo)
    assert (SHARE / point["config"]).is_file()


def test_rows_that_are_the_same_are_one_point(data):
    (smallbig,) = (
        point
        for point in data["points"]
        if "table10/17_smallbig_r50" in (point["row"], *point["others"])
        and (point["dataset"], point["source"]) == (KINETICS, "paper")
    )
    assert {smallbig["row"], *smallbig["others"]} == {
        *("table08/04_smallbig_r50", "table09/02_default", "table10/17_smallbig_r50")
    }


def test_measured_points_are_motion_shapes_until_something_is_measured(made, data):
    measured = [point for point in data["points"] if point["source"] == "measured"]
    shapes = [point for point in measured if point["dataset"] == MOTION_SHAPES]
    events = [point for point in measured if point["dataset"] == MOTION_EVENTS]
    grids = made["grids"]
    assert (len(shapes), len(events)) == (len(grids.orders), len(grids.events))
    assert all(point["half"] > 0 for point in shapes)
    tests = [line for line in made["every"] if line.test]
    assert len(measured) - len(shapes) - len(events) <= len(tests)


def test_orderings_are_the_tables(made, data):
    found = [
        (each["claim"], each["orderFree"]["verdict"], each["events"]["verdict"])
        for each in data["orderings"]
    ]
    table = made["documents"]["events"].parts[ORDERINGS]
    columns = ("the paper says", "order-free: it", "events: it")
    assert found == [*zip(*(table[column] for column in columns), strict=True)]
    old = made["documents"]["motion_shapes"].parts["Orderings"]
    assert [*old["here it"]] == [*table["order-free: it"]]


def point(cost: float | None, top1: float) -> Point:
    costs = {} if cost is None else {"clip": cost}
    return Point("table02/01_r23", "", "", "paper", top1, None, costs, "", "", "", False)


def test_front_by_hand():
    a, b, c, d, e = point(1, 60), point(2, 70), point(2, 65), point(3, 70), point(9, 80)
    assert front([e, d, c, b, a, point(None, 99)], "clip") == [a, b, e]
    assert front([], "clip") == []


def test_latency_stands_with_its_row_and_machine(made):
    line = next(line for line in made["every"] if line.row.id == "table02/01_r23")
    network = tables.digest(line.members[0], ["model"])
    timed = {
        (network, (8, 224, 224)): {"a <b>, 2 threads": dict(ms=12.34)},
        (network, (16, 224, 224)): {"a <b>, 2 threads": dict(ms=99.9)},
    }
    files = page.files(RESULTS, **{**made, "latencies": timed})
    text = files[RESULTS / "index.html"]
    assert ">12.3</td>" in text and ">99.9</td>" not in text and "a &lt;b&gt;, 2 threads" in text
    assert page.NOT_TIMED not in text
    (found,) = (
        each.costs["latency: a <b>, 2 threads"]
        for each in points([line], Grids([], [], []), timed)
        if each.source == "paper"
    )
    assert found == 12.34
    assert page.NOT_TIMED in (RESULTS / "index.html").read_text() or made["latencies"]


def test_what_data_say_is_no_markup(made, tmp_path):
    evil = '<script>alert("x")</script>'
    frame = pd.DataFrame([{"row": evil, "GMAC off": f"{evil} [1]", "ms": f"1.0 ({evil})"}])
    document = Document(evil, [f"`{evil}`"], {evil: frame}, [evil], {evil: evil})
    bad = replace(made["points"][0], network=evil, origin="</script>")
    files = page.files(
        tmp_path,
        **{
            **made,
            "documents": {**made["documents"], "speed": document},
            "points": [bad],
        },
    )
    text = files[tmp_path / "index.html"]
    assert "alert(" in text and "<script>" not in text
    assert "%3Cscript%3E" in text  # the link
    assert (
        json.loads(files[tmp_path / "page/data.js"].partition("= ")[2][:-2])["points"][0]["network"]
        == evil
    )


def test_marks_lead_to_footnotes_and_the_papers_citations_to_nothing():
    text = (RESULTS / "index.html").read_text()
    assert '-74.7\N{NO-BREAK SPACE}%<sup><a href="#table10-note-2"' in text
    assert ">TSN [33] Inception 8 frames V1<" in text


def test_a_page_elsewhere_leads_to_the_configs_here(made, tmp_path):
    files = page.files(tmp_path, **made)
    links = Elements(files[tmp_path / "index.html"]).attribute("href")
    config = next(link for link in links if link.endswith("table05/04_typical.py"))
    assert (tmp_path / config).resolve() == SHARE / "configs/table05/04_typical.py"
    assert [path.name for path in page.copy_plotly(tmp_path)] == [page.PLOTLY, page.LICENCE]
    assert page.copy_plotly(RESULTS) == []


def test_check_names_what_is_another_or_missing(tmp_path):
    path = tmp_path / "index.html"
    with pytest.raises(UserError, match=r"index.html: no such file; --check"):
        make_tables._check({path: "new"})
    path.write_text("old")
    with pytest.raises(UserError, match=r"not what the data give: .*index.html; run tools/make"):
        make_tables._check({path: "new"})
    make_tables._check({path: "old"})


def test_pictures_say_so_where_nothing_was_counted(made, tmp_path):
    bare = [replace(point, costs={}) for point in made["points"]]
    pictures.draw(bare, [], tmp_path)
    assert (tmp_path / "accuracy_cost.png").is_file()
    texts = pictures.accuracy_cost(bare).axes[0].texts
    assert [text.get_text() for text in texts] == ["not run: not counted yet"]


def test_pictures_are_the_same_each_time(made, tmp_path):
    found = judged(made["grids"])
    first, second = (
        pictures.draw(made["points"], found, tmp_path / name) for name in ("first", "second")
    )
    assert [path.name for path in first] == [
        *("accuracy_cost.png", "accuracy_cost.svg", "ablations.png", "ablations.svg")
    ]
    for one, other in zip(first, second, strict=True):
        assert one.read_bytes() == other.read_bytes(), one.name
        assert (RESULTS / "figures" / one.name).is_file()
    assert "<dc:date>" not in first[1].read_text()
    assert Path(first[0]).read_bytes().startswith(b"\x89PNG")
