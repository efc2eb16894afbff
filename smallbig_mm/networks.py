"""A network with the weights that a user names: a checkpoint, or its config's ImageNet weights."""

from __future__ import annotations

import copy
from typing import Any

from mmengine.config import Config
from torch import nn

from .errors import UserError
from .files import require_file
from .inference import build_recognizer, load_recognizer
from .pretrained import Loaded, count_loaded, quietly

IMAGENET = "imagenet"
WEIGHTS_HELP = (
    f"a checkpoint, or `{IMAGENET}` for the weights that the config begins with "
    "(model.backbone.pretrained)"
)


def load_network(cfg: Config, weights: str, device: str) -> tuple[nn.Module, Loaded | None]:
    """The recogniser of a config, in eval mode, with a checkpoint's weights or ImageNet's.

    Args:
        cfg: the config.
        weights: a checkpoint, or `IMAGENET`: then the backbone is as a training begins, and the
            head random.
        device: `'cpu'`, `'cuda:0'` and so on.

    Returns:
        The recogniser, and what its backbone holds of the ImageNet weights; None of a checkpoint.

    Raises:
        UserError: if the config names no ImageNet weights, or as `load_recognizer`.
        WeightsError: if they are not to be had, or do not fit.
    """
    cfg = copy.deepcopy(cfg)  # mmaction2 takes `pretrained` out of it
    if weights != IMAGENET:
        return load_recognizer(cfg, require_file(weights, "checkpoint"), device), None
    source = cfg.get("model", {}).get("backbone", {}).get("pretrained")
    if not source:
        raise UserError(f"{cfg.filename}: names no ImageNet weights (model.backbone.pretrained)")
    model: Any = build_recognizer(cfg, "cpu")
    model.backbone.pretrained = source
    with quietly("ERROR"):  # it would warn of every unit; that too little fits is an error below
        model.backbone.init_weights()
        return model.to(device), count_loaded(model.backbone, source)
