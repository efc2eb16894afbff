"""Room and rights on the machine that a run is to use."""

from __future__ import annotations

import math
import shutil
import tempfile
from pathlib import Path
from typing import IO, Any

import torch
from mmengine.hooks import CheckpointHook, EMAHook
from mmengine.runner import Runner

from ..errors import UserError
from ..files import lock
from ..records.training import unwrap
from .settings import warn

SHM = Path("/dev/shm")
LOCK = ".training"  # a file in a work dir
_taken: list[IO[str]] = []  # closed, they would be locked no more


def require_writable(folder: Path) -> None:
    """Raise UserError if no record can be written to a folder."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise UserError(
            f"--records {folder}: no record can be written there ({error}); choose another"
        ) from error


def take_folder(runner: Runner) -> None:
    """Keep a work dir for this training while this process lives.

    One that holds an earlier training's checkpoints is warned of, as mmengine writes over them.

    Raises:
        UserError: if another training is writing to it.
    """
    folder = Path(runner.work_dir)
    file = (folder / LOCK).open("w")
    _taken.append(file)
    try:
        lock(file)
    except BlockingIOError:
        raise UserError(
            f"--work-dir {folder}: another training is writing to it; wait for its end, or give "
            "another folder"
        ) from None
    except OSError:  # a file system without locks
        pass
    if not runner._resume and (folder / "last_checkpoint").is_file():
        warn(
            f"{folder} has checkpoints of an earlier training, which this one writes over; "
            "--resume goes on with it, another --work-dir keeps it"
        )


def warn_of_little_shared_memory(wanted: int) -> None:
    """Loaders' batches wait in /dev/shm, of which Docker gives 64 MB if it is not told otherwise.

    Args:
        wanted: bytes, of all processes of this machine.
    """
    if not wanted or not SHM.is_dir():
        return
    free = shutil.disk_usage(SHM).free
    if free < wanted:
        warn(
            f"{SHM} has {_mb(free)} free, and the loaders' batches take up to {_mb(wanted)}; if "
            "the run ends with a bus error, start Docker with --ipc=host or --shm-size, or set "
            "fewer num_workers"
        )


def check_disk(runner: Runner, probe: torch.optim.Optimizer | None) -> None:
    """Raise UserError if the disk has no room for two checkpoints; warn if it has not for all.

    Args:
        runner: with a network, a training loop and hooks.
        probe: as `probe_of` gives.
    """
    hooks = [hook for hook in runner.hooks if isinstance(hook, CheckpointHook)]
    if not hooks:
        return
    hook, model, loop = hooks[0], unwrap(runner.model), runner.train_loop
    network = sum(map(size_of, model.state_dict().values()))
    if any(isinstance(other, EMAHook) for other in runner.hooks):
        network *= 2
    states = [] if probe is None else [v for s in probe.state.values() for v in s.values()]
    numbers = sum(v.numel() for v in states if isinstance(v, torch.Tensor) and v.dim())
    optimiser = sum(map(size_of, model.parameters())) * numbers // 4 if hook.save_optimizer else 0
    last = loop.max_epochs if hook.by_epoch else loop.max_iters
    kept = math.ceil(last / hook.interval) if hook.interval > 0 else 1
    if 0 < hook.max_keep_ckpts < kept:
        kept = hook.max_keep_ckpts + 1  # one is written before another is deleted
    one, best = network + optimiser, len(hook.save_best or ())
    folder = Path(hook.out_dir or runner.work_dir)
    if not folder.is_dir():
        return
    free = shutil.disk_usage(folder).free + sum(f.stat().st_size for f in folder.glob("*.pth"))
    what = (
        f"{folder}: {_mb(free)} are free, a checkpoint has about {_mb(one)}, and "
        f"{kept} + {best} of the best are to be kept; free some, choose another --work-dir, or set "
        "--cfg-options default_hooks.checkpoint.max_keep_ckpts=1"
    )
    if free < min(kept, 2) * one:
        raise UserError(what)
    if free < kept * one + best * network:
        warn(what)


def _mb(size: float) -> str:
    return f"{size / 1e6:,.0f} MB"


def size_of(inputs: Any) -> int:
    if isinstance(inputs, torch.Tensor):
        return inputs.numel() * inputs.element_size()
    values = inputs.values() if isinstance(inputs, dict) else inputs
    return sum(map(size_of, values)) if isinstance(inputs, (dict, list, tuple)) else 0
