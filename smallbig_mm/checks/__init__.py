"""What can be checked before hours are spent is, and all that is wrong is said at once."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmengine.config import Config
from mmengine.dist import all_gather_object, is_main_process
from mmengine.runner import Runner

from .. import checkpoints
from ..configs.lists import check_annotations
from ..datasets.undecodable import log_of, look_for_videos
from ..errors import Problems, UserError, last_line
from ..files import require_file
from ..records.training import count_loaded_from, start_of, unwrap
from .machine import check_disk, require_writable, take_folder, warn_of_little_shared_memory
from .samples import read_some
from .settings import check_keys, check_visualizer, places_of, warn_of_unused_pipelines
from .training import check_pretrained, check_schedules, probe_of, warn_of_rate


class _Found(list[UserError]):
    """Problems found so far with a config."""

    def __init__(self, cfg: Config) -> None:
        super().__init__()
        self.cfg = cfg

    @contextmanager
    def noting(self, what: str) -> Iterator[None]:
        """Note what the block raises; of an error that is not for users, `what` it is about."""
        try:
            yield
        except Problems as error:
            self.extend(error.problems)
        except UserError as error:
            self.append(error)
        except Exception as error:  # a setting that is wrong makes the stack raise almost anything
            text = f"{type(error).__name__}: {last_line(error)}"
            self.append(UserError(f"{places_of(error, self.cfg) or what}: {text}"))


def ready(cfg: Config, build: Callable[[], Runner], splits: Sequence[str], records: Path) -> Runner:
    """Build a runner, and check all that can be before it runs.

    Training and its random numbers stay as they would be without. In a distributed run every
    process checks what lies on its own machine; the main one says what all found.

    Args:
        cfg: the config.
        build: builds the runner.
        splits: that will run: `'train'` and `'val'`, or `'test'`.
        records: folder that the run's record goes to.

    Raises:
        UserError: the one thing that is wrong; `Problems` if there are several.
    """
    found, runner = _Found(cfg), None
    with found.noting(f"config {cfg.filename}"):
        check_visualizer(cfg)
        runner = build()
    with found.noting("--records"):
        require_writable(records)
    with found.noting(f"config {cfg.filename}"):
        check_keys(cfg)
        warn_of_unused_pipelines(cfg)
    if runner is not None and "train" in splits and is_main_process():
        with found.noting("--work-dir"):
            take_folder(runner)
    with _same_random_numbers():
        checked = [split for split in splits if _list_is_good(cfg, split, found)]
        if runner is not None:
            _check_runner(cfg, runner, checked, "train" in splits, found)
    texts = list(dict.fromkeys(t for part in all_gather_object([*map(str, found)]) for t in part))
    if texts and not is_main_process():
        raise SystemExit(2)  # the main process says why
    if len(texts) == 1 and found:
        raise found[0]
    if texts:
        raise Problems([UserError(text) for text in texts])
    assert runner is not None
    return runner


def _list_is_good(cfg: Config, split: str, found: _Found) -> bool:
    if cfg.get(f"{split}_dataloader") is None:
        return False
    before = len(found)
    with found.noting(f"{split}_dataloader"):
        check_annotations(cfg, split)
    return len(found) == before


def _check_runner(
    cfg: Config, runner: Runner, splits: Sequence[str], training: bool, found: _Found
) -> None:
    """What needs the network, the data or the optimiser.

    The runner keeps the loops and the optimiser that are built here, so no time is lost.
    """
    shared, built = 0, set()
    for split in splits:
        with found.noting(f"{split}_dataloader"):
            loader: Any = getattr(runner, f"{split}_loop").dataloader
            built.add(split)
            size = 0
            if is_main_process():
                if split != "train":
                    look_for_videos(loader.dataset, log_of(runner, split))
                size = read_some(loader.dataset, split, log_of(runner, split))
            batch = loader.batch_size or loader.batch_sampler.batch_size
            shared += loader.num_workers * (loader.prefetch_factor or 0) * batch * size
    warn_of_little_shared_memory(shared * int(os.environ.get("LOCAL_WORLD_SIZE", "1")))
    if not training:
        return
    with found.noting("optim_wrapper"):
        runner.optim_wrapper = runner.build_optim_wrapper(runner.optim_wrapper)
        probe = probe_of(cfg)
        if probe is not None:
            check_schedules(cfg, probe)
        if "train" in built:
            warn_of_rate(cfg, start_of(runner, cfg))
            check_disk(runner, probe)
    if runner._resume:
        return
    with found.noting("model.backbone.pretrained"):
        check_pretrained(cfg)
    source = str(cfg.get("load_from") or "")
    if source and "://" not in source and is_main_process():
        with found.noting("load_from"):
            tensors, _ = checkpoints.read(require_file(source, "load_from"))
            count_loaded_from(unwrap(runner.model), dict(state_dict=tensors), str(source))


@contextmanager
def _same_random_numbers() -> Iterator[None]:
    """Random numbers after the block are those that would be without it."""
    python, numpy, cpu = random.getstate(), np.random.get_state(), torch.get_rng_state()
    gpu = torch.cuda.get_rng_state() if torch.cuda.is_available() else None
    try:
        yield
    finally:
        random.setstate(python)
        np.random.set_state(numpy)
        torch.set_rng_state(cpu)
        if gpu is not None:
            torch.cuda.set_rng_state(gpu)
