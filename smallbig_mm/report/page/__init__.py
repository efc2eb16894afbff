"""The page: tables, plots and notes as one folder that a browser opens from disk.

`index.html`, `page.css` and `page.js` are written by hand; Jinja fills the first, and what the
plots show goes into `data.js`, a script because a page on a disk may not fetch. Plotly is
results/page's own copy.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pandas as pd
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from ...files import SHARE, relative, whole
from ...paper import TABLES, rows
from ..documents import Document
from ..events import Judged, judged
from ..grids import Grids
from ..lines import COMMON, Line, not_run
from ..pairing import Comparison
from ..points import SOURCES, Point, axes, timed
from ..speed import LATENCY, Latencies

OWN = Path(__file__).parent
FOLDER = "page"  # beside index.html: all that it needs
VENDORED = SHARE / "results" / FOLDER
PLOTLY, LICENCE = "plotly-basic-4.1.1.min.js", "LICENSE-plotly.txt"  # see its README.md


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Attributes:
        label: its head.
        group: what several columns say something of; '' for none.
        source: one of `SOURCES`, by which it is coloured and filtered; '' for none.
    """

    label: str
    group: str = ""
    source: str = ""


@dataclass(frozen=True)
class Table:
    """A table of the page.

    Attributes:
        name: its anchor.
        caption: above it.
        columns: heads.
        rows: cells, as many as there are columns.
        notes: footnotes, numbered from 1.
    """

    name: str
    caption: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Markup]]
    notes: Sequence[str] = ()


# What the page calls columns of `tables.documents`, in its order; the rest it leaves out.
PRINTED = {
    "row": Column("row"),
    "network": Column("network"),
    "paper": Column("paper", "top-1 / top-5, %", "paper"),
    "third party": Column("third party", "top-1 / top-5, %", "third party"),
    "converted": Column("converted", "top-1 / top-5, %", "converted"),
    "measured": Column("measured", "top-1 / top-5, %", "measured"),
    "difference": Column("difference", "top-1 / top-5, %", "measured"),
    "GFLOPs, paper": Column("paper", "GMAC a clip", "paper"),
    "GMAC": Column("counted", "GMAC a clip"),
    "GMAC off": Column("off", "GMAC a clip"),
    "clip": Column("clip", "GMAC a clip"),
    "own": Column("own protocol", "GMAC a video"),
    "common": Column("{} x {} at {}".format(*COMMON), "GMAC a video"),
    "params M, paper": Column("paper", "parameters, M", "paper"),
    "params M": Column("counted", "parameters, M"),
    "params off": Column("off", "parameters, M"),
}
MARKED = ("params off", "GMAC off")  # columns with marks of footnotes
PROTOCOL = Column("protocol", "test and training")
SOURCE_OF = {
    "paper, points": "paper",
    "paper top-1 %": "paper",
    "GFLOPs, paper": "paper",
    "here, points": "measured",
    "order-free, points": "measured",
    "events, points": "measured",
    "events top-1 %": "measured",
    "order-free top-1 %": "measured",
    "direction top-1 %": "measured",
    "ms": "measured",
}
PERCENT = "\N{NO-BREAK SPACE}%"
NOT_TIMED = "not run: no record of speed yet"


