"""MotionShapes' grids: distinct networks of some configs, made small, each with several seeds."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

from mmengine.config import Config, ConfigDict

from ..configs import load_config
from ..configs.identity import digest
from ..errors import UserError
from ..files import CONFIGS, relative
from ..paper import rows, training
from .job import Job

EXAMPLE = "configs/motion_shapes/grid.py"


def shrink(grid: Config, network: Path) -> Config:
    """The grid's config with the backbone of `network`, made as small as the grid says."""
    own = copy.deepcopy(_backbone(network))
    cfg = Config(grid.to_dict(), filename=grid.filename)
    small = cfg.pop("small")
    if small.pretrained:
        small.pretrained = small.pretrained.format(depth=own.depth)
    cfg.model.backbone = dict(own, **small)
    cfg.pop("networks")
    # Tested once, after the last epoch: no epoch is chosen by its test figure.
    cfg.val_dataloader = cfg.val_cfg = cfg.val_evaluator = None
    cfg.default_hooks.checkpoint = None
    return cfg


@cache
def _backbone(network: Path) -> ConfigDict:
    """Several grids read the same configs, which takes a while."""
    return Config.fromfile(network).model.backbone


def jobs(path: Path, seeds: Sequence[int], only: str = "*") -> list[Job]:
    """A job a distinct network and seed, all networks of a seed before the next one.

    A job's `detail` names the network's `rows` of the paper and its other `configs`, the first of
    which gives it its name.

    Args:
        path: the grid's config, with `networks`, patterns of the names of configs ("table05/*"),
            and `small`.
        seeds: one or more.
        only: pattern of such names, or a folder.

    Raises:
        UserError: if the config is not a grid's, or a pattern of it fits none.
    """
    grid = load_config(str(path))
    if "networks" not in grid or "small" not in grid:
        raise UserError(f"config {path}: a grid's has `networks` and `small`, e.g. {EXAMPLE}")
    found: dict[str, tuple[Config, list[str]]] = {}
    for pattern in grid.networks:
        files = sorted(CONFIGS.glob(f"{pattern}.py"))
        if not files:
            raise UserError(f"config {path}: networks has {pattern!r}, and no config is like this")
        for file in files:
            cfg = shrink(grid, file)
            name = file.relative_to(CONFIGS).with_suffix("").as_posix()
            found.setdefault(training(cfg), (cfg, []))[1].append(name)
    return [
        _job(relative(path), cfg, names, seed)
        for seed in seeds
        for cfg, names in found.values()
        if any(fnmatch(name, only) or name.startswith(f"{only}/") for name in names)
    ]


def _job(path: str, cfg: Config, names: list[str], seed: int) -> Job:
    printed = {row.id for row in rows()}
    seeded = Config(cfg.to_dict(), filename=cfg.filename)
    seeded.randomness = dict(seed=seed)
    folder, first = Path(path).parent.name, names[0].replace("/", "-")
    return Job(
        name=f"{folder}/{first}-seed{seed}-{digest(cfg)[:8]}",
        config=path,
        cfg=seeded,
        seed=seed,
        detail=dict(
            rows=[name for name in names if name in printed],
            configs=[f"configs/{name}.py" for name in names if name not in printed],
        ),
    )
