"""How weights were trained: taken down when a training starts, kept in each of its checkpoints."""

from __future__ import annotations

import inspect
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mmengine.config import Config
from mmengine.dist import all_gather_object, get_world_size
from mmengine.hooks import CheckpointHook, EMAHook, Hook
from mmengine.model import is_model_wrapper
from mmengine.optim import AmpOptimWrapper
from mmengine.registry import OPTIMIZERS
from mmengine.runner import EpochBasedTrainLoop, Runner
from pydantic import ValidationError
from torch import nn

from ..configs.identity import digest, identity
from ..errors import CheckpointError, UserError, WeightsError
from ..pretrained import count_loaded, sha256_of
from ..printed import parse
from ..screen import show
from ..state_dicts import empty_blocks, tensors_of
from . import store
from .schema import Training

NOT_KEPT = "not run: the checkpoint does not say how it was trained; tools/train.py writes that"

RESTARTS = "TORCHELASTIC_RESTART_COUNT"  # counts only on the machine where a process died


LONGER = (
    "What is resumed keeps its learning rate, its schedule and its end; to train longer, or by "
    "another recipe, begin anew from its weights: --work-dir NEW --cfg-options load_from=FILE"
)


class LoadFrom(Hook):
    """Looks into what `load_from` names before any other hook does, which know one layout only.

    Attributes:
        weights: what `schema.Weights` holds of it; None if the training is not begun from one.
    """

    priority = "HIGHEST"
    weights: dict[str, Any] | None = None

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Called before the tensors are copied into the network."""
        if not runner._resume:
            source = str(runner._load_from)
            self.weights = count_loaded_from(unwrap(runner.model), checkpoint, source)
            show(said("load_from", self.weights, "tensors"))


class KeepTraining(Hook):
    """Takes down what a training runs with, and puts it into every checkpoint's `meta`.

    A resumed training continues what its checkpoint says: each start is on the list, so that one
    with other settings shows.

    Attributes:
        facts: what `schema.Training` holds; empty before the training starts.
    """

    priority = "VERY_LOW"

    def __init__(self, cfg: Config, given: LoadFrom) -> None:
        self.cfg, self._given = cfg, given
        self.facts: dict[str, Any] = {}
        self._earlier: dict[str, Any] | None = None
        self._pretrained: dict[str, Any] | None = None
        self._built_lr = 0.0

    def before_run(self, runner: Runner) -> None:
        """The optimiser is built, and has not yet what a checkpoint says."""
        self._built_lr = _lr(runner)

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Called before the tensors are copied into the network."""
        if runner._resume:
            self._earlier = checkpoint.get("meta", {}).get("training", {})
            return
        self._pretrained = _pretrained(runner)

    def before_train(self, runner: Runner) -> None:
        """Complete the facts; the network has its initial weights, or those resumed from."""
        _require_one_step(runner)
        start = start_of(runner, self.cfg, self._built_lr)
        start["restarts"] = max(all_gather_object(int(os.environ.get(RESTARTS, "0"))))
        batch = "{batch_per_process} x {processes} processes x {accumulation} accumulated".format(
            **start
        )
        show(f"Batch {start['batch']} = {batch}; learning rate {start['lr']}")
        if self._earlier:
            if self._earlier["starts"][-1]["settings"] != start["settings"]:
                show(f"Settings are not those that it began with. {LONGER}")
            self.facts = {**self._earlier, "starts": [*self._earlier["starts"], start]}
            return
        if self._earlier is None and self._given.weights is None:
            self._pretrained = _pretrained(runner)
            if self._pretrained:
                show(said("pretrained", self._pretrained, "convolutions"))
        data = store.data_of(self.cfg, "train")
        self.facts = dict(
            starts=[start],
            pretrained=self._pretrained,
            load_from=self._given.weights,
            data=data if len(data) > 1 else data[0],
        )

    def before_save_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Into the checkpoint, with the epochs that it has seen."""
        checkpoint["meta"]["training"] = dict(self.facts, epochs=checkpoint["meta"]["epoch"])


class Validations(Hook):
    """Keeps which step each validation's figures belong to; validates first what a stop missed.

    A checkpoint is written before its validation, so one that is resumed from may lack it, and with
    it the best checkpoint's bookkeeping.

    Attributes:
        figures: the evaluator's, by the step after which they were taken.
    """

    priority = "LOWEST"

    def __init__(self) -> None:
        self.figures: dict[int, dict[str, Any]] = {}

    def before_train(self, runner: Runner) -> None:
        """Validate what was resumed from, if the config validates it."""
        loop: Any = runner.train_loop
        by_epoch = isinstance(loop, EpochBasedTrainLoop)
        done, end = (loop.epoch, loop.max_epochs) if by_epoch else (loop.iter, loop.max_iters)
        if runner._resume and done >= end:
            show("Nothing is left to train; what was trained is validated")
        if runner._resume and runner.val_loop is not None and done >= max(1, loop.val_begin):
            loop._decide_current_val_interval()
            if done % loop.val_interval == 0 or done == end:
                runner.val_loop.run()

    def after_val_epoch(self, runner: Runner, metrics: dict[str, Any] | None = None) -> None:
        """Keep the figures."""
        self.figures[runner.iter] = dict(metrics or {})


def checkpoint_hooks(runner: Runner) -> list[CheckpointHook]:
    """The hooks that write a runner's checkpoints."""
    return [hook for hook in runner.hooks if isinstance(hook, CheckpointHook)]


