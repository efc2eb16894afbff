"""A grid: the distinct rows of some tables, made small, trained and tested on one small dataset.

A job is a row and a seed. Jobs run in processes of their own, one a device; a job that has a
record is not run again, and one that fails leaves a record of its error and the others go on.
"""

from __future__ import annotations

import multiprocessing
import os
import time
import traceback
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from mmengine.config import Config

from ..configs import digest, load_config
from ..errors import UserError
from ..files import relative
from ..paper import Row, rows, training
from ..records import store
from ..records.provenance import code_version, now
from ..records.schema import Record

EXAMPLE = "configs/motion_shapes/grid.py"


@dataclass(frozen=True)
class Job:
    """One network of a grid and one seed.

    Attributes:
        row: id of the first row that has this network.
        also: ids of the other rows that have it.
        cfg: its config.
        seed: of weights, order and augmentation.
        grid: path of the grid's config.
    """

    row: str
    also: tuple[str, ...]
    cfg: Config
    seed: int
    grid: str

    @property
    def name(self) -> str:
        """What the ids of its records begin with."""
        row = self.row.replace("/", "-")
        return f"{Path(self.grid).parent.name}/{row}-seed{self.seed}-{digest(self.cfg)[:8]}"


def shrink(grid: Config, row: Row) -> Config:
    """The grid's config with the row's backbone, made as small as the grid says."""
    own = Config.fromfile(row.configs[0]).model.backbone
    cfg = Config(grid.to_dict(), filename=grid.filename)
    cfg.model.backbone = dict(own, **cfg.pop("small"))
    cfg.pop("rows")
    # Tested once, after the last epoch: no epoch is chosen by its test figure.
    cfg.val_dataloader = cfg.val_cfg = cfg.val_evaluator = None
    return cfg


def jobs(path: Path, seeds: Sequence[int], only: str = "*") -> list[Job]:
    """A job a distinct network and seed, all networks of a seed before the next one.

    Args:
        path: the grid's config, with `rows`, a pattern of tables, and `small`.
        seeds: one or more.
        only: pattern of row ids, or a table.

    Raises:
        UserError: if the config is not a grid's.
    """
    grid = load_config(str(path))
    if "rows" not in grid or "small" not in grid:
        raise UserError(f"config {path}: a grid's has `rows` and `small`, e.g. {EXAMPLE}")
    found: dict[str, list[tuple[str, Config]]] = {}
    for row in rows():
        if fnmatch(row.id, f"{grid.rows}/*") and row.configs:
            cfg = shrink(grid, row)
            found.setdefault(training(cfg), []).append((row.id, cfg))
    networks = []
    for same in found.values():
        (row_id, cfg), *others = same
        if any(fnmatch(name, only) or name.startswith(f"{only}/") for name, _ in same):
            networks.append((row_id, tuple(name for name, _ in others), cfg))
    made = []
    for seed in seeds:
        for row_id, also, cfg in networks:
            seeded = Config(cfg.to_dict(), filename=cfg.filename)
            seeded.randomness = dict(seed=seed)
            made.append(Job(row_id, also, seeded, seed, relative(path)))
    return made


def run(
    todo: Sequence[Job], folder: Path, work_dirs: Path, command: str, workers: int | None = None
) -> Iterator[Record]:
    """Run jobs side by side, and yield their records as they end.

    Args:
        todo: jobs without a record.
        folder: where records go.
        work_dirs: where logs go.
        command: what the user typed, for the records.
        workers: jobs at a time; as many as there are GPUs, or CPU cores, if not given.
    """
    import torch

    gpus = torch.cuda.device_count()
    workers = workers or gpus or len(os.sched_getaffinity(0))
    waiting = list(todo)
    context = multiprocessing.get_context("spawn")
    while waiting:
        devices = context.Queue()
        for number in range(workers):
            devices.put(number % gpus if gpus else None)
        with ProcessPoolExecutor(workers, context, _start, (devices,)) as pool:
            running: dict[Future, Job] = {}
            while waiting or running:
                while waiting and len(running) < workers:
                    job = waiting.pop(0)
                    running[pool.submit(execute, job, work_dirs, command)] = job
                ended, _ = wait(running, return_when=FIRST_COMPLETED)
                try:
                    for future in ended:
                        yield _kept(future.result(), folder)
                        del running[future]
                except BrokenProcessPool:
                    # which of them brought a process down is not known: each is tried alone
                    for job in running.values():
                        yield _kept(_alone(job, work_dirs, command), folder)
                    break