def files(
    home: Path,
    every: Sequence[Line],
    documents: Mapping[str, Document],
    points: Sequence[Point],
    grids: Grids,
    latencies: Latencies,
) -> dict[Path, str]:
    """The page's own files, as text, by where they go.

    Args:
        home: folder of index.html.
        every: all lines.
        documents: `tables.documents` of them.
        points: of the plots.
        grids: MotionShapes' networks.
        latencies: as `speed.latencies` gives them.
    """
    root = Path(os.path.relpath(SHARE, home)).as_posix()
    env = Environment(
        loader=FileSystemLoader(OWN),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters["prose"] = _prose
    env.globals["zip"] = zip
    coverage, *noted = documents["README"].parts.items()
    text = env.get_template("index.html").render(
        folder=FOLDER,
        plotly=PLOTLY,
        licence=LICENCE,
        sources=SOURCES,
        coverage=[*coverage[1].itertuples(index=False, name=None)],
        texts=[*documents[f"table{TABLES[0]:02d}"].texts],
        tables=[
            _printed(number, documents[f"table{number:02d}"], every, latencies, root)
            for number in TABLES
        ],
        others=[
            (documents[name], _tables(name, documents[name], root)) for name in ("matched", "units")
        ],
        grids=[
            (documents[name], _tables(name, documents[name], root))
            for name in ("events", "motion_shapes")
        ],
        speed=documents["speed"],
        speed_tables=_tables("speed", documents["speed"], root),
        noted=[
            _table(f"notes-{number}", heading, frame, {}, root)
            for number, (heading, frame) in enumerate(noted)
        ],
        not_run=not_run(),
    )
    return {
        home / "index.html": text,
        home / FOLDER / "data.js": _data(points, judged(grids), latencies, root),
        home / FOLDER / "page.css": (OWN / "page.css").read_text(encoding="utf-8"),
        home / FOLDER / "page.js": (OWN / "page.js").read_text(encoding="utf-8"),
    }


def copy_plotly(home: Path) -> list[Path]:
    """Put Plotly beside a page that is not the checkout's own; returns where it lies then.

    Raises:
        DiskError: if the disk is full.
    """
    written = []
    for name in (PLOTLY, LICENCE):
        source, target = VENDORED / name, home / FOLDER / name
        if target.resolve() != source.resolve():
            with whole(target) as part:
                shutil.copyfile(source, part)
            written.append(target)
    return written


# --------------------------------------------------------------------------------------------------
# Tables


def _printed(
    number: int, document: Document, every: Sequence[Line], latencies: Latencies, root: str
) -> Table:
    """One of the paper's tables: its costs and accuracies side by side, and latencies."""
    costs, accuracy = document.parts["Costs"], document.parts["Accuracy"]
    own = [line for line in every if line.row.table == number]
    frame = costs.drop(columns="status").join(accuracy.drop(columns=["row", "network", "status"]))
    frame["GMAC"] = costs["GMAC"].where(costs["status"] == "counted", costs["status"])
    frame["own"] = [f"{line.per_video():,.0f}" if line.counted else "" for line in own]
    frame["common"] = [
        f"{line.per_video(common=True):,.0f}" if line.counted else "" for line in own
    ]
    frame = frame[[*PRINTED]]
    columns = [*PRINTED.values()]
    for machine in machines(latencies):
        columns.append(Column(machine, LATENCY, "measured"))
        frame[machine] = [_latency(line, latencies, machine) for line in own]
    if not latencies:
        columns.append(Column("latency", LATENCY, "measured"))
        frame["latency"] = NOT_TIMED
    columns.append(PROTOCOL)
    frame["protocol"] = accuracy["protocol"]
    name = f"table{number:02d}"
    cells = _rows(frame, document.links, root, name)
    return Table(name, document.title, columns, cells, document.footnotes)


def machines(latencies: Latencies) -> list[str]:
    """Where networks were timed."""
    return list(dict.fromkeys(name for known in latencies.values() for name in known))


def _latency(line: Line, latencies: Latencies, machine: str) -> str:
    if len(line.members) != 1:
        return "not run: an ensemble"
    found = timed(line, latencies).get(machine)
    return "not run: no record of it here" if found is None else f"{found['ms']:.1f}"


def _tables(name: str, document: Document, root: str) -> list[Table]:
    return [
        _table(f"{name}-{number}", heading or document.title, frame, document.links, root)
        for number, (heading, frame) in enumerate(document.parts.items())
    ]


def _table(
    name: str, caption: str, frame: pd.DataFrame, links: Mapping[str, str], root: str
) -> Table:
    columns = [Column(label, "", SOURCE_OF.get(label, "")) for label in map(str, frame.columns)]
    return Table(name, caption, columns, _rows(frame, links, root, name))


def _rows(
    frame: pd.DataFrame, links: Mapping[str, str], root: str, name: str
) -> list[list[Markup]]:
    known = {row.id: relative(row.configs[0]) for row in rows() if row.configs} | {**links}
    return [
        [
            _linked(cell, f"{root}/{known[cell]}")
            if column in ("row", "first row") and cell in known
            else _cell(cell, f"{name}-note-" if column in MARKED else "")
            for column, cell in zip(frame.columns, cells, strict=True)
        ]
        for cells in frame.itertuples(index=False)
    ]


def _linked(text: str, target: str) -> Markup:
    return Markup('<a href="{}">{}</a>').format(quote(target), text)


def _cell(text: str, notes: str = "") -> Markup:
    """A cell: what is not there as a dash, what follows a figure in brackets small, marks as links.

    Args:
        text: as `Document` has it.
        notes: what the anchors of the footnotes begin with that its marks mean, if it has any;
            elsewhere the paper's citations look the same.
    """
    if not text:
        return Markup('<span class="none">&ndash;</span>')
    if text.startswith("not run"):
        return Markup('<span class="not-run">{}</span>').format(text)
    body, *marks = re.split(r" \[(\d+)\]", text) if notes else [text]
    body = body.replace(" %", PERCENT)
    found = escape(body)
    figure = re.fullmatch(r"([\d.,+ /-]*\d) \((.*)\)", body)
    if figure:
        found = Markup("{} <small>{}</small>").format(*figure.groups())
    for number in filter(None, marks):
        mark = '<sup><a href="#{}{}" aria-label="note {}">{}</a></sup>'
        found += Markup(mark).format(notes, number, number, number)
    return found


def _prose(text: str) -> Markup:
    """A paragraph of a `Document`: what stands in backticks as code."""
    parts = text.replace(" %", PERCENT).split("`")
    code = Markup("<code>{}</code>")
    return Markup("").join(
        code.format(part) if number % 2 else escape(part) for number, part in enumerate(parts)
    )


# --------------------------------------------------------------------------------------------------
# Plots


def _data(points: Sequence[Point], found: Iterable[Judged], latencies: Latencies, root: str) -> str:
    """The script with what the plots show."""
    content = {
        "root": root,
        "sources": SOURCES,
        "axes": axes(latencies),
        "noLatency": "" if latencies else NOT_TIMED,
        "points": [asdict(point) for point in points],
        "orderings": [
            {
                "claim": each.ordering.claim,
                "paper": each.ordering.printed(),
                "events": _compared(each.events),
                "orderFree": dict(_compared(each.orders), atChance=each.at_chance),
            }
            for each in found
        ],
    }
    text = json.dumps(_rounded(content), ensure_ascii=False, indent=1, allow_nan=False)
    return f"// Made by tools/make_tables.py.\nconst DATA = {text};\n"


def _compared(found: Comparison) -> dict[str, Any]:
    half = found.test.half if found.test else None
    return {"difference": found.difference, "half": half, "verdict": found.text}


def _rounded(value: Any) -> Any:
    """Figures to six digits, which no platform's arithmetic changes."""
    if isinstance(value, float):
        return float(f"{value:.6g}")
    if isinstance(value, Mapping):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_rounded(item) for item in value]
    return value
