"""The drawings: a confusion matrix of any size, a reliability diagram, curves of trainings."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import PowerNorm
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator, PercentFormatter
from numpy.typing import NDArray

from ..files import whole
from .curves import Curves

COUNTED, NAMED = 15, 60  # classes: up to which cells have numbers, and axes names
PAIRS = 25  # that stand beside a matrix whose axes have no names
HOVERED = 1000  # points of a series that say what they are, at most
DPI = 150


def save(figure: Figure, path: Path) -> None:
    """Write a PNG."""
    with whole(path) as part:
        figure.savefig(part, format="png", dpi=DPI)


def _short(name: str, most: int = 28) -> str:
    return name if len(name) <= most else f"{name[: most - 1]}…"


def confusion(matrix: NDArray[np.int64], names: Sequence[str], pairs: pd.DataFrame) -> Figure:
    """A confusion matrix: of each label's videos, the share that was taken for each class.

    Args:
        matrix: (classes, classes), as `classes.confusions` counts.
        names: of the classes.
        pairs: as `classes.confused` sorts, for a matrix of too many classes to name them.
    """
    classes, videos = len(matrix), matrix.sum(1, keepdims=True)
    shares = np.ma.masked_invalid(matrix / np.where(videos, videos, np.nan))
    named = classes <= NAMED
    cell = 0.5 if classes <= COUNTED else 0.17
    side = max(cell * classes, 2.2) if named else max(classes * 3 / DPI, 6.0)
    margin = 0.085 * max(len(_short(name)) for name in names) if named else 0.4
    size = (side + margin + (1.6 if named else 5.2), side + margin + 0.9)
    figure = Figure(figsize=size, layout="constrained")
    axes = figure.subplots(1, 1 if named else 2, width_ratios=[1] if named else [side, 4.2])
    main = axes if named else axes[0]
    # Steps of a few per cent are what tells confusions apart, so they get most of the colours.
    norm = PowerNorm(0.5, 0, 1)
    main.set_facecolor("0.85")
    image = main.imshow(shares, cmap="Blues", norm=norm, interpolation="nearest")
    main.set(xlabel="taken for", ylabel="label")
    if named:
        font = 9 if classes <= COUNTED else 7
        every = [_short(name) for name in names]
        main.set_xticks(range(classes), every, rotation=90, fontsize=font)
        main.set_yticks(range(classes), every, fontsize=font)
    else:
        for axis in (main.xaxis, main.yaxis):
            axis.set_major_locator(MaxNLocator(10, integer=True))
        _list_pairs(axes[1], pairs)
    if classes <= COUNTED:
        for row, column in np.argwhere(matrix):
            dark = shares[row, column] > 0.35
            colour = "white" if dark else "black"
            count = matrix[row, column]
            main.text(column, row, count, ha="center", va="center", color=colour, fontsize=9)
    bar = figure.colorbar(image, ax=main, shrink=0.9 if named else 0.6, pad=0.02)
    bar.set_ticks([0, 0.05, 0.2, 0.5, 1])
    bar.ax.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    bar.set_label("of the label's videos")
    return figure


def _list_pairs(axes: Axes, pairs: pd.DataFrame) -> None:
    """The most confused pairs, as text."""
    axes.axis("off")
    axes.text(0, 1, "Most confused: label, taken for (videos)", weight="bold", va="top", fontsize=9)
    for place, pair in enumerate(pairs.head(PAIRS).itertuples(), start=1):
        text = f"{_short(pair.label, 26)}, {_short(pair.taken_for, 26)} ({pair.videos})"
        axes.text(0, 1 - place * 0.96 / PAIRS, text, va="top", fontsize=8)


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
    drawn = figure.subplots(rows, columns, squeeze=False).flat
    said: dict[str, list[str]] = {}
    for axes, name in zip(drawn, panels, strict=False):
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
        axes.spines[["top", "right"]].set_visible(False)
    for axes in drawn:
        axes.axis("off")
    handles = [
        Line2D([], [], color=f"C{number % 10}", label=run.name) for number, run in enumerate(runs)
    ]
    figure.legend(handles=handles, loc="outside lower center", frameon=False, ncols=1)
    return figure, said


def _style(points: int) -> dict[str, Any]:
    """A line; of few points one that shows them."""
    return dict(lw=1.4, marker="o", ms=4) if points <= 30 else dict(lw=1.0)