def _kept(record: Record, folder: Path) -> Record:
    store.write(record, folder)
    return record


def _start(devices: multiprocessing.Queue) -> None:
    """Give a process its device; one thread each where they share a CPU."""
    code_version()  # that of now, whatever is edited while it runs
    device = devices.get()
    if device is None:
        import torch

        torch.set_num_threads(1)
    else:
        os.environ["CUDA_VISIBLE_DEVICES"] = str(device)


def _alone(job: Job, work_dirs: Path, command: str) -> Record:
    context = multiprocessing.get_context("spawn")
    devices, started = context.Queue(), now()
    devices.put(0 if os.environ.get("CUDA_VISIBLE_DEVICES") else None)
    with ProcessPoolExecutor(1, context, _start, (devices,)) as pool:
        try:
            return pool.submit(execute, job, work_dirs, command).result()
        except BrokenProcessPool:
            return _record(job, command, started, _failed("the process ended without a word"))


def execute(job: Job, work_dirs: Path, command: str) -> Record:
    """Train and test one job; an error is recorded, not raised."""
    started = now()
    try:
        found = _train_and_test(job, work_dirs / job.name)
    except Exception as error:
        reason = "".join(traceback.format_exception_only(error)).strip().replace("\n", " ")
        found = _failed(reason)
    return _record(job, command, started, found)


def _failed(reason: str) -> dict[str, str]:
    return dict.fromkeys(("metrics", "counts", "data"), f"not run: {reason}")


def _train_and_test(job: Job, work_dir: Path) -> dict[str, Any]:
    """The fields of the record that tell what was found."""
    import torch
    from mmengine.registry import DefaultScope
    from mmengine.runner import Runner

    from ..costs.counting import clip_of, count

    if not DefaultScope.check_instance_created("grid"):
        DefaultScope.get_instance("grid", scope_name="mmaction")
    cfg = Config(job.cfg.to_dict(), filename=job.cfg.filename)
    cfg.work_dir, cfg.experiment_name = str(work_dir), f"{work_dir.name}_{time.time_ns()}"
    cfg.log_level = "ERROR"
    cfg.env_cfg.mp_cfg.mp_start_method = "spawn"  # as these processes were, without a warning
    cfg.default_hooks.checkpoint = None
    runner = Runner.from_cfg(cfg)
    counts = count(runner.model.eval().cpu(), clip_of(cfg)).as_record()
    if torch.cuda.is_available():
        runner.model.cuda()
    else:  # where max pooling over clips takes a quarter of the time in this layout
        runner.model.backbone.to(memory_format=torch.channels_last_3d)
    runner.train()
    metrics = {key: float(value) for key, value in runner.test().items()}
    metrics["train/loss"] = float(runner.message_hub.get_scalar("train/loss").mean(20))
    loaders = dict(train=runner.train_dataloader, test=runner.test_dataloader)
    data = [store.data_of(cfg, split, loader.dataset) for split, loader in loaders.items()]
    return dict(metrics=metrics, counts=[counts], data=data)


def _record(job: Job, command: str, started: str, found: dict[str, Any]) -> Record:
    return store.make(
        kind="train",
        name=job.name,
        config=job.grid,
        cfg=job.cfg,
        split="test",
        command=command,
        start=started,
        checkpoints="not run: weights of a grid are not kept",
        seed=job.seed,
        detail=dict(rows=[job.row, *job.also]),
        **found,
    )
