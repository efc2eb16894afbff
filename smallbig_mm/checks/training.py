"""A training's initial weights, schedules and learning rate."""

from __future__ import annotations

import copy
import logging
import math
from pathlib import Path
from typing import Any

import torch
from mmaction.registry import MODELS
from mmengine.config import Config
from mmengine.registry import OPTIMIZERS, PARAM_SCHEDULERS
from torch import nn

from ..errors import UserError
from ..pretrained import count_loaded
from ..records.training import own_lr
from .settings import file_of_base, warn


def check_pretrained(cfg: Config) -> None:
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


def probe_of(cfg: Config) -> torch.optim.Optimizer | None:
    """The config's optimiser, after a step on four numbers; None if it takes more than that."""
    numbers = nn.Parameter(torch.zeros(2, 2))
    numbers.grad = torch.zeros(2, 2)
    try:
        optimiser = OPTIMIZERS.build(dict(cfg.optim_wrapper.optimizer, params=[numbers]))
        optimiser.step()
    except Exception:  # that it can be built for the network was seen before
        return None
    return optimiser


def check_schedules(cfg: Config, optimiser: torch.optim.Optimizer) -> None:
    """Build the config's schedules, so that a wrong argument of theirs is raised.

    Warn if they end before or after the training.
    """
    schedules = cfg.get("param_scheduler") or []
    schedules = schedules if isinstance(schedules, list) else [schedules]
    epochs = cfg.train_cfg.get("max_epochs")
    ends = [s["end"] for s in schedules if s.get("by_epoch", True) and "end" in s]
    end = max(ends, default=epochs)
    if epochs and end != epochs:
        warn(
            f"The learning rate's schedule ends after epoch {end}, the training after {epochs}: "
            "param_scheduler and train_cfg.max_epochs belong together"
        )
    for schedule in schedules:
        args = {key: v for key, v in schedule.items() if key != "convert_to_iter_based"}
        try:
            PARAM_SCHEDULERS.build(dict(args, optimizer=optimiser))
        except (TypeError, KeyError) as error:
            raise UserError(f"config {cfg.filename}: param_scheduler: {error}") from error


def warn_of_rate(cfg: Config, start: dict[str, Any]) -> None:
    """Warn where the effective batch and the learning rate do not go together.

    Args:
        cfg: the config.
        start: as `start_of` tells.
    """
    batch, rate, written = start["batch"], start["lr"], own_lr(cfg)
    scale = cfg.get("auto_scale_lr") or {}
    base, enabled = scale.get("base_batch_size"), scale.get("enable")
    if base and not math.isclose(rate, written * batch / base, rel_tol=1e-6):
        goes = f"{written * batch / base:g}"
        warn(
            f"A batch of {batch} goes with a learning rate of {goes}, not {rate:g}, which is meant "
            f"for {base}: see --auto-scale-lr"
        )
    if enabled and (owner := file_of_base(Path(cfg.filename))) is not None:
        other = Config.fromfile(owner)
        wrapper = other.get("optim_wrapper") or {}
        theirs, own = wrapper.get("optimizer", {}).get("type"), cfg.optim_wrapper.optimizer.type
        if theirs not in (None, own) and other.auto_scale_lr.base_batch_size == base:
            warn(
                f"--auto-scale-lr: base_batch_size={base} is that of {theirs} in {owner}, and this "
                f"training uses {own}: set auto_scale_lr.base_batch_size to the batch that its "
                f"learning rate, {written:g}, is meant for"
            )
