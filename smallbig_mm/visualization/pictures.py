"""Maps over frames as a grid (PNG), a film (GIF or MP4), and arrays (npz)."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from numpy.typing import NDArray

from ..files import whole
from ..scripts import Clip
from .maps import Map, Seen

COLUMNS = 8  # frames of a grid
COLOURS = "inferno"
OPACITY = 0.6
FPS = 4


@dataclass(frozen=True)
class Row:
    """Frames, or a map over them: `shown` is None of frames alone, `frames` of a map alone."""

    title: str
    note: str
    frames: NDArray[np.uint8] | None
    shown: Map | None = None

    @property
    def aspect(self) -> float:
        """Height over width."""
        seen: Any = self.frames if self.shown is None else self.shown.values
        height, width = seen.shape[1:3]
        return height / width

    @property
    def scale(self) -> Normalize:
        """From the least to the greatest value of all frames."""
        assert self.shown is not None
        low, high = float(self.shown.values.min()), float(self.shown.values.max())
        return Normalize(low, high if high > low else low + 1)


def rows_of(seen: Sequence[Seen], over_frames: bool) -> list[Row]:
    """Frames, once for networks that see the same, and the maps of each network.

    Args:
        seen: a network each.
        over_frames: whether maps are laid over the frames; otherwise no frame is shown.
    """
    rows: list[Row] = []
    last: NDArray[np.uint8] | None = None
    for each in seen:
        if over_frames and not np.array_equal(last, each.frames):  # type: ignore[arg-type]
            last = each.frames
            frames, height, width, _ = last.shape
            rows.append(Row("frames", f"{frames} of {height}x{width}", last))
        for shown in each.maps:
            under = each.frames if over_frames else None
            rows.append(Row(f"{each.network}: {shown.name}", shown.note, under, shown))
    return rows


def write_grid(rows: Sequence[Row], path: Path) -> None:
    """Write a PNG: a column a frame, a row a map with a colour scale of its own."""
    frames = _length(rows)
    columns = np.unique(np.linspace(0, frames - 1, min(frames, COLUMNS)).round().astype(int))
    panel, gap, line, margin = 1.3, 0.05, 0.24, 0.75  # inches
    heights = [panel * row.aspect + line + 2 * gap for row in rows]
    width, height = len(columns) * (panel + gap) + gap + margin, sum(heights)
    figure = Figure(figsize=(width, height))
    FigureCanvasAgg(figure)

    def place(x: float, y: float, w: float, h: float) -> Any:
        return figure.add_axes((x / width, y / height, w / width, h / height))

    bottom = height
    for row, own in zip(rows, heights, strict=True):
        bottom -= own
        for number, frame in enumerate(columns):
            x = gap + number * (panel + gap)
            _panel(place(x, bottom + gap, panel, panel * row.aspect), row, frame, frames)
        figure.text(gap / width, (bottom + own - line + 0.06) / height, _said(row), fontsize=8)
        if row.shown is not None:
            bar = place(width - margin + gap, bottom + gap, 0.08, panel * row.aspect)
            ends = sorted({float(row.shown.values.min()), float(row.shown.values.max())})
            scale = figure.colorbar(ScalarMappable(row.scale, COLOURS), cax=bar)
            scale.set_ticks(ends, labels=[f"{end:.2g}" for end in ends])
            bar.tick_params(labelsize=7, length=2)
    with whole(path) as part:
        figure.savefig(part, format="png", dpi=96)


def write_film(rows: Sequence[Row], path: Path) -> None:
    """Write a GIF or an MP4, by the suffix: rows side by side, a frame after the other."""
    frames, width = _length(rows), 1 / len(rows)
    panel, lines = 2.1, 0.62  # inches
    height = panel * max(row.aspect for row in rows) + lines
    figure = Figure(figsize=(panel * len(rows), height), dpi=72)
    canvas = FigureCanvasAgg(figure)
    images = []
    for frame in range(frames):
        figure.clear()
        for number, row in enumerate(rows):
            place = (number * width + 0.004, 0.01, width - 0.008, 1 - lines / height - 0.01)
            _panel(figure.add_axes(place), row, frame, frames)
            said = "\n".join(textwrap.wrap(_said(row), 36)[:4])
            figure.text(number * width + 0.004, 0.985, said, fontsize=7, va="top")
        canvas.draw()
        images.append(np.asarray(canvas.buffer_rgba())[..., :3].copy())
    with whole(path) as part:
        film = Clip(images, FPS)
        (film.write_gif if path.suffix == ".gif" else film.write_videofile)(str(part))


def write_arrays(seen: Sequence[Seen], over_frames: bool, path: Path) -> None:
    """Write an npz: each map as `NETWORK: MAP`, and each network's frames, if they are shown."""
    arrays: dict[str, Any] = {}
    for each in seen:
        if over_frames:
            arrays[f"{each.network}: frames"] = each.frames
        arrays |= {f"{each.network}: {shown.name}": shown.values for shown in each.maps}
    with whole(path) as part, part.open("wb") as file:
        np.savez_compressed(file, **arrays)


def _length(rows: Sequence[Row]) -> int:
    """Frames of the longest clip, or map."""
    lengths = [len(row.frames) for row in rows if row.frames is not None]
    return max(lengths or [len(row.shown.values) for row in rows if row.shown is not None])


def _said(row: Row) -> str:
    return f"{row.title} ({row.note})" if row.note else row.title


def _panel(axes: Any, row: Row, frame: int, frames: int) -> None:
    """One frame of a row; what has fewer frames than others stays for as long as it lasts."""

    def at(values: Any) -> Any:
        return values[frame * len(values) // frames]

    axes.set_axis_off()
    if row.shown is None:
        axes.imshow(at(row.frames))
        return
    height, width = row.shown.values.shape[1:]
    if row.frames is not None:
        height, width = row.frames.shape[1:3]
    place = (0, width, height, 0)
    if row.frames is not None:
        axes.imshow(at(row.frames).mean(-1), cmap="gray", vmin=0, vmax=255, extent=place)
    axes.imshow(
        at(row.shown.values),
        cmap=COLOURS,
        norm=row.scale,
        alpha=None if row.frames is None else OPACITY,
        extent=place,
        interpolation="nearest" if row.frames is None else "bilinear",
    )
