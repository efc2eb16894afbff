"""Checkpoints: reading, converting those of other code, loading that says what does not fit."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from .compat import pickles
from .compat.weights import unreadable
from .converting import FAMILIES, Converted, knows
from .converting import convert as convert_tensors
from .converting.resnet2d import RESNET2D
from .converting.smallbig import identify
from .errors import CheckpointError, UserError
from .files import file_sha256, whole
from .state_dicts import StateDict, difference, shapes_of, tensors_of

HEAD = "cls_head."


def read(path: str | Path) -> tuple[StateDict, dict[str, Any]]:
    """Read a checkpoint; nothing that it holds is run.

    Args:
        path: a file with a state dict, bare or under a name that is usual (`CONTAINERS`); Caffe2's
            blobs (`.pkl`) and `.safetensors` too.

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
        if str(path).endswith(".pkl"):
            return _blobs(path), {}
        if str(path).endswith(".safetensors"):
            return _safetensors(path), {}
        loaded = torch.load(path, map_location="cpu", weights_only=True)
    except UserError as error:
        raise CheckpointError(str(error)) from error
    except Exception as error:  # bytes that are no checkpoint raise almost anything
        raise CheckpointError(unreadable(path, error)) from error
    found = tensors_of(loaded)
    if found is None:
        raise CheckpointError(
            f"{path}: holds no state dict, neither bare nor under the name state_dict"
        )
    return found


def _blobs(path: str | Path) -> StateDict:
    """The arrays of a Caffe2 checkpoint, a pickle of Python 2's."""
    with open(path, "rb") as file:
        loaded = pickles.load(file, path, encoding="latin1")
    blobs = loaded.get("blobs") if isinstance(loaded, dict) else None
    if not isinstance(blobs, dict) or not blobs:
        raise CheckpointError(f"{path}: holds no blobs, as a Caffe2 checkpoint does")
    return {str(name): torch.from_numpy(np.array(blob)) for name, blob in blobs.items()}


def _safetensors(path: str | Path) -> StateDict:
    try:
        library = importlib.import_module("safetensors.torch")
    except ImportError:
        raise CheckpointError(
            f"{path}: needs the safetensors package: pip install safetensors"
        ) from None
    try:
        return library.load_file(path)
    except Exception as error:
        raise CheckpointError(
            f"{path}: cannot be read; no safetensors file, or damaged ({type(error).__name__})"
        ) from error


def convert(source: Path) -> tuple[Converted, dict[str, Any]]:
    """Give the tensors of a checkpoint of other code our names.

    Args:
        source: a training checkpoint, or a bare state dict; see `converting` for whose.

    Returns:
        The tensors with their network, and the origin (code, file, sha256, epoch) for the
        checkpoint's `meta`.

    Raises:
        FileNotFoundError: if there is no such file.
        CheckpointError: if the file cannot be read, has our names already, or is of no known kind.
    """
    tensors, rest = read(source)
    try:
        found = convert_tensors(tensors, rest)
    except CheckpointError as error:
        raise CheckpointError(f"{source}: {error}") from None
    meta: dict[str, Any] = {
        "origin": f"converted from a checkpoint of {found.family.source}",
        "source": source.name,
        "source_sha256": file_sha256(source),
        "variant": found.network.name,
        "settings": found.network.settings,
        **{key: rest[key] for key in ("epoch", "best_metric", "best_prec1") if key in rest},
    }
    return found, meta


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
        model: an mmaction2 recogniser. One whose head has no weights, as mmaction2's `FeatureHead`,
            takes the rest of a checkpoint.
        path: a checkpoint with mmaction2's names.

    Returns:
        What the file holds beside the state dict.

    Raises:
        FileNotFoundError: if there is no such file.
        CheckpointError: if it cannot be read or is of another architecture: how many tensors match,
            which do not, and what to do.
    """
    tensors, rest = read(path)
    if not any(name.startswith(HEAD) for name in model.state_dict()):
        tensors = {name: t for name, t in tensors.items() if not name.startswith(HEAD)}
    problem = difference(shapes_of(model.state_dict()), shapes_of(tensors))
    if problem:
        raise CheckpointError(f"{path} is of another architecture: {problem}. {_advice(tensors)}")
    model.load_state_dict(tensors)
    return rest


def _advice(tensors: StateDict) -> str:
    if knows(RESNET2D, tensors):
        return "It is a 2D network: give it as model.backbone.pretrained, and train"
    for family in FAMILIES:
        if knows(family, tensors):
            return f"It has the names of {family.name}: run tools/convert_checkpoint.py on it first"
    try:
        network = identify(shapes_of(tensors))
    except CheckpointError:
        return "Use the config that it was trained with"
    if difference(network.shapes(), shapes_of(tensors)):
        return "Use the config that it was trained with"
    classes = f" and {network.num_classes} classes" if network.num_classes else ""
    return f"Its tensors are those of {network.name}: use a config with {network.text}{classes}"
