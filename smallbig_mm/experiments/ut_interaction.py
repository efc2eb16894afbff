"""UT-Interaction's grid: networks x controls x folds x seeds."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product
from pathlib import Path

from mmengine.config import Config

from ..configs import digest
from ..datasets import controls as _controls  # noqa: F401
from ..files import CONFIGS
from .job import Job

NETWORKS = {
    "r23": "2D R23",
    "r23_3d": "3D R23 (3x1x1)",
    "tsm_r23": "TSM-R23",
    "smallbig_r23": "SmallBig-R23 (full)",
}
CONTROLS = {"clip": None, "single": "SingleFrame", "shuffled": "ShuffleFrames"}
NOT_RUN = {
    ("r23", "shuffled"): "it averages its frames' features, so their order cannot matter",
}


def config(network: str, control: str, part: str, lr: float | None = None) -> Config:
    """A network's config with a control, on a part of the data.

    Args:
        network: a key of `NETWORKS`, and the stem of its config.
        control: a key of `CONTROLS`.
        part: `fold1` ... `fold5`, or `tune` (within fold 1's training clips).
        lr: learning rate instead of the config's own.
    """
    cfg = Config.fromfile(CONFIGS / f"ut_interaction/{network}.py")
    cfg.train_dataloader.dataset.ann_file = f"{part}_train.txt"
    cfg.test_dataloader.dataset.ann_file = f"{part}_val.txt"
    # Tested once, after the last epoch: no epoch is chosen by its test figure.
    cfg.val_dataloader = cfg.val_cfg = cfg.val_evaluator = None
    cfg.default_hooks.checkpoint = None
    transform = CONTROLS[control]
    if transform is not None:
        for loader, test_mode in ((cfg.train_dataloader, False), (cfg.test_dataloader, True)):
            insert_after_sampling(
                loader.dataset.pipeline, dict(type=transform, test_mode=test_mode)
            )
    if lr is not None:
        cfg.optim_wrapper.optimizer.lr = lr
    return cfg


def insert_after_sampling(pipeline: list[dict], transform: dict) -> None:
    """Puts `transform` behind the pipeline's sampling transform.

    Raises:
        ValueError: The pipeline has no `UniformSample`.
    """
    types = [step["type"] for step in pipeline]
    if "UniformSample" not in types:
        raise ValueError(f"pipeline {types}: a control needs UniformSample before it")
    pipeline.insert(types.index("UniformSample") + 1, transform)


def jobs(
    data: Path,
    networks: Iterable[str],
    controls: Iterable[str],
    parts: Iterable[str],
    seeds: Iterable[int],
    lrs: Iterable[float | None] = (None,),
) -> list[Job]:
    """A job a cell, those first without which the table means least: clips, then controls.

    Args:
        data: what tools/make_ut_interaction.py wrote.
        networks: keys of `NETWORKS`.
        controls: keys of `CONTROLS`.
        parts: `fold1` ... `fold5`, or `tune` (within fold 1's training clips).
        seeds: of weights, order and augmentation.
        lrs: learning rates; None for the config's own.
    """
    made = []
    for lr, seed, control, part, network in product(lrs, seeds, controls, parts, networks):
        if (network, control) in NOT_RUN:
            continue
        cfg = config(network, control, part, lr)
        cfg.randomness = dict(seed=seed)
        for loader in (cfg.train_dataloader, cfg.test_dataloader):
            loader.dataset.data_root = str(data)
        detail = dict(
            network=network,
            control=control,
            part=part,
            lr=cfg.optim_wrapper.optimizer.lr,
            epochs=cfg.train_cfg.max_epochs,
        )
        name = f"ut_interaction/{network}-{control}-{part}-seed{seed}-{digest(cfg)[:8]}"
        path = f"configs/ut_interaction/{network}.py"
        made.append(Job(name, path, cfg, seed, detail, keep_predictions=True))
    return made
