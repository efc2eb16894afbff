"""What was measured of a loader, as a sentence and tables."""

from __future__ import annotations

from typing import Any

Table = list[list[str]]


def as_text(found: dict[str, Any]) -> tuple[str, Table, Table]:
    """Conditions, a table of the ways of loading, one of smaller copies.

    Args:
        found: `experiments.loading.measure`'s.
    """
    step = found["step_seconds"]
    conditions = (
        f"{found['split']}: batches of {found['batch']} videos, {found['clips_a_video']} clips a "
        f"video; {found['cores']} processor cores; medians of {found['rounds']} rounds of "
        f"{found['seconds']:g} s, in turns; a step of training: {_said(step, '{:.3f} s')}; "
        f"{len(found['broken'])} broken videos. Memory: of this process and all below it, what "
        "they share counted for each; its growth is of a round's second half. Starves: what waits "
        "for the other, and for how much of the time. Hours: of the whole training on "
        f"{found['gpus']} GPUs, each with such a loader of its own"
    )
    head = ["workers", "decoder threads", "clips/s", "least ... most", "MiB", "growth, MiB/min",
            "starves", "hours"]  # fmt: skip
    rows = [
        [
            str(line["workers"]),
            str(line["threads"]),
            f"{line['clips_a_second']:.1f}",
            f"{line['least']:.1f} ... {line['most']:.1f}",
            f"{line['memory_mib']:.0f}",
            f"{line['growth_mib_a_minute']:.0f}",
            _starving(line["network_waits"]),
            _said(line["hours"], "{:.1f}"),
        ]
        for line in found["loaders"]
    ]
    resized = found["resized"]
    if isinstance(resized, str):
        return conditions, [head, *rows], [["short side", "clips/s"], [resized, ""]]
    first = resized[0]["clips_a_second"]
    copies = [
        [
            line["short_side"],
            f"{line['clips_a_second']:.1f}",
            f"{line['clips_a_second'] / first:.2f}",
            f"{line['mib_a_video']:.2f}",
        ]
        for line in resized
    ]
    return conditions, [head, *rows], [["short side", "clips/s", "ratio", "MiB a video"], *copies]


def _starving(waits: float | str) -> str:
    if isinstance(waits, str):
        return waits
    return f"network, {waits:.0%}" if waits else "loader"


def _said(value: float | str, form: str) -> str:
    return value if isinstance(value, str) else form.format(value)
