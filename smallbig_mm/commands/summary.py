"""What a run is, for who starts it: network, costs, data, recipe, protocol, log."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from mmengine.config import Config
from mmengine.dist import get_world_size
from mmengine.runner import EpochBasedTrainLoop, Runner
from torch import nn

from ..configs import kind_of
from ..configs.sampling import protocol
from ..costs.counting import quick_macs
from ..datasets.skipped import watched
from ..deploy.execution import PLAIN, Execution
from ..records.training import start_of, unwrap


def of_training(cfg: Config, runner: Runner) -> str:
    """What is trained on what, and how; a line each.

    Args:
        cfg: the config.
        runner: built and checked, with its loops and its optimiser.
    """
    validated = "not done"
    if runner.val_loop is not None:
        validated = f"{_data(runner.val_loop.dataloader)}, {_when(runner)}"
        validated += f", {_sampling(cfg, 'val')[1]}"
    if runner._resume:
        weights = f"those of {runner._load_from}, which the training goes on from"
    else:
        pretrained = getattr(unwrap(runner.model).backbone, "pretrained", None)
        weights = str(runner._load_from or pretrained or "drawn at random")
    return _lines(
        f"Training {cfg.filename}",
        network=_network(cfg, unwrap(runner.model), "train"),
        weights=weights,
        clips=_sampling(cfg, "train")[0],
        data=f"{_data(runner.train_dataloader)}, {_classes(cfg)}",
        validation=validated,
        recipe=_recipe(cfg, runner),
        **_place(runner),
    )


def of_test(cfg: Config, runner: Runner, checkpoint: Path, how: Execution = PLAIN) -> str:
    """What is tested on what, and how; a line each.

    Args:
        cfg: the config.
        runner: built and checked, with its network and test loop.
        checkpoint: its weights.
        how: the network is run.
    """
    data = _data(runner.test_loop.dataloader)
    return _lines(
        f"Testing {cfg.filename}",
        network=_network(cfg, unwrap(runner.model), "test"),
        weights=str(checkpoint),
        clips=", ".join(_sampling(cfg, "test")),
        data=f"{data}, {_classes(cfg)}",
        run_by=str(how),
        **_place(runner),
    )


def _classes(cfg: Config) -> str:
    """How many there are; a `FeatureHead` has none."""
    number = cfg.model.cls_head.get("num_classes")
    return f"{number} classes" if number else "features, no classes"


def _lines(title: str, **parts: str) -> str:
    width = max(map(len, parts)) + 2
    rest = [f"  {name.replace('_', ' '):{width}}{text}" for name, text in parts.items()]
    return "\n".join([title, *rest])


def _network(cfg: Config, network: Any, split: str) -> str:
    """Its parts and its costs, which are counted on shapes alone."""
    backbone = network.backbone
    units = [str(unit["type"]) for unit in cfg.model.backbone.get("units") or ()]
    depth = [f"depth {backbone.depth}"] if hasattr(backbone, "depth") else []
    parts = [type(backbone).__name__, *depth, *units, type(network.cls_head).__name__]
    params = sum(p.numel() for p in network.parameters()) / 1e6
    return f"{', '.join(parts)}; {params:.2f} M parameters, {_gmac(cfg, network, split)}"


def _gmac(cfg: Config, network: nn.Module, split: str) -> str:
    try:
        return f"{quick_macs(network, protocol(cfg, split).clip) / 1e9:.3g} GMAC a clip"
    except Exception as error:  # of a network of any kind; tools/flops.py says more
        return f"GMAC not counted ({type(error).__name__})"


def _data(loader: Any) -> str:
    """Videos and lists of a loader's dataset, in any wrappers."""
    found = list(watched(loader.dataset))
    if not found:
        return f"{len(loader.dataset)} samples"
    lists = ", ".join(str(inner.ann_file) for inner in found)
    return f"{_many(sum(map(len, found)), 'video')} of {lists}"


def _many(number: int, unit: str) -> str:
    return f"{number} {unit}{'s' * (number != 1)}"


def _sampling(cfg: Config, split: str) -> tuple[str, str]:
    """The clips of a split's pipeline, and how many of a video."""
    try:
        seen = protocol(cfg, split)
    except ValueError:
        return "as the pipeline says", "views as the pipeline says"
    words = {"uniform": "one of each segment", 1: "in a row"}
    apart = words.get(seen.interval, f"{seen.interval} apart")
    clip = f"{seen.frames} frames {apart}, {seen.size[0]} x {seen.size[1]}"
    return clip, f"{_many(seen.clips, 'clip')} x {_many(seen.crops, 'crop')} a video"


def _when(runner: Runner) -> str:
    loop: Any = runner.train_loop
    unit = "epoch" if isinstance(loop, EpochBasedTrainLoop) else "step"
    last = loop.max_epochs if unit == "epoch" else loop.max_iters
    every = min(loop.val_interval, last)
    return f"every {unit}" if every == 1 else f"every {every} {unit}s"


def _recipe(cfg: Config, runner: Runner) -> str:
    loop, start = runner.train_loop, start_of(runner, cfg)
    length = _many(loop.max_iters, "step")
    if isinstance(loop, EpochBasedTrainLoop):
        length = f"{_many(loop.max_epochs, 'epoch')} of {_many(len(loop.dataloader), 'step')}"
    optimiser = dict(cfg.optim_wrapper.optimizer)
    kind = kind_of(optimiser)
    more = [f"{key} {value}" for key, value in optimiser.items() if key not in ("type", "lr")]
    schedules = cfg.get("param_scheduler") or []
    schedules = schedules if isinstance(schedules, list) else [schedules]
    flags = [key for key in ("ema", "sync_bn") if start[key]]
    parts = [length, f"{kind} ({', '.join(more)})" if more else kind]
    parts.append(" then ".join(map(_schedule, schedules)) or "a constant learning rate")
    return ", ".join([*parts, start["precision"], *flags])


def _schedule(schedule: Mapping[str, Any]) -> str:
    kind = kind_of(schedule)
    unit = "epoch" if schedule.get("by_epoch", True) else "step"
    return f"{kind} to {unit} {schedule['end']}" if "end" in schedule else kind


def _place(runner: Runner) -> dict[str, str]:
    """What computes it, and its log."""
    device = next(unwrap(runner.model).parameters()).device
    name = f"CPU, {_many(torch.get_num_threads(), 'thread')}"
    if device.type == "cuda":
        name = torch.cuda.get_device_name(device)
    processes = get_world_size()
    several = f", {processes} processes" if processes > 1 else ""
    return dict(on=f"{name}{several}", log=str(runner.logger.log_file))
