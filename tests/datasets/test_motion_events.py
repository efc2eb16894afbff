"""Events: a frame tells the class in half of the videos, the motion always, either way in time."""

from collections import Counter
from itertools import product

import numpy as np
import pytest

from smallbig_mm.datasets import motion_events
from smallbig_mm.datasets.motion_events import (
    EVENTS,
    MOVES,
    STILLS,
    STRENGTH,
    draw_event,
    draw_look,
    draw_passers,
    draw_states,
)
from smallbig_mm.datasets.motion_shapes import SLOTS
from smallbig_mm.datasets.motion_shapes_metric import motion_shapes_accuracy

from ..tool import fails, run


def drawn(name: str, number: int = 4000) -> np.ndarray:
    rng = np.random.default_rng(0)
    return np.array([draw_states(name, rng) for _ in range(number)])


def shapes_of(states: np.ndarray) -> Counter:
    return Counter(map(bytes, states.astype(np.int8)))


@pytest.mark.parametrize("name", EVENTS)
def test_a_frame_says_nothing_of_what_moves(name):
    """Of any slot: each of the eight combinations of place, angle and size is as likely."""
    code = drawn(name) @ (4, 2, 1)
    for slot in range(SLOTS):
        share = np.bincount(code[:, slot], minlength=8) / len(code)
        assert np.abs(share - 1 / 8).max() < 0.02, f"slot {slot}"


@pytest.mark.parametrize("name", EVENTS[1:])
def test_an_event_is_as_likely_as_its_own_reversal(name):
    states = drawn(name)[..., MOVES[name][0]]
    forward, backward = shapes_of(states), shapes_of(states[:, ::-1])
    assert forward.keys() == backward.keys()
    for key, number in forward.items():
        assert abs(number - backward[key]) < 5 * np.sqrt(2 * number)


def test_what_moves_tells_the_class_wholly():
    kinds = [shapes_of(drawn(name)).keys() for name in EVENTS]
    for (i, one), (j, other) in product(enumerate(kinds), repeat=2):
        assert i == j or not one & other


@pytest.mark.parametrize("name", EVENTS)
def test_all_that_moves_changes_at_once_seldom_and_anywhere(name):
    steps = np.diff(drawn(name), axis=1) != 0
    still = [i for i in range(3) if i not in MOVES[name]]
    assert not steps[..., still].any()
    for moved in MOVES[name]:
        assert (steps[..., moved] == steps[..., MOVES[name][0]]).all()
        assert set(steps[..., moved].sum(1)) == {1, 2, 3}
        assert steps[..., moved].mean(0) == pytest.approx(np.full(7, 2 / 7), abs=0.03)


def test_a_video_looks_like_its_class_as_often_as_the_strength_says():
    rng = np.random.default_rng(0)
    for label in range(len(EVENTS)):
        looks = np.bincount([draw_look(label, rng) for _ in range(4000)], minlength=8) / 4000
        assert looks[label] == pytest.approx(STRENGTH, abs=0.03)
        assert np.delete(looks, label) == pytest.approx((1 - STRENGTH) / 7, abs=0.015)


def test_passers_move_evenly_and_the_scene_is_the_streams():
    rng = np.random.default_rng(1)
    for poses in map(np.array, draw_passers(16, rng)):
        assert np.abs(np.diff(poses, n=2, axis=0)).max() < 1e-9
        assert np.abs(np.diff(poses[:, :2], axis=0)).max() > 1e-3
    one, same, other = (
        draw_event(3, np.random.default_rng(seed), np.random.default_rng(7)) for seed in (0, 0, 1)
    )
    assert one.dtype == np.uint8 and one.shape[0] == 16 and (one == same).all()
    assert one.shape != other.shape or (one != other).any()


@pytest.mark.parametrize("label", [0, 7, 30, 55])
def test_a_still_shows_what_its_class_says(label, monkeypatch):
    drawn = []
    monkeypatch.setattr(motion_events, "draw_frames", lambda *actor: drawn.append(actor))
    for seed in range(20):
        motion_events.draw_still(label, np.random.default_rng(0), np.random.default_rng(seed))
    shape, quarter, size = STILLS[label].split("_")
    poses = [pose for poses, *_ in drawn for pose in poses]
    assert len(poses) == 40 and {shown for _, shown, *_ in drawn} == {shape}
    assert {int(pose.angle // (np.pi / 2)) for pose in poses} == {int(quarter)}
    assert {pose.size > 0.18 for pose in poses} == {size == "large"}


def test_accuracy_is_over_all_events():
    scores = np.eye(8)
    assert motion_shapes_accuracy(scores, range(8), "events") == {"events": 100}
    assert motion_shapes_accuracy(scores, [*range(7), 0], "events") == {"events": 87.5}
    with pytest.raises(ValueError, match=r"8 classes \(events\); set num_classes=8"):
        motion_shapes_accuracy(np.eye(11), range(11), "events")


def test_tool_writes_events_and_keeps_kinds_apart(tmp_path):
    order = ("make_motion_shapes.py", tmp_path / "data", "--train", 9, "--val", 1, "--workers", 1)
    run(*order, "--kind", "events", "--contact-sheet", tmp_path / "sheet.png")
    assert (tmp_path / "data/labels.txt").read_text().split() == list(EVENTS)
    assert (tmp_path / "data/train.txt").read_text().splitlines()[8] == "train/000/000008.mp4 0"
    assert (tmp_path / "sheet.png").stat().st_size > 10000
    fails(run(*order), "data holds MotionShapes with classes", "choose another folder")
