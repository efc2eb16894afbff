"""UT-Interaction's table: top-1 of networks and controls, and SmallBig against each of them."""

from __future__ import annotations

import json
import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import product
from pathlib import Path
from statistics import mean, stdev

from scipy.stats import binomtest

from ..datasets.ut_interaction import CLASSES, SHAPE_ONLY
from ..experiments.ut_interaction import CONTROLS, NETWORKS, NOT_RUN
from ..records import store
from ..records.schema import Record
from .documents import markdown

HEAD = (
    *("network", "frames", "params M", "GMAC", "top-1 %", "sd of folds", "95 %", "runs"),
    *("s a run", "SmallBig right, it wrong / reverse (p)"),
)


def hits(records: Iterable[Record]) -> dict[str, float]:
    """How often each clip was classified correctly, over the seeds."""
    found: dict[str, list[bool]] = defaultdict(list)
    for record in records:
        for clip, label, predicted in record.detail["predictions"]:
            found[clip].append(label == predicted)
    return {clip: mean(map(float, values)) for clip, values in found.items()}


def top1(record: Record) -> float:
    """Top-1 in [0, 1], from the predictions, which records have had all along."""
    return mean(hits([record]).values())


def _good(records: Iterable[Record]) -> list[Record]:
    return [record for record in records if not isinstance(record.metrics, str)]


def mean_by_lr(records: Iterable[Record]) -> dict[float, float]:
    """Mean top-1 of each learning rate over the networks: the rule that chooses one for all."""
    found: dict[float, list[float]] = defaultdict(list)
    for record in _good(records):
        found[record.detail["lr"]].append(top1(record))
    return {lr: mean(values) for lr, values in sorted(found.items())}


def rows(records: Iterable[Record]) -> list[list[str]]:
    """The cells of `HEAD`, a row a network and control; SmallBig is compared clip by clip."""
    by_cell: dict[tuple[str, str], list[Record]] = defaultdict(list)
    for record in records:
        by_cell[record.detail["network"], record.detail["control"]].append(record)
    reference = hits(_good(by_cell["smallbig_r23", "clip"]))
    made = []
    for network, control in product(NETWORKS, CONTROLS):
        if (network, control) in NOT_RUN:
            cells = [f"not run: {NOT_RUN[network, control]}"]
        elif by_cell[network, control]:
            cells = _cells(by_cell[network, control], reference)
        else:
            cells = ["not run: no record of it yet"]
        row = [NETWORKS[network], control, *cells]
        made.append(row + [""] * (len(HEAD) - len(row)))
    return made


def table(records: Sequence[Record], data: Path) -> str:
    """Markdown.

    Args:
        records: of the grid.
        data: what tools/make_ut_interaction.py wrote.
    """
    return "\n".join([markdown([HEAD, *rows(records)]), "", *_context(records, data), ""])


def _cells(records: Sequence[Record], reference: dict[str, float]) -> list[str]:
    good = _good(records)
    runs = f"{len(good)} of {len(records)}"
    if not good:
        return [str(records[0].metrics), "", "", "", "", runs]
    folds: dict[str, list[float]] = defaultdict(list)
    for record in good:
        folds[record.detail["part"]].append(top1(record))
    by_fold = [mean(values) for values in folds.values()]
    found = hits(good)
    low, high = interval(found)
    cost = store.counts(good[0])[0]
    return [
        f"{cost.params / 1e6:.2f}",
        f"{cost.macs / 1e9:.3f}",
        f"{100 * mean(by_fold):.1f}",
        f"{100 * stdev(by_fold):.1f}" if len(by_fold) > 1 else "one fold",
        f"{100 * low:.0f}-{100 * high:.0f}",
        runs,
        f"{mean(record.detail['seconds'] for record in good):.0f}",
        _comparison(reference, found),
    ]


def interval(found: dict[str, float]) -> tuple[float, float]:
    """Wilson's 95 % interval of top-1.

    The sample is the clips, whatever the number of seeds, which all see the same ones; several
    seeds' mean number of right ones is rounded to a whole one.
    """
    right = round(math.fsum(found.values()))
    both = binomtest(right, len(found)).proportion_ci(method="wilson")
    return both.low, both.high


def _comparison(reference: dict[str, float], other: dict[str, float]) -> str:
    """The clips that one of two networks gets right more often, and the exact sign test on them."""
    if not reference or reference == other:
        return ""
    both = reference.keys() & other.keys()
    better = sum(reference[clip] > other[clip] for clip in both)
    worse = sum(reference[clip] < other[clip] for clip in both)
    p = binomtest(better, better + worse).pvalue if better + worse else 1
    return f"{better} / {worse} ({p:.2g})"


def _context(records: Sequence[Record], data: Path) -> list[str]:
    seeds = sorted({str(record.seed) for record in _good(records)})
    lines = [
        f"Chance, and the largest class: {100 / len(CLASSES):.1f} %. Intervals (Wilson's) and p "
        "(sign test) take clips for independent, which those of one sequence are not: both "
        f"come out too small. Seeds: {', '.join(seeds) or 'none yet'}.",
    ]
    shape = data / SHAPE_ONLY
    if shape.exists():
        lines += [
            f"No pixels, only {features}: {100 * top1:.1f} %."
            for features, top1 in json.loads(shape.read_text()).items()
        ]
    return lines
