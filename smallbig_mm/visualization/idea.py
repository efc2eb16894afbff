"""The picture of the idea: one convolution looks at a small and at a big view of a clip.

python -m smallbig_mm.visualization.idea results/idea.svg
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib import colormaps, rc_context
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.offsetbox import AnnotationBbox, HPacker, TextArea
from matplotlib.patches import Circle, FancyArrowPatch, FancyBboxPatch, Polygon

from ..files import whole

WIDTH, HEIGHT = 800, 330  # of the picture, in its own units
SMALL, BIG, INK, PALE, EDGE = "#d9541e", "#1f6fb5", "#1f2328", "#f3f4f6", "#c3c8cf"
CELLS = 5  # a frame's height and width
ALONG, UP = np.array([12.0, -6.5]), np.array([0.0, 24.0])  # a cell's sides, as they are seen
FRAMES = np.array([[30.0, 92.0], [102.0, 92.0], [174.0, 92.0]])  # their lower left corners
UPPER, LOWER = 242.0, 120.0  # the middles of the two branches
STYLE: Any = {
    "font.family": "DejaVu Sans",
    "mathtext.fontset": "dejavusans",
    "svg.hashsalt": "smallbig",  # the same names, and so the same bytes, every time
}


def draw() -> Figure:
    """The picture, on a card of its own, so that it can be read on any background."""
    figure = Figure(figsize=(WIDTH / 80, HEIGHT / 80), dpi=80)
    FigureCanvasAgg(figure)
    figure.patch.set_alpha(0)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, WIDTH), ylim=(0, HEIGHT))
    axes.set_axis_off()
    axes.add_patch(_box(2, 2, WIDTH - 4, HEIGHT - 4, "white", EDGE, rounding=12))
    maximum = _clip(axes)
    _branches(axes, maximum)
    return figure


def _clip(axes: Any) -> Any:
    """Three frames of features, with both views marked; the colour of the big view's maximum."""
    features = np.random.default_rng(5).uniform(0.05, 0.5, (len(FRAMES), CELLS, CELLS))
    features[1, 2, 2], features[2, 3, 1] = 0.42, 0.95  # the position, and the strongest around it
    colours = colormaps["Greys"](features)
    for frame, time in enumerate(("t-1", "t", "t+1")):
        for row in range(CELLS):
            for column in range(CELLS):
                colour = colours[frame, row, column]
                axes.add_patch(_quad(frame, row, column, 1, facecolor=colour, edgecolor="white"))
        axes.add_patch(_quad(frame, 0, 0, CELLS, fill=False, edgecolor=INK, linewidth=1))
        x, y = _corner(frame, 0, CELLS / 2)
        _text(axes, x, y - 15, f"${time}$", size=12)
    edges = [
        [_corner(frame, row, column) for frame in range(3)] for row in (1, 4) for column in (1, 4)
    ]
    for edge in edges:
        axes.plot(*np.transpose(edge), color=BIG, linewidth=1, linestyle=(0, (3, 2)))
    for frame in range(3):
        face = dict(facecolor=(*_rgb(BIG), 0.16), edgecolor=BIG, linewidth=1.8)
        axes.add_patch(_quad(frame, 1, 1, 3, **face))
    axes.add_patch(_quad(2, 3, 1, 1, fill=False, edgecolor=BIG, linewidth=2.6))
    axes.add_patch(_quad(1, 2, 2, 1, fill=False, edgecolor=SMALL, linewidth=2.8))
    _text(axes, 132, HEIGHT - 32, "features $x$ of a clip", size=12)
    return colours[1, 2, 2], colours[2, 3, 1]


