"""The page's plots as pictures for papers, PNG and SVG."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import LogLocator, NullFormatter

from ..files import whole
from .events import Judged
from .pairing import Comparison
from .points import COSTS, KINETICS, SOURCES, Point, front

COLOURS = dict(zip(SOURCES, ("#1f5fa8", "#b87800", "#00705a", "#b3361b"), strict=True))
MARKERS = dict(zip(SOURCES, ("o", "s", "^", "D"), strict=True))
DOES_NOT_HOLD = "does not hold"
MUTED = "#77736b"
LABEL_GAP = 0.035  # of a front's height
STYLE: dict[Any, Any] = {
    "font.family": "DejaVu Sans",  # matplotlib's own, so the same everywhere
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": MUTED,
    "axes.grid": True,
    "grid.color": "#e4e0d7",
    "grid.linewidth": 0.7,
    "axes.axisbelow": True,
    "svg.hashsalt": "smallbig_mm",
    "svg.fonttype": "path",
}
METADATA = {"png": {"Software": None}, "svg": {"Date": None, "Creator": None}}


def draw(points: Sequence[Point], judged: Sequence[Judged], folder: Path) -> list[Path]:
    """Write all pictures; returns their paths.

    Args:
        points: as `points.points` gives them.
        judged: as `events.judged` gives them.
        folder: where to write.

    Raises:
        DiskError: if the disk is full.
    """
    with matplotlib.rc_context(STYLE):
        figures = {"accuracy_cost": accuracy_cost(points), "ablations": ablations(judged)}
        written = []
        for name, figure in figures.items():
            for kind, metadata in METADATA.items():
                path = folder / f"{name}.{kind}"
                with whole(path) as part:
                    figure.savefig(part, format=kind, dpi=160, metadata=metadata)
                written.append(path)
    return written


def accuracy_cost(points: Sequence[Point]) -> Figure:
    """Top-1 on Kinetics-400 over GMAC a clip and a video, with a front for each source."""
    figure = Figure(figsize=(9.6, 4.6), layout="constrained")
    FigureCanvasAgg(figure)
    own = [point for point in points if point.dataset == KINETICS]
    for number, cost in enumerate(("clip", "video"), start=1):
        axes = figure.add_subplot(1, 2, number)
        _scatter(axes, own, cost)
        axes.set_xlabel(COSTS[cost])
        axes.set_ylabel("top-1, %" if number == 1 else "")
    there = [source for source in SOURCES if any(point.source == source for point in own)]
    handles = [
        Line2D(
            *([], []),
            color=COLOURS[source],
            marker=MARKERS[source],
            mfc=COLOURS[source] if any(p.ours for p in own if p.source == source) else "white",
            ls="",
            label=source,
        )
        for source in there
    ]
    for name, fill in (("with SmallBig units", MUTED), ("others", "none")):
        handles.append(Line2D([], [], color=MUTED, marker="o", ls="", mfc=fill, label=name))
    handles.append(Line2D([], [], color=MUTED, lw=1, ls=":", label="Pareto front"))
    figure.legend(handles=handles, loc="outside upper center", ncols=len(handles), frameon=False)
    return figure


def _scatter(axes: Axes, points: Sequence[Point], cost: str) -> None:
    known = [point for point in points if cost in point.costs]
    if not known:
        axes.text(0.5, 0.5, "not run: not counted yet", transform=axes.transAxes, ha="center")
        return
    for source in SOURCES:
        own = [point for point in known if point.source == source]
        best = front(own, cost)
        if len(best) > 1:
            x, y = [point.costs[cost] for point in best], [point.top1 for point in best]
            axes.step(x, y, where="post", color=COLOURS[source], lw=1, ls=":")
        for point in own:
            axes.plot(
                point.costs[cost],
                point.top1,
                marker=MARKERS[source],
                ms=6.5 if point.ours else 5,
                color=COLOURS[source],
                mfc=COLOURS[source] if point.ours else "white",
            )
        for point in _labelled(best) if source == "paper" else ():
            axes.annotate(
                re.sub(r"\[\d+\]| frames", "", point.network),
                (point.costs[cost], point.top1),
                (-4, 4),
                textcoords="offset points",
                ha="right",
                size=7,
                color=MUTED,
            )
    axes.set_xscale("log")
    low, high = (end(point.costs[cost] for point in known) for end in (min, max))
    axes.set_xlim(low * (low / high) ** 0.27, high * (high / low) ** 0.06)  # room for names
    axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.xaxis.set_major_formatter("{x:,g}")
    axes.xaxis.set_minor_formatter(NullFormatter())


def _labelled(best: Sequence[Point]) -> list[Point]:
    """Those of a front whose names do not stand at the same height; our own first."""
    least = LABEL_GAP * (best[-1].top1 - best[0].top1) if best else 0
    found: list[Point] = []
    for point in sorted(best, key=lambda point: (not point.ours, -point.top1)):
        if all(abs(point.top1 - other.top1) > least for other in found):
            found.append(point)
    return found


def ablations(judged: Sequence[Judged]) -> Figure:
    """The paper's differences beside those found here, with their 95 % intervals."""
    figure = Figure(figsize=(9.6, 0.27 * len(judged) + 1.3), layout="constrained")
    FigureCanvasAgg(figure)
    paper, here = figure.subplots(1, 2, sharey=True, width_ratios=(1, 2))
    for at, each in enumerate(judged):
        paper.plot(each.ordering.printed(), at, marker="o", ms=5, color=COLOURS["paper"])
        _difference(here, at + 0.25, each.orders, MUTED, 3.5)
        _difference(here, at - 0.1, each.events, COLOURS["measured"], 5.5)
    here.tick_params(left=False)
    for axes, title in (
        (paper, "the paper, points of top-1"),
        (here, "here on MotionShapes, points of top-1"),
    ):
        axes.axvline(0, color=MUTED, lw=0.8)
        axes.set_xlabel(title)
    paper.set_yticks(range(len(judged)), [each.ordering.claim for each in judged])
    paper.set_ylim(len(judged) - 0.4, -0.6)
    handles = [
        Line2D([], [], color=COLOURS["measured"], marker=marker, ls="", mfc=fill, label=name)
        for name, marker, fill in (
            ("events: holds", "D", COLOURS["measured"]),
            ("not decided", "D", "white"),
            ("not tested", "o", "white"),
            (DOES_NOT_HOLD, "x", COLOURS["measured"]),
        )
    ]
    handles.append(
        Line2D([], [], color=MUTED, marker="D", ms=3.5, ls="", label="order-free classes, likewise")
    )
    figure.legend(handles=handles, loc="outside upper center", ncols=len(handles), frameon=False)
    return figure


def _difference(axes: Axes, at: float, found: Comparison, colour: str, size: float) -> None:
    if found.difference is None:
        return
    axes.errorbar(
        found.difference,
        at,
        xerr=found.test.half if found.test else None,
        marker="x" if found.text == DOES_NOT_HOLD else "D" if found.test else "o",
        ms=size,
        color=colour,
        mfc=colour if found.text == "holds" else "white",
        lw=size / 5.5,
        capsize=2,
    )
