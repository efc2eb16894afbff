"""The configs of this package by their names, and networks from them."""

from __future__ import annotations

import ast
import re
from fnmatch import fnmatch
from pathlib import Path

from mmaction.registry import MODELS
from mmengine.config import Config
from mmengine.registry import init_default_scope
from torch import nn

from .checkpoints import load_for
from .configs import load_config
from .errors import UserError
from .files import CONFIGS, own_config, require_file
from .pretrained import quietly


class Catalog(dict[str, str]):
    """What each config builds, by its name; printed, a line each."""

    def __repr__(self) -> str:
        width = max(map(len, self), default=0)
        return "\n".join(f"{name:{width}}  {text}" for name, text in self.items())


def list_models(pattern: str = "*") -> Catalog:
    """The configs whose names fit a pattern, and what each builds, in the words it begins with.

    Args:
        pattern: as in a shell; names are paths below configs/: `smallbig_r50_k400`,
            `table05/04_typical`. Those of ensembles name the configs of their members.
    """
    paths = {str(path.relative_to(CONFIGS).with_suffix("")): path for path in CONFIGS.rglob("*.py")}
    names = sorted(paths, key=lambda name: (name.count("/"), name))
    return Catalog(
        (name, _first_words(paths[name]))
        for name in names
        if not name.startswith("_base_") and fnmatch(name, pattern)
    )


def _first_words(path: Path) -> str:
    """The first sentence of the comment or docstring at the head of a config."""
    text = path.read_text(encoding="utf-8")
    head = ast.get_docstring(ast.parse(text))
    if head is None:
        comment = re.match(r"(#.*\n)*", text)
        head = comment[0].replace("#", "") if comment else ""
    return re.split(r"(?<!\bFig)(?<!\bSec)\. ", f"{' '.join(head.split())} ")[0]


def get_config(name: str) -> Config:
    """The config of a name that `list_models` lists.

    Raises:
        UserError: if there is none; the message names the nearest ones.
    """
    return load_config(str(own_config(name)))


def get_model(
    name: str, num_classes: int | None = None, pretrained: bool | str | Path = False
) -> nn.Module:
    """The recogniser of a config, on the CPU and in training mode; `.cfg` is its config.

    Args:
        name: see `list_models`.
        num_classes: of the head, in place of the config's.
        pretrained: False for random weights, True for the ImageNet weights that the config names,
            which may be downloaded, or a checkpoint, of which every tensor has to fit.

    Raises:
        UserError: if there is no such config, it is an ensemble's, it names no ImageNet weights, or
            `num_classes` or the checkpoint does not fit.
    """
    cfg = get_config(name)
    if "members" in cfg:
        raise UserError(f"{name}: an ensemble's; its networks are {', '.join(cfg.members)}")
    if num_classes is not None:
        if num_classes < 1:
            raise UserError(f"num_classes={num_classes}: a head has at least one class")
        cfg.model.cls_head.num_classes = num_classes
    weights = None if isinstance(pretrained, bool) else require_file(pretrained, "checkpoint")
    backbone = cfg.model.backbone
    if pretrained is True and not backbone.get("pretrained"):
        raise UserError(f"{name}: names no ImageNet weights; it is trained from scratch")
    if pretrained is not True and "pretrained" in backbone:
        backbone.pretrained = None
    init_default_scope("mmaction")
    model = MODELS.build(cfg.model)
    if weights is None:
        with quietly():
            model.init_weights()
    else:
        load_for(model, weights)
    model.cfg = cfg
    return model
