"""Accuracies and what they cost: the points of the plots, and the front of the best ones."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mmengine.config import Config

from ..configs.identity import digest
from ..experiments.costs import network_of
from ..files import CONFIGS, relative
from ..records.store import metrics
from . import third_party
from .grids import APPEARANCE_AND_MOTION, ORDER_FREE, Grids, Trained
from .lines import COMMON, Line, members_at
from .speed import LATENCY, Latencies
from .tables import label, number, protocol_text

SOURCES = ("paper", "third party", "converted", "measured")
KINETICS = "Kinetics-400"
DATASETS = {"": KINETICS, "V1": "Something-Something V1", "V2": "Something-Something V2"}
MOTION_SHAPES = "MotionShapes, order-free classes"
MOTION_EVENTS = "MotionShapes, events"
COSTS = {
    "clip": "GMAC a clip",
    "video": "GMAC a video, under its own protocol",
    "common": "GMAC a video, {} x {} at {} for all".format(*COMMON),
    "printed": "GFLOPs a clip, as the paper prints",
    "params": "M parameters",
}
OURS = "ResNet3dSmallBig"  # the backbone with the paper's own units


@dataclass(frozen=True)
class Point:
    """An accuracy and its costs.

    Attributes:
        row: id of the row.
        network: what its table calls it.
        dataset: that it is an accuracy on.
        source: one of `SOURCES`.
        top1: percent.
        half: of its 95 % interval, in points; None where it is one figure.
        costs: by key of `COSTS`, and `latency: MACHINE` in ms; what is not known is not there.
        protocol: how the test saw a video.
        origin: who says so.
        config: its file, below the checkout.
        ours: whether it has the paper's own units.
        others: ids of rows that are the same network, recipe and test.
    """

    row: str
    network: str
    dataset: str
    source: str
    top1: float
    half: float | None
    costs: dict[str, float]
    protocol: str
    origin: str
    config: str
    ours: bool
    others: list[str] = field(default_factory=list)


def points(
    every: Iterable[Line],
    grids: Grids,
    latencies: Latencies,
) -> list[Point]:
    """All points; rows that are the same network, recipe and test are one.

    Args:
        every: the lines.
        grids: MotionShapes' networks.
        latencies: as `speed.latencies` gives them.
    """
    found: dict[tuple[str, ...], Point] = {}
    ours: set[str] = set()
    for line in every:
        if is_ours(line.members):
            ours.add(line.row.id)
        for point in _of_line(line, latencies):
            own = "".join(digest(cfg) for cfg in line.members) or line.row.id
            first = found.setdefault((own, point.dataset, point.source, str(point.top1)), point)
            if first is not point:
                first.others.append(line.row.id)
                first.costs.update(point.costs)  # a table may print what the first one does not
    measured = [
        _of_grid(network, dataset, metric, ours)
        for dataset, metric, networks in (
            (MOTION_SHAPES, ORDER_FREE, grids.orders),
            (MOTION_EVENTS, APPEARANCE_AND_MOTION, grids.events),
        )
        for network in networks
    ]
    return [*found.values(), *measured]


def is_ours(members: Iterable[Config]) -> bool:
    """Whether one of a line's networks has the paper's own units."""
    return any(cfg.model.backbone.type == OURS for cfg in members)


def _of_line(line: Line, latencies: Latencies) -> Iterable[Point]:
    """What the paper, others and we say of a row."""
    costs = {}
    if line.counted:
        costs = {
            "clip": line.gmac(line.size),
            "video": line.per_video(),
            "common": line.per_video(common=True),
            "params": line.params(),
        }
    printed = number(line.row.cells["gflops"])
    if printed is not None:
        costs["printed"] = printed
    for machine, figure in timed(line, latencies).items():
        costs[f"latency: {machine}"] = figure["ms"]
    shared: dict[str, Any] = dict(
        row=line.row.id,
        network=label(line),
        dataset=DATASETS[line.dataset],
        half=None,
        config=relative(line.config) if line.config else "",
        ours=is_ours(line.members),
    )
    top1 = number(line.top[0])
    if top1 is not None:
        yield Point(
            **shared,
            source="paper",
            top1=top1,
            costs=costs,
            protocol=protocol_text(line),
            origin=f"Table {line.row.table} of the paper; costs counted here",
        )
    other = third_party.figures().get(line.row.id)
    if other:
        views = other.seen.clips * other.seen.crops
        stated = {"clip": other.gmac, "video": other.gmac * views, "params": other.params}
        differs = f"; {other.difference}" if other.difference else ""
        yield Point(
            **shared,
            source="third party",
            top1=other.top1,
            costs=stated,
            protocol=other.protocol,
            origin=f"mmaction2's model zoo, accuracy and costs: {other.model}{differs}",
        )
    for source, test in (("converted", line.converted), ("measured", line.test)):
        if test is not None:
            yield Point(
                **shared,
                source=source,
                top1=100 * metrics(test)["acc/top1"],
                costs=costs,
                protocol=protocol_text(line),
                origin=f"record {test.id}",
            )


def timed(line: Line, latencies: Latencies) -> Mapping[str, Mapping[str, Any]]:
    """How long a row's network takes for its clip at the printed size, by machine."""
    if len(line.members) != 1:
        return {}
    clip = (line.protocols[0].frames, line.size, line.size)
    return latencies.get((network_of(line.members[0]), clip), {})


def _of_grid(network: Trained, dataset: str, metric: str, ours: Collection[str]) -> Point:
    record = next(reversed(network.records.values()))
    seen = record.input
    views = 0 if isinstance(seen, str) else seen.clips * seen.crops
    gmac = network.cost.macs / 1e9
    return Point(
        row=network.name,
        network=network.label,
        dataset=dataset,
        source="measured",
        top1=network.mean(metric),
        half=network.half(metric),
        costs={
            "clip": gmac,
            "params": network.cost.params / 1e6,
            **({"video": gmac * views} if views else {}),
        },
        protocol=""
        if isinstance(seen, str)
        else f"{seen.frames} frames; {seen.clips} x {seen.crops} at {seen.size[0]}",
        origin=f"trained here at an eighth of the width, {len(network.records)} seeds",
        config=record.config,
        ours=network.rows[0] in ours
        if network.rows
        else is_ours(members_at(CONFIGS.parent / network.configs[0])),
        others=list(network.names[1:]),
    )


def axes(latencies: Latencies) -> dict[str, str]:
    """Names of the costs that points are drawn over; of a latency's, a machine each."""
    machines = dict.fromkeys(name for known in latencies.values() for name in known)
    return COSTS | {f"latency: {name}": f"{LATENCY}: {name}" for name in machines}


def front(found: Sequence[Point], cost: str) -> list[Point]:
    """The Pareto front: points that no cheaper one reaches, in the order of their cost.

    Args:
        found: points; those without this cost are left out.
        cost: a key of their costs.
    """
    best: list[Point] = []
    known = [point for point in found if cost in point.costs]
    for point in sorted(known, key=lambda point: (point.costs[cost], -point.top1)):
        if not best or point.top1 > best[-1].top1:
            best.append(point)
    return best