class WholeEpochs(Hook):
    """Ends a group of accumulated batches with its epoch, so that a checkpoint lacks no gradient.

    mmengine goes on with the next epoch's batches, and a training that is resumed loses what was
    accumulated. The last group of an epoch is averaged over the batches that it has, as mmengine
    does at the end of a training.
    """

    def before_train_epoch(self, runner: Runner) -> None:
        """Count the epoch's batches from 0; one by iterations has one epoch, and stays."""
        loop, wrapper = runner.train_loop, runner.optim_wrapper
        if isinstance(loop, EpochBasedTrainLoop):
            # that the network has batch norms was said when the training began
            wrapper.initialize_count_status(nn.Identity(), 0, len(loop.dataloader))


def unwrap(model: nn.Module) -> Any:
    """The recogniser inside a distributed wrapper, if it is in one."""
    return model.module if is_model_wrapper(model) else model


def said(what: str, weights: dict[str, Any], kind: str) -> str:
    """What `schema.Weights` holds, for the log."""
    loaded, total = weights["loaded"], weights["tensors"]
    return f"{what} {weights['file']}: {loaded} of the network's {total} {kind} are from it"


def count_loaded_from(model: nn.Module, checkpoint: dict, source: str) -> dict[str, Any]:
    """What `schema.Weights` holds of a `load_from`, whose other tensors mmengine leaves out.

    Args:
        model: the recogniser.
        checkpoint: what the file holds; its `state_dict` becomes the one that mmengine is to load,
            without what wrapped its network in the names.
        source: what `load_from` says: a file or a URL.

    Raises:
        WeightsError: if it holds no state dict, fewer than half of the network's tensors fit, or
            none of a residual block's, as of a network that is deeper than the file's.
    """
    found = tensors_of(checkpoint)
    if found is None:
        raise WeightsError(f"load_from {source}: holds no state dict, bare or under a usual name")
    own, tensors = model.state_dict(), found[0]
    fit = [n for n, t in own.items() if n in tensors and tensors[n].shape == t.shape]
    missing = empty_blocks(own, fit)
    if len(fit) < len(own) / 2 or missing:
        blocks = f", none of {', '.join(missing)}" if fit and missing else ""
        raise WeightsError(
            f"load_from {source}: {len(fit)} of the network's {len(own)} tensors are in it, by "
            f"name and shape{blocks}; give a checkpoint of this network (2D weights: "
            "model.backbone.pretrained)"
        )
    checkpoint["state_dict"] = tensors
    sha256 = sha256_of(source)
    return dict(file=Path(source).name, sha256=sha256, loaded=len(fit), tensors=len(own))


def _require_one_step(runner: Runner) -> None:
    """Refuse processes that do not go on after the same step.

    Raises:
        CheckpointError: where only some machines have the checkpoint.
    """
    steps = all_gather_object((runner.epoch, runner.iter))
    if len(set(steps)) > 1:
        found = ", ".join(f"{step} of epoch {epoch + 1}" for epoch, step in steps)
        raise CheckpointError(
            f"{runner.work_dir}: the processes would go on after steps {found}: not every machine "
            "has the checkpoint that is resumed from; share the work dir, or copy it to each"
        )


