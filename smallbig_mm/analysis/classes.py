"""A test class by class and video by video: top-1 with intervals, confusions, hard videos."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import binomtest
from sklearn.metrics import confusion_matrix

from ..ensemble import Scores

LEVEL = 0.95  # of intervals


def wilson(right: int, of: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a share; (nan, nan) of nothing."""
    if not of:
        return np.nan, np.nan
    found = binomtest(right, of).proportion_ci(LEVEL, method="wilson")
    return float(found.low), float(found.high)


def ranking(scores: Scores) -> NDArray[np.int64]:
    """(videos, classes): each video's classes, best first, as mmaction2's `top_k_accuracy` has
    them."""
    return np.argsort(scores.scores.numpy(), axis=1)[:, ::-1]


def predicted(scores: Scores) -> NDArray[np.int64]:
    """(videos,): the class with the highest score."""
    return ranking(scores)[:, 0]


def confusions(scores: Scores) -> NDArray[np.int64]:
    """(classes, classes): how many videos of a row's class were taken for a column's."""
    every = range(scores.classes)
    return confusion_matrix(scores.labels.numpy(), predicted(scores), labels=every)


def per_class(matrix: NDArray[np.int64], names: Sequence[str]) -> pd.DataFrame:
    """A row a class: `class`, `videos`, `right`, `top1` with its interval `low` to `high` (Wilson,
    95 %), and `precision`, the share of right ones among those that were taken for this class.

    Shares are nan where there is no video.
    """
    right, videos, taken = matrix.diagonal(), matrix.sum(1), matrix.sum(0)
    ends = [wilson(int(r), int(n)) for r, n in zip(right, videos, strict=True)]
    return pd.DataFrame(
        {
            "class": list(names),
            "videos": videos,
            "right": right,
            "top1": _share(right, videos),
            "low": [low for low, _ in ends],
            "high": [high for _, high in ends],
            "precision": _share(right, taken),
        }
    )


def _share(part: NDArray[np.int64], whole: NDArray[np.int64]) -> NDArray[np.float64]:
    return np.divide(part, whole, out=np.full(len(part), np.nan), where=whole > 0)


def confused(matrix: NDArray[np.int64], names: Sequence[str]) -> pd.DataFrame:
    """A row a pair of classes that was confused, the most videos first: `label`, `taken_for`,
    their numbers `label_number` and `taken_for_number`, `videos`, and their `share` of the
    label's."""
    wrong = matrix - np.diag(matrix.diagonal())
    rows, columns = np.nonzero(wrong)
    pairs = list(zip(rows.tolist(), columns.tolist(), strict=True))
    found = pd.DataFrame(
        {
            "label": [names[label] for label, _ in pairs],
            "taken_for": [names[other] for _, other in pairs],
            "label_number": rows,
            "taken_for_number": columns,
            "videos": wrong[rows, columns],
            "share": wrong[rows, columns] / matrix.sum(1)[rows],
        }
    )
    return found.sort_values(["videos", "share"], ascending=False, ignore_index=True)


def per_video(scores: Scores, names: Sequence[str], videos: Sequence[str]) -> pd.DataFrame:
    """A row a video, the hardest first, that is the one whose label got the lowest score: `video`,
    `label`, its `score` and `rank` (from 1), `predicted`, and that class's `predicted_score`."""
    order, labels = ranking(scores), scores.labels.numpy()
    values, every = scores.scores.numpy(), np.arange(len(labels))
    found = pd.DataFrame(
        {
            "video": list(videos),
            "label": [names[label] for label in labels],
            "score": values[every, labels],
            "rank": (order == labels[:, None]).argmax(1) + 1,
            "predicted": [names[best] for best in order[:, 0]],
            "predicted_score": values[every, order[:, 0]],
        }
    )
    return found.sort_values(["score", "rank"], ascending=[True, False], ignore_index=True)
