"""What other backends and precisions than torch in float32 give, and how far it is from that."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd

from ..records.schema import Record
from ..records.store import metrics
from .documents import Document

COLUMNS = (
    *("config", "checkpoint", "backend", "precision", "figure", "value", "torch fp32"),
    *("difference", "videos", "calibrated on"),
)
TEXT = (
    "The same checkpoint, test and list by another backend than torch, or in another precision "
    "than float32. Accuracies are in percent, differences in points. No figure here fills a row "
    "of the paper's tables."
)


def figures(record: Record) -> dict[str, float]:
    """Accuracies of a test in percent: `top-1` where it has one, else all that it has."""
    found = metrics(record)
    return {"top-1": 100 * found["acc/top1"]} if "acc/top1" in found else found


def reference(record: Record, records: Sequence[Record]) -> Record | None:
    """The newest test by torch in float32 of the same checkpoint, settings and lists."""
    same = [r for r in records if r.is_plain and _measured(r) and _subject(r) == _subject(record)]
    return same[-1] if same else None


def _measured(record: Record) -> bool:
    return record.kind == "test" and not isinstance(record.metrics, str)


def _subject(record: Record) -> tuple:
    """What two tests must have in common for their figures to be compared."""
    if isinstance(record.checkpoints, str) or isinstance(record.data, str):
        return (record.id,)
    weights = tuple(checkpoint.sha256 for checkpoint in record.checkpoints)
    lists = tuple((data.sha256, data.samples) for data in record.data)
    if any(sha256.startswith("not run") for sha256, _ in lists):
        return (record.id,)
    return weights, tuple(record.settings), lists


def difference(record: Record, records: Sequence[Record]) -> Iterator[str]:
    """A line a figure of a test by another backend or precision; or what to run to compare it.

    Args:
        record: the test's.
        records: of the same folder, oldest first.
    """
    ran = f"{record.backend} {record.precision}"
    if not _measured(record):
        yield f"{ran}: nothing to compare: {record.metrics}"
        return
    plain = reference(record, records)
    if plain is None:
        yield (
            f"{ran}: what it loses is not known, as no record here is of torch fp32 on the same "
            "checkpoint, test and list: run the same command without --backend and --precision"
        )
        return
    for name, value, other in _pairs(record, plain):
        loses = f", a loss of accuracy of {other - value:.2f}" * (record.precision == "int8")
        yield (
            f"{name}: {value:.2f} % by {ran}, {other:.2f} % by torch fp32 ({plain.id}): "
            f"{value - other:+.2f} points{loses}, {_videos(record)} videos"
        )


def _pairs(record: Record, plain: Record) -> Iterator[tuple[str, float, float]]:
    others = figures(plain)
    for name, value in figures(record).items():
        if name in others:
            yield name, value, others[name]


def _videos(record: Record) -> int:
    return 0 if isinstance(record.data, str) else sum(own.samples for own in record.data)


def table(records: Sequence[Record]) -> Document | None:
    """The newest test of each checkpoint, test, list, backend and precision; None without any."""
    newest = {
        (_subject(record), record.backend, record.precision): record
        for record in records
        if _measured(record) and not record.is_plain
    }
    rows = [row for record in newest.values() for row in _rows(record, records)]
    if not rows:
        return None
    return Document(
        "Other backends and precisions", [TEXT], {"": pd.DataFrame(rows, columns=COLUMNS)}, [], {}
    )


def _rows(record: Record, records: Sequence[Record]) -> Iterator[dict[str, str]]:
    plain = reference(record, records)
    others = figures(plain) if plain else {}
    weights = [] if isinstance(record.checkpoints, str) else record.checkpoints
    calibration = record.detail.get("calibration")
    for name, value in figures(record).items():
        other = others.get(name)
        yield {
            "config": record.config,
            "checkpoint": ", ".join(f"{c.file} ({c.sha256[:8]})" for c in weights),
            "backend": record.backend,
            "precision": record.precision,
            "figure": name,
            "value": f"{value:.2f}",
            "torch fp32": "not run: no record of it" if other is None else f"{other:.2f}",
            "difference": "" if other is None else f"{value - other:+.2f}",
            "videos": str(_videos(record)),
            "calibrated on": f"{calibration['clips']} clips" if calibration else "",
        }