def _lr(runner: Runner) -> float:
    """A learning rate of the optimiser, before its schedule."""
    wrapper: Any = runner.optim_wrapper
    group = wrapper.optimizer.param_groups[0]
    return group.get("initial_lr", group["lr"])


def start_of(runner: Runner, cfg: Config, built_lr: float | None = None) -> dict[str, Any]:
    """What `schema.Start` holds, as far as this process knows.

    Args:
        runner: with an optimiser and a training loop.
        cfg: its config.
        built_lr: the learning rate that its optimiser was built with, if it may have another now.
    """
    wrapper: Any = runner.optim_wrapper
    loader: Any = runner.train_dataloader
    per_process = loader.batch_size or loader.batch_sampler.batch_size
    processes, accumulation = get_world_size(), wrapper._accumulative_counts
    amp = isinstance(wrapper, AmpOptimWrapper)
    batch = per_process * processes * accumulation
    lr = scaled_lr(cfg, batch)
    if built_lr and _lr(runner) != built_lr:  # a resumed training goes on with its checkpoint's
        lr *= _lr(runner) / built_lr
    return dict(
        epoch=runner.epoch,
        settings=digest(cfg),
        batch=batch,
        batch_per_process=per_process,
        processes=processes,
        accumulation=accumulation,
        lr=lr,
        precision=_precision(cfg) if amp else "float32",
        ema=any(isinstance(hook, EMAHook) for hook in runner.hooks),
        sync_bn=any("SyncB" in type(module).__name__ for module in runner.model.modules()),
    )


def scaled_lr(cfg: Config, batch: int) -> float:
    """The optimiser's learning rate as it is scaled, before the schedule.

    Args:
        cfg: the config.
        batch: videos a step of the optimiser.
    """
    lr, scale = own_lr(cfg), cfg.get("auto_scale_lr") or {}
    return lr * batch / scale["base_batch_size"] if scale.get("enable") else lr


def own_lr(cfg: Config) -> float:
    """The config's, or that of PyTorch's optimiser where the config leaves it to that."""
    optimizer = cfg.optim_wrapper.optimizer
    if "lr" in optimizer:
        return optimizer.lr
    return inspect.signature(OPTIMIZERS.get(optimizer.type)).parameters["lr"].default


def _precision(cfg: Config) -> str:
    return cfg.optim_wrapper.get("dtype") or "float16"


def _pretrained(runner: Runner) -> dict[str, Any] | None:
    """The backbone's initial weights, and how many of them it holds; None if they were drawn.

    Raises:
        WeightsError: if few or none of the file's fit.
    """
    backbone: Any = unwrap(runner.model).backbone
    source = getattr(backbone, "pretrained", None)
    return vars(count_loaded(backbone, source)) if source else None


def planned(cfg: Config) -> dict[str, Any]:
    """What a config's recipe says, in the terms of `schema.Start` and `schema.Training`.

    The batch is the one that its learning rate is meant for, `auto_scale_lr.base_batch_size`.
    """
    wrapper, hooks = cfg.optim_wrapper, cfg.get("custom_hooks") or []
    scale = cfg.get("auto_scale_lr") or {}
    return dict(
        batch=scale.get("base_batch_size", cfg.train_dataloader.batch_size),
        lr=own_lr(cfg),
        precision=_precision(cfg) if wrapper.get("type") == "AmpOptimWrapper" else "float32",
        ema=any(hook.get("type") == "EMAHook" for hook in hooks),
        sync_bn=cfg.get("sync_bn") is not None,
        epochs=cfg.train_cfg.max_epochs,
    )


def training_of(rest: Mapping[str, Any], folder: Path) -> Training | str:
    """How a checkpoint was trained, as it says itself.

    The settings that it was trained with, which mmengine keeps in it as text, are kept in `folder`,
    so that they can be compared with a row's.

    Args:
        rest: what the file holds beside its tensors.
        folder: of records.
    """
    meta = rest.get("meta") or {}
    if "training" not in meta:
        return NOT_KEPT
    try:
        training = Training.model_validate(meta["training"])
        settings = identity(Config(parse(meta["cfg"])))
    except (ValidationError, KeyError, UserError, TypeError) as error:
        return f"not run: what the checkpoint says of its training cannot be read: {error}"
    kept = store.keep_settings(settings, folder)
    if kept != training.starts[-1].settings:
        return "not run: the checkpoint contradicts itself: its config is not the one it ran with"
    return training
