"""A long video's scores over time, as a picture."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from matplotlib.figure import Figure

from ..files import whole
from ..inference import Moment


def draw(moments: Sequence[Moment], labels: list[str] | None, most: int, out: Path) -> None:
    """Draw the scores of the classes that are highest somewhere, over the middles of their moments.

    Args:
        moments: of one video, in order.
        labels: of all classes; without them they are numbers.
        most: classes that get a line, those with the highest score first.
        out: the picture; its ending says of what kind.
    """
    scores = torch.stack([moment.scores for moment in moments])
    middles = [(moment.start + moment.end) / 2 for moment in moments]
    figure = Figure(figsize=(9, 3.2), layout="constrained")
    axes = figure.add_subplot()
    for index in scores.max(0).values.topk(min(most, scores.shape[1])).indices.tolist():
        name = labels[index] if labels else f"class {index}"
        axes.plot(middles, scores[:, index].tolist(), ".-", label=name)
    axes.set(xlabel="seconds", ylabel="score", ylim=(0, 1), xlim=(0, moments[-1].end))
    axes.grid(axis="y", alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    figure.legend(loc="outside right upper", frameon=False)
    with whole(out) as part:
        figure.savefig(part, format=out.suffix[1:], dpi=150)
