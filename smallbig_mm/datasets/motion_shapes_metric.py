"""The two figures of MotionShapes, which ask different things of a network."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from mmaction.registry import METRICS
from mmengine.evaluator import BaseMetric
from numpy.typing import ArrayLike

from .motion_shapes import CLASSES, GROUPS


def motion_shapes_accuracy(scores: ArrayLike, labels: ArrayLike) -> dict[str, float]:
    """Accuracy among the classes of a video's own group, which share their frames.

    Args:
        scores: (N, classes), one row a video.
        labels: (N,).

    Returns:
        In percent, of the groups that have videos: `order_free` (chance 20), each pair
        (`left_right`, `rotation`, `depth`; chance 50), and `direction`, all pairs together.

    Raises:
        ValueError: if the shapes are not these.
    """
    scores, labels = np.asarray(scores, dtype=float), np.asarray(labels, dtype=int)
    if scores.shape != (len(labels), len(CLASSES)):
        raise ValueError(
            f"scores of shape {scores.shape} for {len(labels)} videos: MotionShapes has "
            f"{len(CLASSES)} classes; set num_classes={len(CLASSES)} in the head"
        )
    hits = {}
    for group, names in GROUPS.items():
        own = [CLASSES.index(name) for name in names]
        chosen = np.isin(labels, own)
        hits[group] = np.take(own, scores[chosen][:, own].argmax(1)) == labels[chosen]
    hits["direction"] = np.concatenate([h for group, h in hits.items() if group != "order_free"])
    return {group: 100 * float(h.mean()) for group, h in hits.items() if len(h)}


@METRICS.register_module()
class MotionShapesMetric(BaseMetric):
    """`motion_shapes_accuracy` over a dataset, as `motion_shapes/order_free` and so on."""

    default_prefix = "motion_shapes"

    def process(self, data_batch: object, data_samples: Sequence[dict]) -> None:
        """Keep each video's scores and label."""
        for sample in data_samples:
            scores = sample["pred_score"].float().cpu().numpy()
            self.results.append((scores, int(sample["gt_label"])))

    def compute_metrics(self, results: list) -> dict[str, float]:
        """The figures of `motion_shapes_accuracy`."""
        scores, labels = zip(*results, strict=True)
        return motion_shapes_accuracy(np.stack(scores), labels)
