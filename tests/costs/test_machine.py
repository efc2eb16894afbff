"""What the machine has: memory that is seen, a limit that holds, rates of the right size."""

import resource
import time

import pytest
import torch

from smallbig_mm.costs import machine
from smallbig_mm.costs.machine import (
    available_memory,
    copy,
    elapsed,
    memory_in_use,
    memory_limited,
    peak_memory,
    product,
    reset_peak_memory,
)

CPU = torch.device("cpu")
MIB = 2**20


def test_peak_memory_begins_where_it_is_reset():
    def most(mib: int) -> float:
        before = memory_in_use(CPU)
        assert reset_peak_memory(CPU)
        torch.ones(mib * MIB, dtype=torch.uint8)  # and freed
        return (peak_memory(CPU) - before) / MIB

    if not machine.CLEAR.exists():
        pytest.skip("this system does not let a process reset its peak memory")
    assert most(300) == pytest.approx(300, abs=30)
    assert most(100) == pytest.approx(100, abs=30)


def test_a_system_that_resets_no_peak_is_told(monkeypatch, tmp_path):
    monkeypatch.setattr(machine, "CLEAR", tmp_path / "none" / "clear_refs")
    assert not reset_peak_memory(CPU)


def test_an_allocation_beyond_what_is_left_fails_and_the_limit_ends(monkeypatch):
    before = resource.getrlimit(resource.RLIMIT_DATA)
    monkeypatch.setattr(machine, "available_memory", lambda: 200 * MIB)
    with memory_limited():
        torch.empty(50 * MIB, dtype=torch.uint8)
        with pytest.raises(RuntimeError, match="allocate memory"):
            torch.empty(600 * MIB, dtype=torch.uint8)
    assert resource.getrlimit(resource.RLIMIT_DATA) == before
    torch.empty(600 * MIB, dtype=torch.uint8)


def test_a_control_group_limits_what_is_available(monkeypatch, tmp_path):
    limit, used = tmp_path / "limit", tmp_path / "used"
    monkeypatch.setattr(machine, "_control_groups", lambda: iter([(limit, used)]))
    used.write_text("100\n")
    limit.write_text("max\n")
    assert available_memory() > MIB
    limit.write_text("1100\n")
    assert available_memory() == 1000


def test_work_is_that_of_the_calls(monkeypatch):
    monkeypatch.setattr(machine, "PRODUCT_SIZES", (64, 128))
    multiply, macs = product("fp32", CPU)
    assert macs in (64**3, 128**3)
    monkeypatch.setattr(machine, "COPY_BYTES", MIB)
    move, moved = copy(CPU)
    assert moved == 2 * MIB
    assert multiply() is None and move() is not None


def test_elapsed_is_in_seconds():
    assert 0.05 <= elapsed(lambda: time.sleep(0.05), CPU) < 0.5
