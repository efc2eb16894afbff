"""The drawings: a confusion matrix of any size, a reliability diagram, curves of trainings."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.colors import PowerNorm
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patheffects import withStroke
from matplotlib.ticker import MaxNLocator, PercentFormatter
from numpy.typing import NDArray

from ..files import whole
from .curves import Curves

COUNTED, NAMED = 15, 60  # classes: up to which cells have numbers, and axes names
PAIRS, NUMBERED = 25, 10  # confusions beside a matrix without names; those with a number in it
WRONG = "#d9480f"
HOVERED = 1000  # points of a series that say what they are, at most
DPI = 150


def save(figure: Figure, path: Path) -> None:
    """Write a PNG."""
    with whole(path) as part:
        figure.savefig(part, format="png", dpi=DPI, bbox_inches="tight")


def _short(name: str, most: int = 28) -> str:
    return name if len(name) <= most else f"{name[: most - 1]}…"


def confusion(matrix: NDArray[np.int64], names: Sequence[str], pairs: pd.DataFrame) -> Figure:
    """A confusion matrix: of each label's videos, the share that was taken for each class.

    Args:
        matrix: (classes, classes), as `classes.confusions` counts.
        names: of the classes.
        pairs: as `classes.confused` sorts, for a matrix of too many classes to name them.
    """
    if len(matrix) > NAMED:
        return _many_classes(matrix, pairs)
    classes, videos = len(matrix), matrix.sum(1, keepdims=True)
    shares = np.ma.masked_invalid(matrix / np.where(videos, videos, np.nan))
    side = max((0.5 if classes <= COUNTED else 0.17) * classes, 2.2)
    every = [_short(name) for name in names]
    margin = 0.085 * max(map(len, every))
    figure = Figure(figsize=(side + margin + 1.6, side + margin + 0.9), layout="constrained")
    axes = figure.subplots()
    axes.set_facecolor("0.85")  # of a label without videos
    # Steps of a few per cent are what tells confusions apart, so they get most of the colours.
    image = axes.imshow(shares, cmap="Blues", norm=PowerNorm(0.5, 0, 1), interpolation="nearest")
    axes.set(xlabel="taken for", ylabel="label")
    font = 9 if classes <= COUNTED else 7
    axes.set_xticks(range(classes), every, rotation=90, fontsize=font)
    axes.set_yticks(range(classes), every, fontsize=font)
    if classes <= COUNTED:
        for row, column in np.argwhere(matrix):
            colour = "white" if shares[row, column] > 0.35 else "black"
            count = str(matrix[row, column])
            axes.text(column, row, count, ha="center", va="center", color=colour, fontsize=9)
    bar = figure.colorbar(image, ax=axes, pad=0.02, shrink=0.8)
    bar.set_ticks([0, 0.05, 0.2, 0.5, 1])
    bar.ax.yaxis.set_major_formatter(PercentFormatter(1, decimals=0, symbol=" %"))
    bar.set_label("of the label's videos")
    return figure


def _many_classes(matrix: NDArray[np.int64], pairs: pd.DataFrame) -> Figure:
    """Top-1 on the diagonal, a dot a confusion, and the most confused pairs by number and name."""
    classes, videos, right = len(matrix), matrix.sum(1), matrix.diagonal()
    figure = Figure(figsize=(13.5, 7.6), layout="constrained")
    main, beside = figure.subplots(1, 2, width_ratios=[7, 5])
    some = np.flatnonzero(videos)
    wrong = matrix - np.diag(right)
    rows, columns = np.nonzero(wrong)
    counts, most = wrong[rows, columns], max(1, int(wrong.max()))
    main.scatter(columns, rows, _area(counts, most), color=WRONG, lw=0)
    top1 = right[some] / videos[some]
    squares = main.scatter(some, some, 6, c=top1, cmap="Blues", vmin=0, vmax=1, marker="s", lw=0)
    bar = figure.colorbar(squares, ax=main, shrink=0.6, pad=0.02, label="top-1, on the diagonal")
    bar.ax.yaxis.set_major_formatter(PercentFormatter(1, decimals=0, symbol=" %"))
    main.set(xlim=(-1, classes), ylim=(classes, -1), aspect="equal")
    main.set(xlabel="taken for, class by number", ylabel="label, class by number")
    for axis in (main.xaxis, main.yaxis):
        axis.set_major_locator(MaxNLocator(10, integer=True))
    for count in sorted({1, -(-most // 2), most}):
        main.scatter([], [], _area(count, most), color=WRONG, lw=0, label=str(count))
    main.legend(title="videos", loc="upper right", fontsize=8, title_fontsize=8)
    beside.axis("off")
    beside.set(xlim=(0, 1), ylim=(PAIRS + 1, 0))
    beside.text(0, 0.5, "most confused: label, taken for (videos)", weight="bold", fontsize=9)
    for place, pair in enumerate(pairs.head(PAIRS).itertuples(), start=1):
        text = f"{place}  {_short(pair.label, 34)}, {_short(pair.taken_for, 34)} ({pair.videos})"
        beside.text(0, place + 0.5, text, fontsize=8)
        if place <= NUMBERED:
            at = (pair.taken_for_number, pair.label_number)
            noted = main.annotate(str(place), at, (3, 3), textcoords="offset points", fontsize=8)
            noted.set_path_effects([withStroke(linewidth=2, foreground="white")])
    return figure


def _area(videos: Any, most: int) -> Any:
    """Of a dot, in square points."""
    return np.maximum(40 * (videos / most) ** 1.5, 2)


def reliability_diagram(table: pd.DataFrame, error: float) -> Figure:
    """Accuracy against confidence, and how many videos each bin has.

    Args:
        table: as `calibration.reliability` counts.
        error: its expected calibration error.
    """
    figure = Figure(figsize=(5, 5.6), layout="constrained")
    top, below = figure.subplots(2, 1, height_ratios=[4, 1], sharex=True)
    some = table[table["videos"] > 0]
    width = table["to"][0] - table["from"][0]
    middles = (some["from"] + some["to"]) / 2
    top.bar(middles, some["accuracy"], width, color="#9ecae1", edgecolor="white")
    spread = [some["accuracy"] - some["low"], some["high"] - some["accuracy"]]
    spread = [side.clip(lower=0) for side in spread]
    top.errorbar(
        some["confidence"], some["accuracy"], spread, fmt="o", color="#08519c", ms=4, capsize=2
    )
    top.plot([0, 1], [0, 1], color="0.4", ls="--", lw=1)
    top.set(ylabel="accuracy (95 % interval)", xlim=(0, 1), ylim=(0, 1))
    top.set_title(f"expected calibration error {100 * error:.1f} %, {len(table)} bins", fontsize=10)
    below.bar(middles, some["videos"], width, color="0.6", edgecolor="white")
    below.set(xlabel="confidence: the highest score", ylabel="videos")
    below.yaxis.set_major_locator(MaxNLocator(3, integer=True))
    for axes in (top, below):
        axes.spines[["top", "right"]].set_visible(False)
    return figure


def training_curves(runs: Sequence[Curves]) -> tuple[Figure, dict[str, list[str]]]:
    """Loss, learning rate and each figure of the validations, a panel each, over epochs or steps.

    Returns:
        The drawing, and what each point says, by the id of its series in an SVG.
    """
    panels = list(dict.fromkeys(name for run in runs for name in run.series))
    columns = 1 if len(panels) == 1 else 2
    rows = -(-len(panels) // columns)
    figure = Figure(figsize=(5.4 * columns, 2.9 * rows + 0.3 * len(runs)), layout="constrained")
    drawn = list(figure.subplots(rows, columns, squeeze=False).flat)
    end = max(points["at"].max() for run in runs for points in run.series.values())
    said: dict[str, list[str]] = {}
    for name, axes in zip(panels, drawn, strict=False):
        for number, run in enumerate(runs):
            points = run.series.get(name)
            if points is not None:
                id_ = f"series-{panels.index(name)}-{number}"
                style = _style(len(points))
                axes.plot(points["at"], points["value"], color=f"C{number % 10}", **style)
                some = points[np.isfinite(points["value"])]
                some = some[:: -(-len(some) // HOVERED) or 1]
                axes.scatter(some["at"], some["value"], s=30, alpha=0, gid=id_)
                pairs = zip(some["at"], some["value"], strict=True)
                said[id_] = [f"{run.name}, {run.unit} {at:g}: {name} {v:.4g}" for at, v in pairs]
        axes.set_title(name, fontsize=10, loc="left")
        axes.set_xlabel(" or ".join(dict.fromkeys(run.unit for run in runs)))
        axes.grid(color="0.9")
        axes.set_axisbelow(True)
        axes.set_xlim(0, 1.02 * end)
        axes.spines[["top", "right"]].set_visible(False)
    for axes in drawn[len(panels) :]:
        axes.axis("off")
    handles = [
        Line2D([], [], color=f"C{number % 10}", label=run.name) for number, run in enumerate(runs)
    ]
    figure.legend(handles=handles, loc="outside lower center", frameon=False, ncols=1)
    return figure, said


def _style(points: int) -> dict[str, Any]:
    """A line; of few points one that shows them."""
    return dict(lw=1.4, marker="o", ms=4) if points <= 30 else dict(lw=1.0)
