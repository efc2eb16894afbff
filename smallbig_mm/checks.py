"""What can be checked before hours are spent is, and all that is wrong is said at once."""

from __future__ import annotations

import ast
import copy
import difflib
import logging
import math
import os
import random
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmaction.registry import MODELS
from mmengine.config import Config
from mmengine.dist import all_gather_object, is_main_process
from mmengine.hooks import CheckpointHook, EMAHook
from mmengine.logging import print_log
from mmengine.registry import OPTIMIZERS, PARAM_SCHEDULERS
from mmengine.runner import Runner
from torch import nn

from . import checkpoints
from .configs import READ_KEYS, RUNNER_KEYS, SPLITS, check_annotations, sources
from .datasets.skipped import watched
from .datasets.undecodable import log_of, look_for_videos, refuse
from .errors import Problems, UserError, VideoDecodeError, last_line
from .files import require_file
from .pretrained import count_loaded
from .records.training import count_loaded_from, start_of, unwrap

SHM = Path("/dev/shm")


class _Found(list[UserError]):
    """Problems found so far."""

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
            self.append(UserError(f"{what}: {type(error).__name__}: {last_line(error)}"))


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
    found, runner = _Found(), None
    with found.noting(f"config {cfg.filename}"):
        runner = build()
    with found.noting("--records"):
        _require_writable(records)
    with found.noting(f"config {cfg.filename}"):
        _check_keys(cfg)
    _warn_of_unused_pipelines(cfg)
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
                size = _read_some(loader.dataset, split, log_of(runner, split))
            batch = loader.batch_size or loader.batch_sampler.batch_size
            shared += loader.num_workers * (loader.prefetch_factor or 0) * batch * size
    _warn_of_little_shared_memory(shared * int(os.environ.get("LOCAL_WORLD_SIZE", "1")))
    if not training:
        return
    with found.noting("optim_wrapper"):
        runner.optim_wrapper = runner.build_optim_wrapper(runner.optim_wrapper)
        probe = _probe(cfg)
        if probe is not None:
            _check_schedules(cfg, probe)
        if "train" in built:
            _warn_of_rate(cfg, start_of(runner, cfg))
            _check_disk(runner, probe)
    if runner._resume:
        return
    with found.noting("model.backbone.pretrained"):
        _check_pretrained(cfg)
    source = str(cfg.get("load_from") or "")
    if source and "://" not in source and is_main_process():
        with found.noting("load_from"):
            tensors, _ = checkpoints.read(require_file(source, "load_from"))
            count_loaded_from(unwrap(runner.model), dict(state_dict=tensors), Path(source))


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


def _warn(message: str) -> None:
    print_log(message, logger="current", level=logging.WARNING)


# --------------------------------------------------------------------------------------------------
# The config and the machine


def _check_keys(cfg: Config) -> None:
    """Raise UserError if a key of the top level is nearly one that means something.

    mmengine reads over it without a word.
    """
    near = {key: meant for key in cfg.keys() - READ_KEYS if (meant := _meant(key, RUNNER_KEYS))}
    if near:
        raise Problems(
            [
                UserError(
                    f"config {cfg.filename}: {key} means nothing; if {meant} is meant, rename it, "
                    "else give it a name that is less like it"
                )
                for key, meant in sorted(near.items())
            ]
        )


def _warn_of_unused_pipelines(cfg: Config) -> None:
    """A `train_pipeline` of one's own does not replace the one that its base's dataset has."""
    used = [_steps(d.pipeline) for split in SPLITS for d in sources(cfg, split) if "pipeline" in d]
    for split in SPLITS:
        name = f"{split}_pipeline"
        if name in _assigned(Path(cfg.filename)) and _steps(cfg[name]) not in used:
            _warn(
                f"config {cfg.filename}: {name} is not used; give it to the dataset: "
                f"{split}_dataloader = dict(dataset=dict(pipeline={name}))"
            )


def _steps(pipeline: Sequence[Any]) -> list[dict]:
    """Without the decoder, which `video_decoder` sets in those that are used."""
    return [{key: v for key, v in step.items() if key != "decoder"} for step in pipeline]


