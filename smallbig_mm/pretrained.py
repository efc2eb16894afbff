"""The weights that a backbone begins with: how many of a file's it holds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import torch
from mmengine.logging import MMLogger
from torch import Tensor, nn
from torch.nn.modules.conv import _ConvNd

from .compat.weights import file_of
from .errors import WeightsError
from .files import file_sha256
from .state_dicts import SCHEME, empty_blocks, load_from_unwrapped


@dataclass(frozen=True)
class Loaded:
    """What a network holds of the file that its `pretrained` names.

    Attributes:
        file: as `pretrained` names it.
        sha256: of the file, or of its copy in torch hub's cache.
        loaded: convolutions of the network that hold a weight of the file.
        tensors: convolutions of the network.
    """

    file: str
    sha256: str
    loaded: int
    tensors: int


def count_loaded(network: nn.Module, path: str | Path) -> Loaded:
    """Count the convolutions of an initialised network that hold a weight of a file.

    By content, so that it does not matter who loaded the file and under which names: a 2D kernel
    is the sum over time of the 3D one that it was inflated to.

    Args:
        network: after its `init_weights`.
        path: what `pretrained` names: a file, a URL or `torchvision://NAME`. In a distributed run
            every process must call, as they wait for each other while a URL is loaded.

    Raises:
        WeightsError: if fewer than half of what could fit does, of the network's convolutions or
            of the file's, whichever are fewer; or if a residual block holds none of them, as of a
            network that is deeper than the file's.
    """
    name = str(path)
    kernels: dict[torch.Size, list[Tensor]] = {}
    for tensor in load_from_unwrapped(f"{SCHEME}{name}", "cpu").values():
        if tensor.dim() in (4, 5):
            flat = _without_time(tensor)
            kernels.setdefault(flat.shape, []).append(flat)
    own = {
        name: _without_time(module.weight)
        for name, module in network.named_modules()
        if isinstance(module, _ConvNd) and module.weight.dim() in (4, 5)
    }
    loaded = [n for n, w in own.items() if any(_equal(w, k) for k in kernels.get(w.shape, ()))]
    available = sum(map(len, kernels.values()))
    little, missing = 2 * len(loaded) < min(len(own), available), empty_blocks(own, loaded)
    if not loaded or little or missing:
        how = f"not {', '.join(missing)}" if not little else "little" if loaded else "nothing"
        raise WeightsError(
            f"{name}: fits {how}: {len(loaded)} of the network's "
            f"{len(own)} convolutions hold one of its {available}. Give weights of this depth and "
            "width, 2D ones with torchvision's names (conv1.weight, layer1.0.conv1.weight, ...), "
            "or none with --cfg-options model.backbone.pretrained=None; a checkpoint of this "
            "network goes to load_from"
        )
    return Loaded(name, sha256_of(name), len(loaded), len(own))


def sha256_of(source: str | Path) -> str:
    """SHA-256 of the file of weights that a path, a URL or `torchvision://NAME` names."""
    file = file_of(str(source))
    return file_sha256(file) if file.is_file() else "not run: neither a file nor a URL"


def _without_time(kernel: Tensor) -> Tensor:
    kernel = kernel.detach().cpu().float()
    return kernel.sum(2) if kernel.dim() == 5 else kernel


def _equal(one: Tensor, other: Tensor) -> bool:
    """Up to an inflation's rounding; most that differ do so in their first elements."""
    return all(
        torch.allclose(a, b, rtol=1e-4, atol=0)
        for a, b in ((one.flatten()[:8], other.flatten()[:8]), (one, other))
    )


@contextmanager
def quietly(least: str = "WARNING") -> Iterator[None]:
    """Without mmengine's three lines for every tensor that is given a value.

    Args:
        least: level of what is still said.
    """
    logger = MMLogger.get_current_instance()
    level = logger.level
    logger.setLevel(least)
    try:
        yield
    finally:
        logger.setLevel(level)
