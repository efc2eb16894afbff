"""Many small jobs, each in a process of its own, side by side, one a device.

A job that has a successful record is not run again; one that fails or crashes leaves a record of
that, and the others go on. Whatever ends the engine ends its jobs.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from subprocess import PIPE, STDOUT, Popen, TimeoutExpired

import torch

from ..files import PACKAGE
from ..records import recording, store
from ..records.provenance import now
from ..records.schema import Record
from ..workers import cores
from .job import Job

POLL, PATIENCE = 0.2, 30  # seconds: between looks at the jobs; for one to end when told to


def gpus() -> list[str]:
    """What CUDA_VISIBLE_DEVICES must be for each GPU that this process may use."""
    number = torch.cuda.device_count()
    mask = os.environ.get("CUDA_VISIBLE_DEVICES")
    names = map(str, range(number)) if mask is None else mask.split(",")
    return [name.strip() for name in names][:number]


def run(
    jobs: Sequence[Job], records: Path, work_dirs: Path, command: str, workers: int | None = None
) -> Iterator[tuple[Job, Record, bool]]:
    """Run the jobs that have no successful record yet.

    Args:
        jobs: those that matter most first.
        records: folder of records.
        work_dirs: folder of the jobs' folders, named after them.
        command: what the user typed, for the records.
        workers: jobs at a time; as many as there are GPUs, or CPU cores, if not given. A single one
            has all cores, and shows a line that moves.

    Yields:
        Each job, its record, and whether that is new: those that had one first, then as they end.
    """
    waiting = []
    for job in jobs:
        known = store.succeeded(job.name, records)
        if known is None:
            waiting.append(job)
        else:
            yield job, known, False
    devices = gpus()
    workers = workers or len(devices) or cores()
    free = [devices[n % len(devices)] if devices else None for n in range(workers)]
    running: dict[Popen, tuple[Job, str | None, str, set[Path]]] = {}
    try:
        while waiting or running:
            while waiting and free:
                job, device = waiting.pop(0), free.pop(0)
                before, began = _records(job, records), now()
                folder = work_dirs.resolve() / job.name
                order = dict(records=str(records.resolve()), command=command)
                job.save(folder, **order, progress=workers == 1)
                running[_start(folder, device, workers)] = job, device, began, before
            time.sleep(POLL)
            for process in [process for process in running if process.poll() is not None]:
                job, device, began, before = running.pop(process)
                free.append(device)
                new = _records(job, records) - before
                if not new:
                    new = {_died(job, process.returncode, began, records, command)}
                yield job, store.read(max(new)), True
    finally:
        for process in running:
            process.terminate()
        for process in running:
            try:
                process.wait(PATIENCE)
            except TimeoutExpired:
                process.kill()


def _start(folder: Path, device: str | None, workers: int) -> Popen:
    """Start a job's process, which ends when its standard input does."""
    path = [str(PACKAGE.parent), *filter(None, [os.environ.get("PYTHONPATH")])]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(path)}  # this package, wherever it lies
    if device is not None:
        env["CUDA_VISIBLE_DEVICES"] = device
    elif workers > 1:
        env.setdefault("OMP_NUM_THREADS", "1")
    command = [sys.executable, "-m", "smallbig_mm.experiments.job", str(folder)]
    if workers == 1:
        return Popen(command, env=env, stdin=PIPE)
    with open(folder / "output.txt", "w") as output:
        return Popen(command, env=env, stdin=PIPE, stdout=output, stderr=STDOUT)


def _records(job: Job, folder: Path) -> set[Path]:
    return set((folder / job.name).parent.glob(f"{Path(job.name).name}-*.json"))


def _died(job: Job, code: int, start: str, folder: Path, command: str) -> Path:
    """Record a process that ended without a word."""
    how = signal.Signals(-code).name if code < 0 else f"code {code}"
    why = f"not run: the process ended with {how}"
    for path in recording.close_killed(folder, job.name, why):
        return path
    record = store.make(  # it had not begun its own
        kind="train",
        name=job.name,
        config=job.config,
        cfgs=[job.cfg],
        input=store.input_of(job.cfg, "test"),
        command=command,
        start=start,
        seed=job.seed,
        detail=job.detail,
        **dict.fromkeys(("metrics", "counts", "data", "checkpoints"), why),
    )
    return store.write(record, folder)
