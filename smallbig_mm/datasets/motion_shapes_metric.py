"""The figures of MotionShapes, which ask different things of a network."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from mmaction.registry import METRICS
from mmengine.evaluator import BaseMetric
from numpy.typing import ArrayLike

from .motion_shapes_files import KINDS


def motion_shapes_accuracy(
    scores: ArrayLike, labels: ArrayLike, kind: str = "orders"
) -> dict[str, float]:
    """Accuracy among the classes of a video's own group.

    Args:
        scores: (N, classes), one row a video.
        labels: (N,).
        kind: of the dataset, `orders` or `events`.

    Returns:
        In percent, of the groups that have videos: `events` (chance 12.5), or `order_free`
        (chance 20), each pair (`left_right`, `rotation`, `depth`; chance 50), and `direction`, all
        pairs together.

    Raises:
        ValueError: if the shapes are not these.
    """
    groups, classes = KINDS[kind].groups, KINDS[kind].classes
    scores, labels = np.asarray(scores, dtype=float), np.asarray(labels, dtype=int)
    if scores.shape != (len(labels), len(classes)):
        raise ValueError(
            f"scores of shape {scores.shape} for {len(labels)} videos: MotionShapes has "
            f"{len(classes)} classes ({kind}); set num_classes={len(classes)} in the head"
        )
    hits = {}
    for group, names in groups.items():
        own = [classes.index(name) for name in names]
        chosen = np.isin(labels, own)
        hits[group] = np.take(own, scores[chosen][:, own].argmax(1)) == labels[chosen]
    pairs = [hit for group, hit in hits.items() if len(groups[group]) == 2]
    if pairs:
        hits["direction"] = np.concatenate(pairs)
    return {group: 100 * float(h.mean()) for group, h in hits.items() if len(h)}


@METRICS.register_module()
class MotionShapesMetric(BaseMetric):
    """`motion_shapes_accuracy` over a dataset, as `motion_shapes/order_free` and so on.

    Args:
        kind: of the dataset, `orders` or `events`.
        **base: arguments of mmengine's `BaseMetric`.
    """

    default_prefix = "motion_shapes"

    def __init__(self, kind: str = "orders", **base) -> None:
        super().__init__(**base)
        self.kind = kind

    def process(self, data_batch: object, data_samples: Sequence[dict]) -> None:
        """Keep each video's scores and label."""
        for sample in data_samples:
            scores = sample["pred_score"].float().cpu().numpy()
            self.results.append((scores, int(sample["gt_label"])))

    def compute_metrics(self, results: list) -> dict[str, float]:
        """The figures of `motion_shapes_accuracy`."""
        scores, labels = zip(*results, strict=True)
        return motion_shapes_accuracy(np.stack(scores), labels, self.kind)
