"""Checkpoints of other code, under our names. A family of them is a file: see `Family`.

Nothing is guessed: a family knows every name of a file or does not take it, and every tensor of the
network that it names must be there in its shape.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from mmengine.config import Config

from ..errors import CheckpointError
from ..state_dicts import Shapes, StateDict, difference, shapes_of, some
from .families import Family, Network, shapes_of_module
from .peers import PEERS
from .pyslowfast import PYSLOWFAST
from .resnet2d import RESNET2D
from .smallbig import SMALLBIG
from .tsm import TSM

__all__ = ["FAMILIES", "Converted", "Family", "Network", "convert", "fitting_configs", "knows"]

FAMILIES = (SMALLBIG, PYSLOWFAST, TSM, RESNET2D, *PEERS)
OURS = ("backbone.", "cls_head.")
CLASSIFIER = "cls_head.fc_cls.weight"


@dataclass(frozen=True)
class Converted:
    """What became of a checkpoint.

    Attributes:
        family: that it is of.
        network: that it belongs to.
        tensors: under our names.
        left_out: names of the file that have no counterpart, each with the reason.
        added: our names of what the file does not have.
    """

    family: Family
    network: Network
    tensors: StateDict
    left_out: dict[str, str]
    added: list[str]


def convert(tensors: StateDict, rest: Mapping[str, Any] = {}) -> Converted:
    """Give the tensors of a checkpoint our names.

    Args:
        tensors: the state dict, without what wrapped its network in the names.
        rest: what the file holds beside it.

    Raises:
        CheckpointError: if the names are ours already, no family knows them all, or they are not
            the tensors of a network of that family.
    """
    families = [family for family in FAMILIES if knows(family, tensors)]
    if not families and all(name.startswith(OURS) for name in tensors):
        raise CheckpointError(
            "has mmaction2's names already, so there is nothing to convert; use it as it is"
        )
    if not families:
        raise CheckpointError(_unknown(tensors))
    problems = []
    for family in families:
        try:
            return _converted(family, tensors, rest)
        except CheckpointError as error:
            problems.append(f"it has the names of {family.name} ({family.source}), but {error}")
    raise CheckpointError("; ".join(problems))


def knows(family: Family, tensors: Mapping[str, torch.Tensor]) -> bool:
    """Whether a family has all names of a checkpoint, which are not ours yet, and some kernels of
    as many dimensions."""
    kernels = {tensor.dim() for tensor in tensors.values() if tensor.dim() > 2}
    if _strange(family, tensors) or (kernels and family.dims not in kernels):
        return False
    return not all(name.startswith(OURS) and family.rename(name) == name for name in tensors)


def _strange(family: Family, names: Iterable[str]) -> list[str]:
    return [name for name in names if family.reason(name) is None and family.rename(name) is None]


def _unknown(tensors: Mapping[str, torch.Tensor]) -> str:
    strange = {family.name: _strange(family, tensors) for family in FAMILIES}
    nearest = min(strange, key=lambda name: len(strange[name]))
    if len(strange[nearest]) == len(tensors):
        return (
            f"no family has any of its {len(tensors)} names, so nothing was converted: "
            f"{some(tensors, 10)}. Known are {', '.join(strange)}"
        )
    names = strange[nearest]
    if not names:
        return (
            f"it has the names of {nearest}, but its kernels have other dimensions, so nothing "
            "was converted"
        )
    return (
        f"the nearest family is {nearest}, but {len(names)} of {len(tensors)} names are none of "
        f"its networks', so nothing was converted: {some(names, 10)}"
    )


def _converted(family: Family, tensors: StateDict, rest: Mapping[str, Any]) -> Converted:
    left_out = {name: why for name in tensors if (why := family.reason(name)) is not None}
    names = {name: family.rename(name) for name in tensors if name not in left_out}
    ours = {new: tensors[name] for name, new in names.items() if new is not None}
    if len(ours) != len(names):
        twice = [new for new in ours if list(names.values()).count(new) > 1]
        raise CheckpointError(f"several of its tensors would be {some(twice)}")
    classifier = ours.get(CLASSIFIER)
    if classifier is not None and classifier.dim() > 2:
        ours[CLASSIFIER] = classifier.flatten(1)  # a 1x1x1 convolution
    gone = family.change(ours)
    left_out |= {name: gone[new] for name, new in names.items() if new in gone}
    network = family.network(shapes_of(ours), rest)
    wanted = family.expected(network)
    added = [
        name
        for name in wanted
        if name not in ours
        and name.endswith(".num_batches_tracked")
        and name.replace("num_batches_tracked", "running_var") in ours
    ]
    ours |= {name: torch.zeros((), dtype=torch.int64) for name in added}
    problem = difference(wanted, shapes_of(ours))
    if problem:
        raise CheckpointError(f"the checkpoint looks like {network.name}, but {problem}")
    return Converted(family, network, ours, left_out, added)


# --------------------------------------------------------------------------------------------------
# Configs


def fitting_configs(
    ours: Shapes, network: Network, configs: Iterable[Path]
) -> dict[Path, dict[str, Any]]:
    """Those of `configs` whose network has the tensors `ours`, each with the options that it needs.

    The classifier's classes are left out of the comparison: they are one option away. Where configs
    with as many classes fit, others are not named.
    """
    backbone = {name: shape for name, shape in ours.items() if name.startswith("backbone.")}
    fits, same = {}, {}
    for path in configs:
        cfg = Config.fromfile(path)
        if "backbone" not in cfg.get("model", {}) or not _alike(cfg.model, network):
            continue
        options = {k: v for k, v in network.settings.items() if _setting(cfg, k) != v}
        cfg.merge_from_dict(options)
        args = dict(cfg.model.backbone, pretrained=None)
        args.pop("clip_size", None)  # a check that takes time
        shapes = shapes_of_module(args)
        if {f"backbone.{name}": shape for name, shape in shapes.items()} != backbone:
            continue
        if network.num_classes in (None, cfg.model.cls_head.num_classes):
            same[path] = options
        fits[path] = options | {"model.cls_head.num_classes": network.num_classes}
    return same or fits


def _alike(model: Config, network: Network) -> bool:
    """Whether it is worth building, and whether settings of the network's type are its own."""
    backbone, head = model.backbone, model.get("cls_head") or {}
    if backbone.get("depth", 50) != network.backbone.get("depth", 50):
        return False
    if network.head is not None and head.get("type") != network.head["type"]:
        return False
    given = any(name.startswith("model.backbone.") for name in network.settings)
    return not given or backbone.type == network.backbone["type"]


def _setting(cfg: Config, name: str) -> Any:
    found: Any = cfg
    for key in name.split("."):
        found = found.get(key, {})
    return list(found) if isinstance(found, (list, tuple)) else found
