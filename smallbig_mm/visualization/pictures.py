"""Maps over frames as a grid (PNG), a film (GIF or MP4), and arrays (npz)."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
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
    size = 1.25
    figure = Figure(
        figsize=(size * len(columns) + 0.7, (size + 0.32) * len(rows)), layout="constrained"
    )
    FigureCanvasAgg(figure)
    figure.get_layout_engine().set(w_pad=0.02, h_pad=0.03, wspace=0, hspace=0)  # type: ignore
    grid = figure.add_gridspec(
        len(rows), len(columns) + 1, width_ratios=[1] * len(columns) + [0.07]
    )
    for number, row in enumerate(rows):
        for column, frame in enumerate(columns):
            axes = figure.add_subplot(grid[number, column])
            image = _panel(axes, row, frame, frames)
            if column == 0:
                axes.set_title(_said(row), loc="left", fontsize=8)
        if row.shown is not None:
            scale = figure.colorbar(image, cax=figure.add_subplot(grid[number, -1]))
            low, high = row.scale.vmin, row.scale.vmax
            scale.set_ticks([low, high], labels=[f"{low:.2g}", f"{high:.2g}"])
            scale.ax.tick_params(labelsize=7, length=2)
            scale.solids.set_alpha(1)
    with whole(path) as part:
        figure.savefig(part, format="png", dpi=120)


def write_film(rows: Sequence[Row], path: Path) -> None:
    """Write a GIF or an MP4, by the suffix: rows side by side, a frame after the other."""
    frames = _length(rows)
    figure = Figure(figsize=(2.1 * len(rows), 2.7), dpi=100)
    canvas = FigureCanvasAgg(figure)
    width = 1 / len(rows)
    panels = [
        figure.add_axes((number * width + 0.004, 0.01, width - 0.008, 0.72))
        for number in range(len(rows))
    ]
    images = []
    for frame in range(frames):
        for axes, row in zip(panels, rows, strict=True):
            axes.clear()
            _panel(axes, row, frame, frames)
            lines = textwrap.wrap(_said(row), 32)
            axes.set_title("\n".join(lines), fontsize=7, loc="left")
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


def _panel(axes: Any, row: Row, frame: int, frames: int) -> AxesImage:
    """One frame of a row; what has fewer frames than others stays for as long as it lasts."""

    def at(values: Any) -> Any:
        return values[frame * len(values) // frames]

    axes.set_axis_off()
    if row.shown is None:
        return axes.imshow(at(row.frames))
    height, width = row.shown.values.shape[1:]
    opacity = 1.0
    if row.frames is not None:
        height, width = row.frames.shape[1:3]
        opacity = OPACITY
        axes.imshow(at(row.frames).mean(-1), cmap="gray", vmin=0, vmax=255)
    image = axes.imshow(
        at(row.shown.values),
        cmap=COLOURS,
        norm=row.scale,
        alpha=opacity,
        extent=(0, width, height, 0),
        interpolation="bilinear" if row.frames is not None else "nearest",
    )
    axes.set(xlim=(0, width), ylim=(height, 0))
    return image
