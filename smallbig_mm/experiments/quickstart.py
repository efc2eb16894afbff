"""The quickstart: four networks on MotionShapes, one after another."""

from __future__ import annotations

from pathlib import Path

from mmengine.config import Config

from ..configs.identity import digest
from ..files import CONFIGS
from .job import Job

NETWORKS = {
    "r23": "2D R23",
    "r23_3d": "3D R23",
    "tsm_r23": "TSM-R23",
    "smallbig_r23": "SmallBig-R23",
}


def config(network: str, epochs: int | None = None) -> Config:
    """The network's config; `epochs` instead of its own number if given."""
    cfg = Config.fromfile(CONFIGS / f"motion_shapes/{network}.py")
    cfg.val_dataloader = cfg.val_cfg = cfg.val_evaluator = None  # tested once, when trained
    if epochs is not None:
        cfg.train_cfg.max_epochs = epochs
    return cfg


def jobs(data: Path, seed: int, epochs: int | None = None) -> list[Job]:
    """A job a network.

    Args:
        data: what tools/make_motion_shapes.py wrote.
        seed: of weights, order and augmentation.
        epochs: instead of the configs' own number.
    """
    made = []
    for network in NETWORKS:
        cfg = config(network, epochs)
        cfg.randomness = dict(seed=seed)
        for loader in (cfg.train_dataloader, cfg.test_dataloader):
            loader.dataset.data_root = str(data)
            loader.persistent_workers = False  # they would take seconds each to stop at the end
        name = f"quickstart/{network}-seed{seed}-{digest(cfg)[:8]}"
        made.append(
            Job(name, f"configs/motion_shapes/{network}.py", cfg, seed, dict(network=network))
        )
    return made
