"""Files that hang or crash what reads them cost themselves only."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from smallbig_mm.workers import Failure, cores, each


def work(item: int) -> int:
    if item == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    if item == 5:
        time.sleep(60)
    if item == 7:
        raise ValueError("seven\nis bad")
    return item * item


@pytest.mark.parametrize("workers", [1, 2, 20])
def test_each_result_comes_once_and_each_failure_says_why(workers):
    results = dict(each(work, iter(range(10)), seconds=0.5, workers=workers))
    failed = {item: found.why for item, found in results.items() if isinstance(found, Failure)}
    assert failed == {
        3: "crashed its process (exit code -9)",
        5: "hung: not done after 0.5 s",
        7: "is bad",
    }
    assert {i: r for i, r in results.items() if i not in failed} == {
        i: i * i for i in range(10) if i not in failed
    }


def test_a_caller_that_stops_leaves_no_process():
    others = _children()  # of earlier tests, which decode in processes of their own
    results = each(os.getpgid, [0] * 8, seconds=10, workers=2)
    next(results)
    children = _children() - others
    results.close()
    assert len(children) == 2 and not children & _children()


def test_workers_do_not_outlive_what_started_them(tmp_path):
    code = (
        "import os, time; from smallbig_mm.workers import each\n"
        "print(*(pid for _, pid in each(lambda _: (time.sleep(0.2), os.getpid())[1], "
        "range(2), 9, 2)), flush=True)\n"
        "list(each(lambda _: time.sleep(0.1) or print(os.getpid(), flush=True), "
        "range(10**6), 9, 2))"
    )
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    process.stdout.readline()
    alive = {int(process.stdout.readline()) for _ in range(8)}
    process.kill()
    process.wait()
    process.stdout.close()
    ends = time.monotonic() + 10
    while any(Path(f"/proc/{pid}").exists() for pid in alive) and time.monotonic() < ends:
        time.sleep(0.1)
    assert len(alive) == 2 and not any(Path(f"/proc/{pid}").exists() for pid in alive)


def _children() -> set[str]:
    with open(f"/proc/self/task/{os.getpid()}/children") as file:
        return set(file.read().split())


def test_no_items_no_processes():
    assert not list(each(work, [], seconds=1)) and cores() >= 1
