"""Checkpoints: the authors' tensor names and ours, and loading that says what does not fit.

The names and shapes of the authors' tensors are those of github.com/xhl-video/SmallBigNet. Their
weights were never published, but their code trains networks whose checkpoints this module converts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import torch
from mmaction.models.backbones.resnet3d import Bottleneck3d
from mmaction.registry import MODELS
from mmengine.config import Config
from torch import Tensor, nn

from .backbones import ResNet3dSmallBig, ResNet3dUnits
from .compat.weights import unreadable
from .errors import CheckpointError
from .files import file_sha256, whole
from .state_dicts import StateDict, tensors_of

Shapes = Mapping[str, tuple[int, ...]]


# --------------------------------------------------------------------------------------------------
# Names

_NORM = {"weight", "bias", "running_mean", "running_var", "num_batches_tracked"}
# The authors' module -> our module and its tensors, outside and inside a residual block.
_OUTSIDE = {
    "conv1": ("backbone.conv1.conv", {"weight"}),
    "bn1": ("backbone.conv1.bn", _NORM),
    "fc": ("cls_head.fc_cls", {"weight", "bias"}),
}
_INSIDE = {
    "downsample.0": ("downsample.conv", {"weight"}),
    "downsample.1": ("downsample.bn", _NORM),
    "big4_1": ("input_unit.reduce", {"weight"}),
    "big4_2.0": ("input_unit.expand", {"weight"}),
    "big4_2.1": ("input_unit.bn", _NORM),
}
for _n in (1, 2, 3):
    _INSIDE |= {
        f"conv{_n}": (f"conv{_n}.conv", {"weight"}),
        f"bn{_n}": (f"conv{_n}.bn", _NORM),
        f"big{_n}.1": (f"conv{_n}.big_bn", _NORM),
    }
_BLOCK = r"(layer[1-4]\.(?:0|[1-9]\d*)\.)"


def _pair(block: str, official: str, ours: str, tensor: str) -> tuple[str, str]:
    return f"{block}{official}.{tensor}", f"{'backbone.' if block else ''}{block}{ours}.{tensor}"


def to_ours(name: str) -> str | None:
    """Our name of the authors' tensor `name` (without `module.`), None if they have no such."""
    return _rename(name, 0)


def to_official(name: str) -> str | None:
    """The authors' name of our tensor `name`, None if they have no such. Inverse of `to_ours`."""
    return _rename(name, 1)


def _rename(name: str, side: int) -> str | None:
    match = re.match(rf"{'backbone[.]' if side else ''}{_BLOCK}", name)
    block = match[1] if match else ""
    for official, (ours, tensors) in (_INSIDE if block else _OUTSIDE).items():
        for tensor in tensors:
            pair = _pair(block, official, ours, tensor)
            if pair[side] == name:
                return pair[1 - side]
    return None


# --------------------------------------------------------------------------------------------------
# Reading


def read(path: str | Path) -> tuple[StateDict, dict[str, Any]]:
    """Read a checkpoint with `weights_only=True`.

    Args:
        path: a file with a state dict, bare or under a name that is usual (`CONTAINERS`).

    Returns:
        The state dict, without what wrapped its network in the names, and whatever else the file
        holds.

    Raises:
        FileNotFoundError: if there is no such file.
        CheckpointError: if it is no checkpoint, is damaged, or holds objects other than tensors,
            numbers and strings.
    """
    if not Path(path).is_file():
        raise FileNotFoundError(f"{path}: no such checkpoint file")
    try:
        loaded = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # bytes that are no checkpoint raise almost anything
        raise CheckpointError(unreadable(path, error)) from error
    found = tensors_of(loaded)
    if found is None:
        raise CheckpointError(
            f"{path}: holds no state dict, neither bare nor under the name state_dict"
        )
    return found


def _shapes(tensors: Mapping[str, Tensor]) -> dict[str, tuple[int, ...]]:
    return {name: tuple(tensor.shape) for name, tensor in tensors.items()}


def _some(names: Iterable[str], limit: int = 3) -> str:
    names = list(names)
    more = f" and {len(names) - limit} more" if len(names) > limit else ""
    return ", ".join(names[:limit]) + more


# --------------------------------------------------------------------------------------------------
# The network that a state dict belongs to


