"""State dicts as files hold them: under many names, with what wrapped their network in the names.
How two differ, in words.

torch.compile puts `_orig_mod.` before the names of what it compiles, data parallel training
`module.`, other trainers `model.`, and a 2D network's trainer `backbone.` or `encoder.`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from mmengine.runner import CheckpointLoader
from torch import Tensor

from .errors import WeightsError
from .files import absence

StateDict = dict[str, Tensor]
Shapes = Mapping[str, tuple[int, ...]]

SCHEME, SCHEME_2D = "unwrapped://", "unwrapped2d://"
# mmengine's and mmaction2's; PySlowFast's; timm's and others'; weights averaged over a training;
# DINO's. The first that a file has is taken.
CONTAINERS = (
    *("state_dict", "model_state", "model_state_dict", "model"),
    *("state_dict_ema", "ema_state_dict", "model_ema", "teacher", "student", "module"),
)
_INSIDE = re.compile(r"(^|\.)(?:(?:module|_orig_mod)\.)+")
_NETWORK = re.compile(r"^(?:model\.)+")
_CONV_MODULE = re.compile(r"\bconv(\d)\.(conv|bn)\.")
_DOWNSAMPLE = re.compile(r"\bdownsample\.(conv|bn)\.")
_BACKBONE = re.compile(r"^(?:(?:model|backbone|encoder|base_encoder|encoder_q)\.)+")


def tensors_of(loaded: Any) -> tuple[StateDict, dict[str, Any]] | None:
    """The state dict in what a file holds, and what it holds beside it; None if there is none.

    Of a network as a whole: `backbone.` stays.
    """
    if not isinstance(loaded, Mapping):
        return None
    rest = dict(loaded)
    name = next((name for name in CONTAINERS if isinstance(rest.get(name), Mapping)), None)
    tensors = dict(rest.pop(name)) if name is not None else rest
    if not tensors or not all(isinstance(value, Tensor) for value in tensors.values()):
        return None
    return _renamed(tensors, _NETWORK), rest if name is not None else {}


def _renamed(tensors: StateDict, wrappers: re.Pattern) -> StateDict:
    return {wrappers.sub("", _INSIDE.sub(r"\1", name)): value for name, value in tensors.items()}


@CheckpointLoader.register_scheme(prefixes=SCHEME)
def load_from_unwrapped(filename: str, map_location: Any = None) -> StateDict:
    """Load the state dict of `unwrapped://FILE` with the backbone's own names, in float32.

    Half precision would be inflated in half precision. FILE is what mmengine loads: a path, a URL
    or `torchvision://NAME`.

    Raises:
        CheckpointError: if it cannot be read.
        WeightsError: if there is no such file, or no state dict in it.
    """
    file = filename.removeprefix(SCHEME)
    try:
        found = tensors_of(CheckpointLoader.load_checkpoint(file, map_location))
    except FileNotFoundError as error:
        raise WeightsError(absence(file)) from error
    if found is None:
        raise WeightsError(f"{file}: holds no state dict, neither bare nor under a usual name")
    return {
        name: tensor.float() if tensor.is_floating_point() else tensor
        for name, tensor in _renamed(found[0], _BACKBONE).items()
    }


@CheckpointLoader.register_scheme(prefixes=SCHEME_2D)
def load_2d_from_unwrapped(filename: str, map_location: Any = None) -> StateDict:
    """`load_from_unwrapped` of a ResNet's 2D weights, under torchvision's names and shapes.

    mmaction2 names a convolution and its norm `conv1.conv` and `conv1.bn`, and a network of its
    that sees frame by frame has kernels of one frame.
    """
    found = load_from_unwrapped(filename.replace(SCHEME_2D, SCHEME, 1), map_location)
    return {
        _DOWNSAMPLE.sub(
            lambda match: f"downsample.{('conv', 'bn').index(match[1])}.",
            _CONV_MODULE.sub(lambda match: f"{match[2]}{match[1]}.", name),
        ): tensor.squeeze(2) if tensor.dim() == 5 and tensor.shape[2] == 1 else tensor
        for name, tensor in found.items()
    }


def empty_blocks(names: Iterable[str], loaded: Iterable[str]) -> list[str]:
    """Residual blocks of a network nothing of which was loaded: the sign of another depth.

    Args:
        names: of a network's modules or tensors, `layer3.5.` in those of a block.
        loaded: those of them that were.
    """
    blocks = {name: match[1] for name in names if (match := re.search(r"(layer\d+\.\d+)\.", name))}
    full = {blocks[name] for name in loaded if name in blocks}
    return list(dict.fromkeys(block for block in blocks.values() if block not in full))


# --------------------------------------------------------------------------------------------------
# Differences


def shapes_of(tensors: Mapping[str, Tensor]) -> dict[str, tuple[int, ...]]:
    """The shape of each tensor."""
    return {name: tuple(tensor.shape) for name, tensor in tensors.items()}


def some(names: Iterable[str], limit: int = 3) -> str:
    """The first of some names, and how many more there are."""
    names = list(names)
    more = f" and {len(names) - limit} more" if len(names) > limit else ""
    return ", ".join(names[:limit]) + more


def difference(wanted: Shapes, found: Shapes) -> str | None:
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
            lines.append(f"{len(names)} {what}: {some(names)}")
    return "; ".join(lines)


def _size(shape: tuple[int, ...]) -> str:
    return "x".join(map(str, shape)) or "scalar"
