"""Calls in turns: their order, their spread, and that a failure leaves the others be."""

import time

import pytest
import torch

from smallbig_mm.costs import speed
from smallbig_mm.costs.speed import LEAST_ROUNDS, MOST_WARM_UP, Entry, Race
from smallbig_mm.errors import UserError

CPU = torch.device("cpu")


def test_calls_take_turns_after_their_warm_up():
    race, order = Race(CPU), []
    for name in "ab":
        race.enter(name, lambda name=name: lambda: (order.append(name), time.sleep(0.01)))
    assert order == sorted(order) and 2 <= order.count("a") <= MOST_WARM_UP
    order.clear()
    race.run(3)
    assert order == list("ababab")
    assert all(len(entry.seconds) == 3 for entry in race.entries.values())
    assert all(0.01 <= low <= mid <= high for low, mid, high in [race.entries["a"].quartiles])


def test_warm_up_lasts_until_two_calls_take_the_same(monkeypatch):
    times = iter([8.0, 4.0, 2.1, 2.0, *(2**n for n in range(99))])
    monkeypatch.setattr(speed, "elapsed", lambda call, device: float(next(times)))
    assert Race(CPU).enter("a", lambda: lambda: None).warm_up == [8.0, 4.0, 2.1, 2.0]
    assert len(Race(CPU).enter("b", lambda: lambda: None).warm_up) == MOST_WARM_UP


def test_quartiles_by_hand():
    assert Entry(seconds=[5.0, 1.0, 2.0, 4.0, 3.0]).quartiles == (2, 3, 4)
    assert Entry(seconds=[7.0]).quartiles == (7, 7, 7)


def test_what_fails_leaves_with_its_reason_and_the_others_go_on():
    race, left = Race(CPU), iter(range(10))

    def late() -> None:
        if next(left) >= 8:
            raise ValueError("no\nmore")

    race.enter("full", lambda: lambda: torch.empty(2**60))
    race.enter("late", lambda: late)
    race.enter("good", lambda: lambda: None)
    race.run(12)
    assert race.entries["full"].failure == "not run: out of memory"
    assert race.entries["late"].failure == "not run: ValueError: no"
    assert not race.entries["late"].seconds
    assert len(race.entries["good"].seconds) == 12


def test_what_does_not_exist_does_not_enter():
    race = Race(CPU)

    def make():
        raise UserError("no such thing")

    with pytest.raises(UserError):
        race.enter("a", make)
    assert not race.entries


def test_time_that_is_up_ends_the_rounds_and_the_entering():
    race = Race(CPU)
    race.enter("a", lambda: lambda: None)
    late = race.enter("b", lambda: lambda: None, deadline=time.monotonic() - 1)
    assert late.failure == "not run: the time was up"
    race.run(100, seconds=0)
    assert len(race.entries["a"].seconds) == LEAST_ROUNDS and not late.seconds


def test_memory_is_what_a_call_holds_beyond_what_was_there():
    entry = Race(CPU).enter("a", lambda: lambda: torch.ones(2**28, dtype=torch.uint8))
    assert entry.memory / 2**20 == pytest.approx(256, abs=40)