@dataclass(frozen=True)
class Variant:
    """A network, as far as its tensors tell: the clip length leaves no trace in them."""

    backbone: dict[str, Any]
    num_classes: int | None

    @property
    def name(self) -> str:
        """Such as `SmallBig-R50 full`, full (Fig. 2(f)) being typical (e) with extra units."""
        depth, extra = self.backbone["depth"], ""
        if "extra_blocks" in self.backbone:
            extra = f" with {sum(map(len, self.backbone['extra_blocks']))} extra units"
        elif "extra_unit" in self.backbone:
            extra = " with extra units"
        if "views" not in self.backbone:
            return f"SmallBig-R{depth} typical{extra}".replace("typical with extra units", "full")
        return f"{'SlowOnly' if 'inflate' in self.backbone else '2D'}-R{depth}{extra}"

    @property
    def text(self) -> str:
        """The backbone's arguments as they stand in a config."""
        args = ", ".join(f"{key}={value!r}" for key, value in self.backbone.items())
        return f"backbone=dict({args})"


_STAGES = (3, 4, 5)  # those with units, unless a backbone's arguments say otherwise


def identify(ours: Shapes) -> Variant:
    """Name the network whose tensors, under our names, have the shapes `ours`.

    Raises:
        CheckpointError: if it is none that the authors' code can build.
    """

    def blocks_with(pattern: str) -> dict[int, tuple[int, ...]]:
        """By stage; in order."""
        found = (re.match(rf"backbone\.layer(\d)\.(\d+)\.{pattern}$", name) for name in ours)
        places = sorted((int(match[1]) + 1, int(match[2])) for match in found if match)
        return {
            stage: tuple(block for _, block in blocks)
            for stage, blocks in groupby(places, key=lambda place: place[0])
        }

    counts = tuple(
        len({name.split(".")[2] for name in ours if name.startswith(f"backbone.layer{n}.")})
        for n in range(1, 5)
    )
    depths = [
        depth
        for depth, (block, blocks) in ResNet3dUnits.arch_settings.items()
        if blocks == counts and issubclass(block, Bottleneck3d)
    ]
    stem = ours.get("backbone.conv1.conv.weight")
    if not depths or stem is None:
        raise CheckpointError(
            f"the checkpoint has {'-'.join(map(str, counts))} bottlenecks in res2 ... res5 and "
            f"{'a' if stem else 'no'} stem: it is no SmallBigNet (R23, R50, R101 or R152) or is "
            "incomplete"
        )
    backbone: dict[str, Any] = dict(type="ResNet3dSmallBig", depth=depths[0])
    if stem[0] != 64:
        backbone["base_channels"] = stem[0]
    stages = tuple(blocks_with(r"conv1\.big_bn\.weight"))
    if not stages:
        backbone["views"] = (None, None, None)
    elif stages != _STAGES:
        backbone["stages"] = stages
    extra = blocks_with(r"input_unit\.reduce\.weight")
    if extra:
        backbone["extra_unit"] = "default"
        if tuple(extra) != _STAGES:
            backbone["extra_stages"] = tuple(extra)
        if any(len(blocks) < counts[stage - 2] for stage, blocks in extra.items()):
            backbone["extra_blocks"] = tuple(extra.values())
    inflate = tuple(int(ours[f"backbone.layer{n}.0.conv1.conv.weight"][2] > 1) for n in range(1, 5))
    if any(inflate):
        backbone["inflate"] = inflate
    classes = ours.get("cls_head.fc_cls.weight")
    variant = Variant(backbone, classes[0] if classes else None)

    with torch.device("meta"):
        network = MODELS.build(dict(backbone, pretrained=None))
    assert isinstance(network, ResNet3dSmallBig)
    wanted = {f"backbone.{name}": shape for name, shape in _shapes(network.state_dict()).items()}
    rest = {name: shape for name, shape in ours.items() if not name.startswith("cls_head.")}
    problem = _difference(wanted, rest)
    if problem:
        raise CheckpointError(f"the checkpoint looks like {variant.name}, but {problem}")
    return variant


def fitting_configs(ours: Shapes, configs: Iterable[Path]) -> dict[Path, int]:
    """Those of `configs` whose network has the tensors `ours`, each with its number of classes.

    The classifier is left out of the comparison: it is one config option away.
    """
    backbone = {name: shape for name, shape in ours.items() if name.startswith("backbone.")}
    fits = {}
    for path in configs:
        cfg = Config.fromfile(path)
        if "backbone" not in cfg.get("model", {}):
            continue
        args = dict(cfg.model.backbone, pretrained=None)
        args.pop("clip_size", None)  # a check that takes time
        with torch.device("meta"):
            network = MODELS.build(args)
        shapes = _shapes(network.state_dict())
        if {f"backbone.{name}": shape for name, shape in shapes.items()} == backbone:
            fits[path] = cfg.model.cls_head.num_classes
    return fits