def _assigned(path: Path) -> set[str]:
    """The names that a config file itself sets, in the terms of Python."""
    if path.suffix != ".py":
        return set()
    statements = ast.parse(path.read_text(encoding="utf-8")).body
    targets = [t for s in statements if isinstance(s, ast.Assign) for t in s.targets]
    return {target.id for target in targets if isinstance(target, ast.Name)}


def _meant(key: str, known: set[str]) -> str | None:
    """The known key that differs by a letter or two, or by their order."""
    turned = [name for name in known if sorted(name) == sorted(key)]
    near = difflib.get_close_matches(key, known, n=1, cutoff=0.88)
    return next(iter(turned + near), None)


def _require_writable(folder: Path) -> None:
    """Raise UserError if no record can be written to a folder."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise UserError(
            f"--records {folder}: no record can be written there ({error}); choose another"
        ) from error


def _warn_of_little_shared_memory(wanted: int) -> None:
    """Loaders' batches wait in /dev/shm, of which Docker gives 64 MB if it is not told otherwise.

    Args:
        wanted: bytes, of all processes of this machine.
    """
    if not wanted or not SHM.is_dir():
        return
    free = shutil.disk_usage(SHM).free
    if free < wanted:
        _warn(
            f"{SHM} has {_mb(free)} free, and the loaders' batches take up to {_mb(wanted)}; if "
            "the run ends with a bus error, start Docker with --ipc=host or --shm-size, or set "
            "fewer num_workers"
        )


def _mb(size: float) -> str:
    return f"{size / 1e6:,.0f} MB"


# --------------------------------------------------------------------------------------------------
# Videos


def _read_some(dataset: Any, split: str, log: Path) -> int:
    """Read the first and last sample of each list as the run will.

    In training, where videos that cannot be decoded are skipped, one of first, middle and last
    suffices.

    Args:
        dataset: in any wrappers.
        split: of which it is.
        log: the file that names those of a val or test list that cannot be decoded.

    Returns:
        Bytes of a sample as the network gets it, the largest.

    Raises:
        UserError: if they cannot be read.
    """
    size, bad = 0, []
    for inner in watched(dataset):
        numbers = {0, len(inner) - 1} | ({len(inner) // 2} if split == "train" else set())
        errors: list[VideoDecodeError] = []
        mode, inner.test_mode = inner.test_mode, True  # in which it raises what is wrong
        try:
            for number in sorted(numbers):
                try:
                    size = max(size, _bytes(inner.prepare_data(number)["inputs"]))
                except VideoDecodeError as error:
                    errors.append(error)
                    why = str(error.__cause__ or error)
                    bad.append(dict(list=str(inner.ann_file), index=number, why=why))
        finally:
            inner.test_mode = mode
        if split == "train" and len(errors) == len(numbers):
            raise Problems(errors)
        for unreadable in errors if split == "train" else ():
            _warn(f"{unreadable}; training skips it")
    if bad and split != "train":
        refuse(dataset, bad, log)
    return size


def _bytes(inputs: Any) -> int:
    if isinstance(inputs, torch.Tensor):
        return inputs.numel() * inputs.element_size()
    values = inputs.values() if isinstance(inputs, dict) else inputs
    return sum(map(_bytes, values)) if isinstance(inputs, (dict, list, tuple)) else 0


# --------------------------------------------------------------------------------------------------
# Training


def _check_pretrained(cfg: Config) -> None:
    """Load the backbone's initial weights into a copy of it.

    Raises:
        WeightsError: if they cannot be read, or fit nothing or little.
    """
    if not cfg.model.backbone.get("pretrained"):
        return
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)  # the training's own loading says the same
    try:
        backbone = MODELS.build(copy.deepcopy(cfg.model.backbone))
        backbone.init_weights()
        count_loaded(backbone, backbone.pretrained)
    finally:
        logging.disable(before)


def _probe(cfg: Config) -> torch.optim.Optimizer | None:
    """The config's optimiser, after a step on four numbers; None if it takes more than that."""
    numbers = nn.Parameter(torch.zeros(2, 2))
    numbers.grad = torch.zeros(2, 2)
    try:
        optimiser = OPTIMIZERS.build(dict(cfg.optim_wrapper.optimizer, params=[numbers]))
        optimiser.step()
    except Exception:  # that it can be built for the network was seen before
        return None
    return optimiser


