"""UT-Interaction's grid: networks x folds x seeds."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterable
from functools import cache
from itertools import product
from pathlib import Path

from mmengine.config import Config

from ..configs.identity import digest
from ..datasets.ut_interaction import SHAPE_ONLY
from ..files import CONFIGS
from ..records.training import planned
from .job import Job

# Those without which the table means least come first.
NETWORKS = {
    "r23": "2D R23",
    "r23_1f": "2D R23, one frame",
    "smallbig_r23": "SmallBig-R23, full",
    "smallbig_3x1x1_r23": "SmallBig-R23, 3x1x1",
    "r23_3d": "3D R23",
    "tsm_r23": "TSM-R23",
    "nonlocal_r23": "NonLocal-R23",
    "smallbig_3x3x3_r23": "SmallBig-R23, 3x3x3",
    "smallbig_typical_r23": "SmallBig-R23, typical",
}
TUNE = "tune"


def config(
    network: str,
    part: str,
    lr: float | None = None,
    pretrained: str | None = None,
    float32: bool = False,
) -> Config:
    """A network's config on a part of the data.

    Args:
        network: a key of `NETWORKS`, and the stem of its config.
        part: `fold1` ... `fold5`, or `tune` (within fold 1's training clips), without controls.
        lr: learning rate instead of the config's own.
        pretrained: file of ImageNet weights instead of the config's download.
        float32: train in it instead of in bfloat16.
    """
    cfg = copy.deepcopy(_network(network))
    cfg.train_dataloader.dataset.ann_file = f"{part}_train.txt"
    cfg.test_dataloader.dataset.ann_file = f"{part}_val.txt"
    # Tested once, after the last epoch: no epoch is chosen by its test figure.
    cfg.val_dataloader = cfg.val_cfg = cfg.val_evaluator = None
    cfg.default_hooks.checkpoint = None
    if part == TUNE:
        cfg.controls = {}
    if lr is not None:
        cfg.optim_wrapper.optimizer.lr = lr
    if pretrained is not None:
        cfg.model.backbone.pretrained = pretrained
    if float32:
        cfg.optim_wrapper.pop("dtype")
        cfg.optim_wrapper.type = "OptimWrapper"
    return cfg


@cache
def _network(name: str) -> Config:
    """A grid reads each config many times, which takes a while."""
    return Config.fromfile(CONFIGS / f"ut_interaction/{name}.py")


def jobs(
    data: Path,
    networks: Iterable[str],
    parts: Iterable[str],
    seeds: Iterable[int],
    lrs: Iterable[float | None] = (None,),
    pretrained: str | None = None,
    float32: bool = False,
) -> list[Job]:
    """A job a cell, all networks of a seed before the next one.

    Args:
        data: what tools/make_ut_interaction.py wrote.
        networks: keys of `NETWORKS`.
        parts: `fold1` ... `fold5`, or `tune` (within fold 1's training clips).
        seeds: of weights, order and augmentation.
        lrs: learning rates; None for the config's own.
        pretrained: file of ImageNet weights; None for the config's download.
        float32: train in it instead of in bfloat16.
    """
    shape_only = json.loads((data / SHAPE_ONLY).read_text())
    made = []
    for lr, seed, network, part in product(lrs, seeds, networks, parts):
        cfg = config(network, part, lr, pretrained, float32)
        cfg.randomness = dict(seed=seed)
        for loader in (cfg.train_dataloader, cfg.test_dataloader):
            loader.dataset.data_root = str(data)
        detail = dict(
            network=network,
            part=part,
            lr=cfg.optim_wrapper.optimizer.lr,
            epochs=cfg.train_cfg.max_epochs,
            precision=planned(cfg)["precision"],
            shape_only=shape_only,
        )
        name = f"ut_interaction/{network}-{part}-seed{seed}-{digest(cfg)[:8]}"
        path = f"configs/ut_interaction/{network}.py"
        made.append(Job(name, path, cfg, seed, detail, keep_predictions=True))
    return made