def _branches(axes: Any, found: Any) -> None:
    """From the views to their sum."""
    own, maximum = found
    middle = (UPPER + LOWER) / 2
    position = _corner(1, 2.9, 2.5)
    axes.add_patch(_arrow(position, (290, UPPER), SMALL, "angle,angleA=90,angleB=0,rad=10"))
    axes.add_patch(_arrow((222, LOWER), (290, LOWER), BIG))
    for height, colour, name, what, face in (
        (UPPER, SMALL, "small view", "the position", own),
        (LOWER, BIG, "big view", r"max of $3\times3\times3$", maximum),
    ):
        _text(axes, 306, height + 30, name, colour=colour, weight="bold")
        _text(axes, 306, height - 30, what, size=10)
        axes.add_patch(_box(293, height - 13, 26, 26, face, colour, width=2.4))

    axes.add_patch(_box(386, LOWER - 34, 80, UPPER - LOWER + 68, PALE, INK, width=1.4))
    _text(axes, 426, middle + 14, "$W$", size=23)
    _text(axes, 426, middle - 14, "one shared", size=10)
    _text(axes, 426, middle - 28, "convolution", size=10)
    for height, colour, name in ((UPPER, SMALL, "s"), (LOWER, BIG, "b")):
        axes.add_patch(_arrow((323, height), (384, height), colour))
        axes.add_patch(_arrow((468, height), (518, height), colour))
        axes.add_patch(_box(520, height - 22, 72, 44, "white", colour, width=2))
        _text(axes, 556, height, rf"$\mathrm{{BN}}_{name}$", size=15)
    axes.add_patch(_arrow((594, UPPER), (668, middle + 9), SMALL, "arc3,rad=-0.2"))
    axes.add_patch(_arrow((594, LOWER), (668, middle - 9), BIG, "arc3,rad=0.2"))
    axes.add_patch(Circle((680, middle), 14, facecolor="white", edgecolor=INK, linewidth=1.6))
    _text(axes, 680, middle, "+", size=18)
    axes.add_patch(_arrow((696, middle), (732, middle), INK))
    axes.add_patch(_box(735, middle - 13, 26, 26, "#5c6470", INK, width=1.4))
    _text(axes, 748, middle + 28, "$y$", size=15)
    _equation(axes, WIDTH / 2 + 125, 34)


def _equation(axes: Any, x: float, y: float) -> None:
    """In the colours of its views."""
    parts = (
        (r"$y\;=\;$", INK),
        (r"$\mathrm{BN}_s(W\,x)$", SMALL),
        (r"$\;+\;$", INK),
        (r"$\mathrm{BN}_b(W\,\mathrm{maxpool}(x))$", BIG),
    )
    texts: list[Artist] = [
        TextArea(text, textprops=dict(size=16, color=colour)) for text, colour in parts
    ]
    packed = HPacker(children=texts, align="baseline", pad=0, sep=0)
    axes.add_artist(AnnotationBbox(packed, (x, y), frameon=False, pad=0))


def _corner(frame: int, row: float, column: float) -> Any:
    return FRAMES[frame] + row * UP + column * ALONG


def _quad(frame: int, row: int, column: int, size: int, **style: Any) -> Polygon:
    """Some cells of a frame, as they are seen."""
    corners = (
        (row, column),
        (row + size, column),
        (row + size, column + size),
        (row, column + size),
    )
    return Polygon([_corner(frame, *corner) for corner in corners], joinstyle="round", **style)


def _box(
    x: float,
    y: float,
    width_x: float,
    height: float,
    face: Any,
    edge: str,
    *,
    width: float = 1.2,
    rounding: float = 4,
) -> FancyBboxPatch:
    style = f"round,pad=0,rounding_size={rounding}"
    return FancyBboxPatch(
        (x, y), width_x, height, boxstyle=style, facecolor=face, edgecolor=edge, linewidth=width
    )


def _arrow(start: Any, end: Any, colour: str, path: str = "arc3") -> FancyArrowPatch:
    return FancyArrowPatch(
        start,
        end,
        arrowstyle="-|>",
        mutation_scale=13,
        color=colour,
        linewidth=1.8,
        shrinkA=0,
        shrinkB=0,
        connectionstyle=path,
    )


def _text(
    axes: Any,
    x: float,
    y: float,
    text: str,
    *,
    size: float = 11.5,
    colour: str = INK,
    weight: str = "normal",
) -> None:
    axes.text(x, y, text, size=size, color=colour, weight=weight, ha="center", va="center")


def _rgb(colour: str) -> tuple[float, ...]:
    return tuple(int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5))


def write(path: Path) -> None:
    """Write the picture, in the format of the path's suffix; an SVG is the same every time."""
    kind = path.suffix.removeprefix(".")
    with rc_context(STYLE), whole(path) as part:
        metadata = {"Date": None} if kind == "svg" else None
        draw().savefig(part, format=kind, metadata=metadata)


if __name__ == "__main__":
    write(Path(sys.argv[1]))