def _check_schedules(cfg: Config, optimiser: torch.optim.Optimizer) -> None:
    """Build the config's schedules, so that a wrong argument of theirs is raised.

    Warn if they end before or after the training.
    """
    schedules = cfg.get("param_scheduler") or []
    schedules = schedules if isinstance(schedules, list) else [schedules]
    epochs = cfg.train_cfg.get("max_epochs")
    ends = [s["end"] for s in schedules if s.get("by_epoch", True) and "end" in s]
    end = max(ends, default=epochs)
    if epochs and end != epochs:
        _warn(
            f"The learning rate's schedule ends after epoch {end}, the training after {epochs}: "
            "param_scheduler and train_cfg.max_epochs belong together"
        )
    for schedule in schedules:
        args = {key: v for key, v in schedule.items() if key != "convert_to_iter_based"}
        try:
            PARAM_SCHEDULERS.build(dict(args, optimizer=optimiser))
        except (TypeError, KeyError) as error:
            raise UserError(f"config {cfg.filename}: param_scheduler: {error}") from error


def _warn_of_rate(cfg: Config, start: dict[str, Any]) -> None:
    """Warn where the effective batch and the learning rate do not go together.

    Args:
        cfg: the config.
        start: as `start_of` tells.
    """
    batch, rate, written = start["batch"], start["lr"], cfg.optim_wrapper.optimizer.lr
    scale = cfg.get("auto_scale_lr") or {}
    base, enabled = scale.get("base_batch_size"), scale.get("enable")
    if base and not math.isclose(rate, written * batch / base, rel_tol=1e-6):
        goes = f"{written * batch / base:g}"
        _warn(
            f"A batch of {batch} goes with a learning rate of {goes}, not {rate:g}, which is meant "
            f"for {base}: see --auto-scale-lr"
        )
    if enabled and (owner := _file_of_base(Path(cfg.filename))) is not None:
        other = Config.fromfile(owner)
        wrapper = other.get("optim_wrapper") or {}
        theirs, own = wrapper.get("optimizer", {}).get("type"), cfg.optim_wrapper.optimizer.type
        if theirs not in (None, own) and other.auto_scale_lr.base_batch_size == base:
            _warn(
                f"--auto-scale-lr: base_batch_size={base} is that of {theirs} in {owner}, and this "
                f"training uses {own}: set auto_scale_lr.base_batch_size to the batch that its "
                f"learning rate, {written:g}, is meant for"
            )


def _file_of_base(path: Path) -> Path | None:
    """The config file, `path` or one that it stands on, that sets `auto_scale_lr`."""
    if path.suffix != ".py":
        return None
    if "auto_scale_lr" in _assigned(path):
        return path
    for base in Config._get_base_files(str(path)):
        found = _file_of_base(Path(Config._get_cfg_path(base, str(path))[0]))
        if found is not None:
            return found
    return None


def _check_disk(runner: Runner, probe: torch.optim.Optimizer | None) -> None:
    """Raise UserError if the disk has no room for two checkpoints; warn if it has not for all.

    Args:
        runner: with a network, a training loop and hooks.
        probe: as `_probe` gives.
    """
    hooks = [hook for hook in runner.hooks if isinstance(hook, CheckpointHook)]
    if not hooks:
        return
    hook, model, loop = hooks[0], unwrap(runner.model), runner.train_loop
    network = sum(map(_bytes, model.state_dict().values()))
    if any(isinstance(other, EMAHook) for other in runner.hooks):
        network *= 2
    states = [] if probe is None else [v for s in probe.state.values() for v in s.values()]
    numbers = sum(v.numel() for v in states if isinstance(v, torch.Tensor) and v.dim())
    optimiser = sum(map(_bytes, model.parameters())) * numbers // 4 if hook.save_optimizer else 0
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
        _warn(what)
