"""Whether a network is right as often as it says: the reliability table and its expected error."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..ensemble import Scores
from .classes import predicted, wilson

BINS = 15  # of equal width, as Guo et al., On Calibration of Modern Neural Networks (ICML 2017)


def reliability(scores: Scores, bins: int = BINS) -> pd.DataFrame:
    """A row a bin of the highest score, (`from`, `to`]: `videos`, the mean score as `confidence`,
    `accuracy`, and its 95 % interval (Wilson) `low` to `high`; nan where a bin is empty."""
    best, right = scores.scores.numpy().max(1), predicted(scores) == scores.labels.numpy()
    edges = np.linspace(0, 1, bins + 1)
    place = np.clip(np.digitize(best, edges, right=True) - 1, 0, bins - 1)
    videos = np.bincount(place, minlength=bins)
    hits = np.bincount(place, right, bins).astype(int)
    sums = np.bincount(place, best, bins)
    ends = [wilson(int(hit), int(number)) for hit, number in zip(hits, videos, strict=True)]
    some = np.where(videos > 0, videos, np.nan)
    return pd.DataFrame(
        {
            "from": edges[:-1],
            "to": edges[1:],
            "videos": videos,
            "confidence": sums / some,
            "accuracy": hits / some,
            "low": [low for low, _ in ends],
            "high": [high for _, high in ends],
        }
    )


def expected_error(table: pd.DataFrame) -> float:
    """Expected calibration error: the mean over videos of |accuracy - confidence| of their bin."""
    gaps = (table["accuracy"] - table["confidence"]).abs() * table["videos"]
    return float(gaps.sum() / table["videos"].sum())
