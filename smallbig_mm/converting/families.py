"""What a family of checkpoints is: names that become ours, and the networks that have them."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from mmaction.registry import MODELS

from ..state_dicts import Shapes, StateDict, shapes_of

NORM = ("weight", "bias", "running_mean", "running_var", "num_batches_tracked")
Rules = Sequence[tuple[str, str | Callable[[re.Match], str]]]


@dataclass(frozen=True)
class Network:
    """A network, as far as its tensors tell.

    Attributes:
        name: such as `SmallBig-R50 full`.
        backbone: its arguments, as they stand in a config.
        num_classes: of its classifier; None without one.
        head: the classifier's arguments beside that, None for a network that is only its backbone.
        settings: of a config, by dotted names, that the weights need and tensors do not show.
        notes: what else is to be known of it, each in a line.
    """

    name: str
    backbone: dict[str, Any]
    num_classes: int | None = None
    head: dict[str, Any] | None = None
    settings: dict[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The backbone's arguments as they stand in a config."""
        args = ", ".join(f"{key}={value!r}" for key, value in self.backbone.items())
        return f"backbone=dict({args})"

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The tensors of the network when it is built, `backbone.*` and `cls_head.*`."""
        parts = {"backbone": dict(self.backbone, pretrained=None)}
        if self.num_classes is not None and self.head is not None:
            parts["cls_head"] = dict(self.head, num_classes=self.num_classes)
        found: dict[str, tuple[int, ...]] = {}
        for part, args in parts.items():
            found |= {f"{part}.{name}": shape for name, shape in shapes_of_module(args).items()}
        return found


def shapes_of_module(args: Mapping[str, Any]) -> dict[str, tuple[int, ...]]:
    """The tensors of a module of mmaction2's registry, which is built without memory."""
    with torch.device("meta"):
        return shapes_of(MODELS.build(copy.deepcopy(dict(args))).state_dict())


def _nothing(tensors: StateDict) -> dict[str, str]:
    return {}


@dataclass(frozen=True)
class Family:
    """Checkpoints that the same code writes. To add one: its names, and how to tell its networks.

    Attributes:
        name: what users call it.
        source: of the code that writes them.
        rename: our name of a tensor's, None if the family has no such. `by_rules` makes one.
        network: the network of tensors with our names and these shapes, given what the file holds
            beside them; CheckpointError if it is none that can be built here.
        configs: patterns of the names of this package's configs among which those that fit are.
        dims: of the kernels of its convolutions, 4 or 5.
        left_out: patterns of names that are left out on purpose, each with the reason.
        change: changes tensors with our names in place, where those of our network are others;
            returns names that are gone, each with the reason.
        expected: the shapes that the network's tensors have under the names that `rename` gives.
    """

    name: str
    source: str
    rename: Callable[[str], str | None]
    network: Callable[[Shapes, Mapping[str, Any]], Network]
    configs: Sequence[str] = ()
    dims: int = 5
    left_out: Mapping[str, str] = field(default_factory=dict)
    change: Callable[[StateDict], dict[str, str]] = _nothing
    expected: Callable[[Network], Shapes] = Network.shapes

    def reason(self, name: str) -> str | None:
        """Why a tensor is left out on purpose; None if it is not."""
        return next((why for p, why in self.left_out.items() if re.fullmatch(p, name)), None)


def by_rules(rules: Rules) -> Callable[[str], str | None]:
    """A family's `rename`: patterns, and what stands in their place.

    A name goes through all rules in their order, and is none of the family's if none changes it.
    What is not the classifier's (`cls_head.`) is the backbone's.
    """

    def rename(name: str) -> str | None:
        ours = name
        for pattern, replacement in rules:
            ours = re.sub(pattern, replacement, ours)
        if ours == name:
            return None
        return ours if ours.startswith(("backbone.", "cls_head.")) else f"backbone.{ours}"

    return rename


def depth_of(names: Shapes, settings: Mapping[int, tuple[Any, Sequence[int]]], layer: str) -> int:
    """The depth of a ResNet by the number of its blocks; 0 if it is none of `settings`.

    Args:
        names: of tensors.
        settings: mmaction2's `arch_settings`: by depth, the block and how many a stage has.
        layer: what the stages' names begin with, e.g. `backbone.layer`.
    """
    counts = tuple(
        len({m[1] for name in names if (m := re.match(rf"{re.escape(layer)}{n}\.(\d+)\.", name))})
        for n in range(1, 5)
    )
    third = any(re.match(rf"{re.escape(layer)}1\.0\.conv3\.", name) for name in names)
    return next(
        (
            depth
            for depth, (block, blocks) in settings.items()
            if tuple(blocks) == counts and (block.expansion > 1) == third
        ),
        0,
    )


def classes_of(ours: Shapes) -> int | None:
    """Classes of the classifier; None without one."""
    shape = ours.get("cls_head.fc_cls.weight")
    return shape[0] if shape else None