def _difference(wanted: Shapes, found: Shapes) -> str | None:
    """How the tensors of a checkpoint differ from those of a network; None where they do not."""
    missing = [name for name in wanted if name not in found]
    unexpected = [name for name in found if name not in wanted]
    reshaped = [
        f"{name} (checkpoint {_size(found[name])}, network {_size(shape)})"
        for name, shape in wanted.items()
        if name in found and found[name] != shape
    ]
    if not (missing or unexpected or reshaped):
        return None
    matched = len(wanted) - len(missing) - len(reshaped)
    lines = [f"{matched} of the network's {len(wanted)} tensors match"]
    for what, names in (
        ("missing from the checkpoint", missing),
        ("unknown to the network", unexpected),
        ("of another shape", reshaped),
    ):
        if names:
            lines.append(f"{len(names)} {what}: {_some(names)}")
    return "; ".join(lines)


def _size(shape: tuple[int, ...]) -> str:
    return "x".join(map(str, shape)) or "scalar"


# --------------------------------------------------------------------------------------------------
# Converting and loading


def convert(source: Path) -> tuple[StateDict, dict[str, Any], Variant]:
    """Give the tensors of one of the authors' checkpoints our names.

    Args:
        source: their training checkpoint (`epoch`, `state_dict` with `module.` names,
            `best_metric`, `optimizer`), or a bare state dict.

    Returns:
        The state dict with `backbone.*` and `cls_head.*`, the origin (file, sha256, epoch) for the
        checkpoint's `meta`, and the network it belongs to.

    Raises:
        FileNotFoundError: if there is no such file.
        CheckpointError: if the file cannot be read, has our names already, holds a name that the
            authors' networks do not have, or lacks one.
    """
    official, rest = read(source)
    if all(name.startswith(("backbone.", "cls_head.")) for name in official):
        raise CheckpointError(
            f"{source}: has mmaction2's names already, so there is nothing to convert; "
            "use it as it is"
        )
    names = {name: to_ours(name) for name in official}
    unknown = [name for name, ours in names.items() if ours is None]
    if unknown:
        raise CheckpointError(
            f"{source}: {len(unknown)} of {len(names)} names are none of the authors' networks', "
            f"so nothing was converted: {_some(unknown, 10)}"
        )
    tensors = {ours: official[name] for name, ours in names.items() if ours is not None}
    try:
        variant = identify(_shapes(tensors))
    except CheckpointError as error:
        raise CheckpointError(f"{source}: {error}") from None
    meta: dict[str, Any] = {
        "origin": "converted from a checkpoint of github.com/xhl-video/SmallBigNet's code",
        "source": source.name,
        "source_sha256": file_sha256(source),
        "variant": variant.name,
        **{key: rest[key] for key in ("epoch", "best_metric") if key in rest},
    }
    return tensors, meta, variant


def save(state_dict: StateDict, meta: dict[str, Any], path: Path) -> None:
    """Write `{'state_dict', 'meta'}` to `path`, whole or not at all.

    Raises:
        FileNotFoundError: if the folder does not exist.
    """
    if not path.parent.is_dir():
        raise FileNotFoundError(f"{path.parent}: no such folder; make it first")
    with whole(path) as part:
        torch.save(dict(state_dict=state_dict, meta=meta), part)


def load_for(model: nn.Module, path: str | Path) -> dict[str, Any]:
    """Load a checkpoint into `model`, every tensor or none.

    Args:
        model: an mmaction2 recogniser.
        path: a checkpoint with mmaction2's names.

    Returns:
        What the file holds beside the state dict.

    Raises:
        FileNotFoundError: if there is no such file.
        CheckpointError: if it cannot be read or is of another architecture: how many tensors match,
            which do not, and what to do.
    """
    tensors, rest = read(path)
    problem = _difference(_shapes(model.state_dict()), _shapes(tensors))
    if problem:
        raise CheckpointError(f"{path} is of another architecture: {problem}. {_advice(tensors)}")
    model.load_state_dict(tensors)
    return rest


def _advice(tensors: StateDict) -> str:
    if all(to_ours(name) for name in tensors):
        return "It has the authors' names: run tools/convert_checkpoint.py on it first"
    try:
        variant = identify(_shapes(tensors))
    except CheckpointError:
        return "Use the config that it was trained with"
    classes = f" and {variant.num_classes} classes" if variant.num_classes else ""
    return f"Its tensors are those of {variant.name}: use a config with {variant.text}{classes}"
