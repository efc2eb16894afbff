"""Resuming: a training that was stopped goes on as if it had not been."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from mmengine.dist import broadcast_object_list, get_rank, is_main_process
from mmengine.hooks import EarlyStoppingHook, Hook
from mmengine.logging import print_log
from mmengine.runner import Runner

from ..checkpoints import load_for
from ..compat.checkpoints import POINTER, damage, newest_whole
from ..compat.seeds import mixed, seed_all
from ..errors import CheckpointError, UserError
from ..files import PART, require_file, write_text
from ..screen import show
from .training import checkpoint_hooks, unwrap

NEEDED = {"meta", "message_hub", "optimizer"}


def resume(runner: Runner, source: str) -> None:
    """Let a runner go on from a checkpoint when it trains.

    Its seed becomes the runner's before loaders are made with it.

    Args:
        runner: built, and not run yet.
        source: the checkpoint; `'auto'` is the newest whole one of the work dir. If there is none
            yet, the training begins as its config says.

    Raises:
        UserError: if there is no such file.
        CheckpointError: if it is damaged, of another network, or not made to go on from.
    """
    found: list[Any] = [None]
    if is_main_process():  # which alone may see a file that another machine does not see yet
        try:
            found = [newest_whole(runner.work_dir) if source == "auto" else _given(source)]
        except UserError as error:
            found = [error]
    broadcast_object_list(found)
    if isinstance(found[0], UserError):
        raise found[0]
    runner._resume = found[0] is not None
    if not runner._resume:
        show(f"--resume: no checkpoint in {runner.work_dir} yet; begins anew")
        return
    runner._load_from = found[0]
    rest = load_for(unwrap(runner.model), found[0])
    if missing := NEEDED - rest.keys():
        raise CheckpointError(
            f"{found[0]}: holds no {', '.join(sorted(missing))}, so a training cannot go on from "
            "it; best_*.pth are for testing, resume from epoch_N.pth"
        )
    pointer = Path(runner.work_dir, POINTER)
    if is_main_process() and (source == "auto" or not pointer.is_file()):
        write_text(pointer, str(Path(found[0]).resolve()))  # should it be stopped before it saves
    seed, given = rest["meta"].get("seed"), runner._randomness_cfg.get("seed")
    if seed is not None:
        message = f"Seed {seed}, of {found[0]}, is used, not {given or runner.seed}"
        other = given not in (None, seed)
        print_log(message, logger="current", level=logging.WARNING if other else logging.INFO)
        runner._randomness_cfg["seed"] = seed
        runner.set_randomness(**runner._randomness_cfg)


def _given(source: str) -> str:
    why = damage(require_file(source, "--resume"))
    if why is not None:
        raise CheckpointError(
            f"{source}: {why}; --resume without a file goes on from the newest whole one"
        )
    return source


class Resumable(Hook):
    """Lets each step follow from the seed and its number; keeps what mmengine's checkpoints lack.

    What a network draws, e.g. for dropout, follows from the seed, the process and the step; what
    pipelines draw, see `compat.seeds`. Checkpoints get how long `EarlyStoppingHook` has waited.
    """

    def __init__(self) -> None:
        self._kept: dict[str, Any] = {}

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Take what was kept."""
        if runner._resume:
            self._kept = checkpoint.get("resumable", {})

    def before_train(self, runner: Runner) -> None:
        """Give it back, and tell the hub where its checkpoints lie, should they have moved."""
        if is_main_process():
            for part in Path(runner.work_dir).glob(f".*{PART}"):
                part.unlink()  # of a process that was killed
        for hook, (count, best) in zip(
            _stopping(runner), self._kept.get("stopping", ()), strict=False
        ):
            hook.wait_count, hook.best_score = count, best
        self._kept = {}
        if runner._resume and runner._load_from:
            for key, path in runner.message_hub.runtime_info.items():
                here = Path(runner.work_dir, Path(str(path)).name)
                if key.startswith("best_ckpt") and here.is_file():
                    runner.message_hub.update_info(key, str(here))
            runner.message_hub.update_info("last_ckpt", runner._load_from)
            for hook in checkpoint_hooks(runner):
                hook.last_ckpt = runner._load_from

    def before_train_iter(self, runner: Runner, batch_idx: int, data_batch: Any = None) -> None:
        """Seed the step."""
        seed_all(mixed(1, runner.seed or 0, get_rank(), runner.iter))

    def before_save_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Keep it."""
        checkpoint["resumable"] = dict(
            stopping=[(hook.wait_count, float(hook.best_score)) for hook in _stopping(runner)],
        )


def _stopping(runner: Runner) -> list[EarlyStoppingHook]:
    return [hook for hook in runner.hooks if isinstance(hook, EarlyStoppingHook)]
