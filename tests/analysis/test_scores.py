"""Figures of dumps, against counts by hand and plain formulas."""

import math

import numpy as np
import pytest
import torch

from smallbig_mm.analysis import calibration, classes
from smallbig_mm.analysis.comparison import compare
from smallbig_mm.ensemble import Scores
from smallbig_mm.errors import UserError

NAMES = ("run", "jump", "sit")
# labels run run jump jump sit; the second, fourth and fifth are taken for jump, run, jump
SCORES = [[0.8, 0.1, 0.1], [0.3, 0.6, 0.1], [0.1, 0.9, 0.0], [0.7, 0.2, 0.1], [0.0, 0.9, 0.1]]


def made(scores, labels, source="a.pkl", names=None) -> Scores:
    return Scores(source, torch.tensor(scores, dtype=torch.float64), torch.tensor(labels), names)


@pytest.fixture
def small() -> Scores:
    return made(SCORES, [0, 0, 1, 1, 2])


def test_classes_are_counted(small):
    matrix = classes.confusions(small)
    assert matrix.tolist() == [[1, 1, 0], [1, 1, 0], [0, 1, 0]]
    table = classes.per_class(matrix, NAMES)
    assert table["top1"].tolist() == [0.5, 0.5, 0]
    assert table["precision"].tolist()[:2] == [0.5, pytest.approx(1 / 3)]
    assert math.isnan(table["precision"][2])  # nothing was taken for it
    pairs = classes.confused(matrix, NAMES)
    assert pairs[["label", "taken_for"]].values.tolist()[0] == ["sit", "jump"]  # all of its videos
    assert pairs["videos"].tolist() == [1, 1, 1]


def test_intervals_are_wilsons():
    low, high = classes.wilson(7, 20)
    z, p, n = 1.959964, 7 / 20, 20
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    assert (low, high) == (pytest.approx(middle - half), pytest.approx(middle + half))
    assert all(map(math.isnan, classes.wilson(0, 0)))


def test_a_class_without_videos_has_no_share():
    table = classes.per_class(classes.confusions(made(SCORES[:2], [0, 0])), NAMES)
    assert table["videos"].tolist() == [2, 0, 0]
    assert table["top1"].isna().tolist() == [False, True, True]


def test_hardest_videos_come_first(small):
    table = classes.per_video(small, NAMES, [f"{n}.mp4" for n in range(5)])
    assert table["video"].tolist() == ["4.mp4", "3.mp4", "1.mp4", "0.mp4", "2.mp4"]
    assert table.iloc[0][["label", "predicted", "rank"]].tolist() == ["sit", "jump", 2]


def test_calibration_by_hand(small):
    """Best scores .8 .6 .9 .7 .9, right right-wrong as above, in fifths."""
    table = calibration.reliability(small, bins=5)
    # (.4, .6] has the .6, (.6, .8] the .8 and the .7, (.8, 1] both .9
    assert table["videos"].tolist() == [0, 0, 1, 2, 2]
    assert table["accuracy"].tolist()[2:] == [0, 0.5, 0.5]
    assert table["confidence"].tolist()[2:] == pytest.approx([0.6, 0.75, 0.9])
    by_hand = (1 * 0.6 + 2 * 0.25 + 2 * 0.4) / 5
    assert calibration.expected_error(table) == pytest.approx(by_hand)


def test_scores_that_are_frequencies_are_calibrated():
    rng = np.random.default_rng(0)
    chance = rng.uniform(0.5, 1, 20000)
    labels = (rng.uniform(size=20000) > chance).astype(int)
    table = calibration.reliability(made(np.stack([chance, 1 - chance], 1), labels))
    assert calibration.expected_error(table) < 0.02
    assert table["videos"].sum() == 20000


def random_pair(videos: int) -> tuple[Scores, Scores]:
    rng = np.random.default_rng(1)
    labels, names = rng.integers(0, 3, videos), tuple(f"v/{n}.mp4" for n in range(videos))
    scores = rng.dirichlet(np.ones(3), (2, videos))
    scores[0, np.arange(videos), labels] += 0.3
    scores /= scores.sum(-1, keepdims=True)
    a, b = (made(s, labels, f"{n}.pkl", names) for n, s in zip("ab", scores, strict=True))
    return a, b


def test_mcnemar_and_bootstrap_as_their_definitions():
    a, b = random_pair(80)
    found = compare(a, b)
    first, second = ((s.scores.argmax(1) == s.labels).numpy().astype(int) for s in (a, b))
    n, k = found.only_first + found.only_second, min(found.only_first, found.only_second)
    assert found.only_first == ((first == 1) & (second == 0)).sum()
    tail = sum(math.comb(n, i) for i in range(k + 1)) / 2**n
    assert found.p == pytest.approx(min(1, 2 * tail))
    assert found.difference == pytest.approx(first.mean() - second.mean())
    picked = np.random.default_rng(2).integers(0, 80, (20000, 80))
    low, high = np.quantile((first - second)[picked].mean(1), [0.025, 0.975])
    assert (found.low, found.high) == (
        pytest.approx(low, abs=0.013),
        pytest.approx(high, abs=0.013),
    )


def test_videos_are_matched_by_name():
    a, b = random_pair(30)
    order = torch.randperm(30)
    turned = Scores("b.pkl", b.scores[order], b.labels[order], tuple(b.names[n] for n in order))
    assert compare(a, turned) == compare(a, b)
    same = compare(a, a)
    assert (same.difference, same.low, same.high, same.p) == (0, 0, 0, 1)
    with pytest.raises(UserError, match="1 of 30 videos differ"):
        compare(a, Scores("c.pkl", b.scores[:29], b.labels[:29], b.names[:29]))
