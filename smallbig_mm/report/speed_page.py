"""The page of speeds: every network and way, the full network beside the 2D one, and growth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter

from ..files import whole
from ..records.schema import Record
from .documents import Document
from .speed import COLUMNS, COLUMNS_TEXT, cells, conditions, figures, machine_of

GROWTH = "speed_growth.png"
KEYS = ("config", "mode", "backend", "precision", "clip", "batch")
LEAST_POINTS = 3  # of a curve
TWO_D, FULL = "configs/r50_k400.py", "configs/smallbig_r50_k400.py"
GROWTH_TEXT = (
    "Growth is the time over the frames T of a clip; `time a frame` is that of the longest clip "
    "over that of the shortest, 1 where time is proportional to T."
)


def document(records: Sequence[Record]) -> Document:
    """The page."""
    speeds = [record for record in records if record.speed is not None]
    if not speeds:
        return Document("Speed", ["not run: no record of it yet"], {}, [], {})
    machines = {machine_of(record): record for record in speeds}  # the newest of each
    parts: dict[str, pd.DataFrame] = {}
    for machine in machines:
        own = [record for record in speeds if machine_of(record) == machine]
        parts[machine] = pd.DataFrame(map(cells, _newest(own)), columns=[*COLUMNS])
        for name, rows in (
            ("SmallBig-R50, full, beside the 2D R50", _beside(own)),
            ("Growth over frames", [curve.cells() for curve in curves(own)]),
        ):
            if rows:
                parts[f"{name}: {machine}"] = pd.DataFrame(rows).fillna("")
    texts = [COLUMNS_TEXT, *map(conditions, machines.values())]
    drawn = [GROWTH] if curves(speeds) else []
    texts += [GROWTH_TEXT] * len(drawn)
    links = {Path(record.config).stem: record.config for record in speeds}
    return Document("Speed", texts, parts, [], links, drawn)


def _newest(records: Sequence[Record]) -> list[dict[str, Any]]:
    """The last of `figures` of each network, way and setting that has a time, if one has."""
    found: dict[tuple, dict[str, Any]] = {}
    for figure in (figure for record in records for figure in figures(record)):
        key = tuple(str(figure[name]) for name in KEYS)
        if key not in found or not isinstance(figure["ms"], str):
            found[key] = figure
    return sorted(found.values(), key=lambda figure: [figure[name] for name in KEYS])


def _beside(records: Sequence[Record]) -> list[dict[str, str]]:
    """Times of the full network over those of the 2D one, in the same turns, by the same way."""
    rows: dict[tuple, dict[str, str]] = {}
    runs: dict[tuple, dict[str, dict[tuple, dict[str, Any]]]] = {}
    for record in records:
        for figure in figures(record):
            if isinstance(figure["ms"], str) or isinstance(figure["gmac"], str):
                continue
            way = tuple(figure[name] for name in ("mode", "backend", "precision"))
            run = (record.start, figure["batch"], *figure["clip"])
            runs.setdefault(run, {}).setdefault(record.config, {})[way] = figure
    for (_, batch, *clip), networks in runs.items():
        for way, full in networks.get(FULL, {}).items():
            plain = networks.get(TWO_D, {}).get(way)
            if plain is not None:
                rows[(*way, batch, *clip)] = {
                    **dict(zip(("mode", "backend", "precision"), way, strict=True)),
                    "clip": "x".join(map(str, clip)),
                    "batch": str(batch),
                    "full / 2D, time": f"{full['ms'] / plain['ms']:.2f}",
                    "full / 2D, GMAC": f"{full['gmac'] / plain['gmac']:.2f}",
                }
    return list(rows.values())


CurveKey = tuple[str, str, tuple[str, str, str], tuple[int, int, int]]


@dataclass(frozen=True)
class Curve:
    """Times of a network, in one way, over the frames of a clip.

    Attributes:
        machine: device and threads.
        config: its path.
        way: mode, backend, precision.
        rest: batch, height and width.
        ms: by frames, in their order.
    """

    machine: str
    config: str
    way: tuple[str, str, str]
    rest: tuple[int, int, int]
    ms: dict[int, float]

    @property
    def a_frame(self) -> float:
        """Time a frame of the longest clip over that of the shortest."""
        (first, short), *_, (last, long) = self.ms.items()
        return (long / last) / (short / first)

    def cells(self) -> dict[str, str]:
        """As a line of a table."""
        batch, height, width = self.rest
        return {
            "row": Path(self.config).stem,
            **dict(zip(("mode", "backend", "precision"), self.way, strict=True)),
            "crop": f"{height}x{width}",
            "batch": str(batch),
            **{f"T={frames}, ms": f"{ms:.1f}" for frames, ms in self.ms.items()},
            "time a frame": f"{self.a_frame:.3f}",
        }


def curves(records: Sequence[Record]) -> list[Curve]:
    """Every network and way that was timed at several clip lengths, all else being equal."""
    found: dict[CurveKey, dict[int, float]] = {}
    for machine in dict.fromkeys(map(machine_of, records)):
        own = [record for record in records if machine_of(record) == machine]
        for figure in _newest(own):
            if not isinstance(figure["ms"], str):
                frames, height, width = figure["clip"]
                way = (figure["mode"], figure["backend"], figure["precision"])
                key = (machine, figure["config"], way, (figure["batch"], height, width))
                found.setdefault(key, {})[frames] = figure["ms"]
    return [
        Curve(*key, dict(sorted(ms.items())))
        for key, ms in found.items()
        if len(ms) >= LEAST_POINTS
    ]


def draw(found: Sequence[Curve], path: Path) -> None:
    """Draw curves, a panel a machine, and write them as PNG.

    Raises:
        DiskError: if the disk is full.
    """
    machines = list(dict.fromkeys(curve.machine for curve in found))
    figure = Figure(figsize=(8, 5 * len(machines)), layout="constrained")
    FigureCanvasAgg(figure)
    for number, machine in enumerate(machines, start=1):
        axes = figure.add_subplot(len(machines), 1, number)
        own = sorted(
            (curve for curve in found if curve.machine == machine),
            key=lambda curve: -max(curve.ms.values()),
        )
        for curve in own:
            label = ", ".join(
                (Path(curve.config).stem, *curve.way, "batch {} {}x{}".format(*curve.rest))
            )
            (line,) = axes.plot([*curve.ms], [*curve.ms.values()], marker="o", label=label)
            (first, short), *_ = curve.ms.items()
            ideal = [short * frames / first for frames in curve.ms]
            axes.plot([*curve.ms], ideal, color=line.get_color(), linestyle=":", linewidth=1)
        axes.set_xscale("log", base=2)
        axes.set_yscale("log")
        axes.set_xticks(sorted({frames for curve in own for frames in curve.ms}))
        axes.xaxis.set_major_formatter("{x:g}")
        axes.xaxis.set_minor_formatter(NullFormatter())
        axes.yaxis.set_major_formatter("{x:g}")
        axes.yaxis.set_minor_formatter("{x:g}")
        axes.set_xlabel("frames of a clip")
        axes.set_ylabel("ms a batch (dotted: proportional to frames)")
        axes.set_title(machine)
        axes.grid(alpha=0.3, which="both")
        axes.legend(fontsize=8, loc="upper left")
    with whole(path) as part:
        figure.savefig(part, format="png", dpi=110, metadata={"Software": None})
