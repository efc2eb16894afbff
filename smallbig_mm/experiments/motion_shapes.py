"""MotionShapes' grid: the distinct rows of some tables, made small, each with several seeds."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatch
from pathlib import Path

from mmengine.config import Config

from ..configs import digest, load_config
from ..errors import UserError
from ..files import relative
from ..paper import Row, rows, training
from .job import Job

EXAMPLE = "configs/motion_shapes/grid.py"


def shrink(grid: Config, row: Row) -> Config:
    """The grid's config with the row's backbone, made as small as the grid says."""
    own = Config.fromfile(row.configs[0]).model.backbone
    cfg = Config(grid.to_dict(), filename=grid.filename)
    cfg.model.backbone = dict(own, **cfg.pop("small"))
    cfg.pop("rows")
    # Tested once, after the last epoch: no epoch is chosen by its test figure.
    cfg.val_dataloader = cfg.val_cfg = cfg.val_evaluator = None
    cfg.default_hooks.checkpoint = None
    return cfg


def jobs(path: Path, seeds: Sequence[int], only: str = "*") -> list[Job]:
    """A job a distinct network and seed, all networks of a seed before the next one.

    A job's `detail` names the network's `rows`, the first of which gives it its name.

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
    found: dict[str, tuple[Config, list[str]]] = {}
    for row in rows():
        if fnmatch(row.id, f"{grid.rows}/*") and row.configs:
            cfg = shrink(grid, row)
            found.setdefault(training(cfg), (cfg, []))[1].append(row.id)
    return [
        _job(relative(path), cfg, names, seed)
        for seed in seeds
        for cfg, names in found.values()
        if any(fnmatch(name, only) or name.startswith(f"{only}/") for name in names)
    ]


def _job(path: str, cfg: Config, names: list[str], seed: int) -> Job:
    seeded = Config(cfg.to_dict(), filename=cfg.filename)
    seeded.randomness = dict(seed=seed)
    folder, row = Path(path).parent.name, names[0].replace("/", "-")
    return Job(
        name=f"{folder}/{row}-seed{seed}-{digest(cfg)[:8]}",
        config=path,
        cfg=seeded,
        seed=seed,
        detail=dict(rows=names),
    )
