"""Checkpoints and pretrained weights, always loaded with `weights_only=True`."""

from __future__ import annotations

import functools
import http.client
import importlib
import inspect
import os
import pickle
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch
from urllib.parse import urlparse

from .. import printed
from ..errors import CheckpointError, UserError, WeightsError
from ..files import absence, file_sha256
from .pickles import numpy_names

PYTORCH_MODELS = "https://download.pytorch.org/models/"


def allow_checkpoint_types() -> str | None:
    """Let `weights_only=True` load what mmengine puts into its checkpoints.

    https://github.com/open-mmlab/mmengine/issues/1655: resume and test fail on `HistoryBuffer` and
    on what it drags in: NumPy arrays and scalars, of which `numpy_names` reads the plain ones, and
    its methods, which are pickled as `getattr(HistoryBuffer, "mean")`. That name stands for a
    `getattr` of these methods alone, as the real one would let a file reach anything.
    """
    import torch
    from mmengine.logging import HistoryBuffer

    names = {**numpy_names(), "builtins.getattr": _history_method}
    wanted: list[Any] = [HistoryBuffer, *((value, name) for name, value in names.items())]
    known = torch.serialization.get_safe_globals()
    missing = [item for item in wanted if item not in known]
    if not missing:
        return None
    torch.serialization.add_safe_globals(missing)
    return "checkpoints: HistoryBuffer and NumPy arrays allowed with weights_only=True"


def _history_method(owner: Any, name: str) -> Any:
    from mmengine.logging import HistoryBuffer

    if owner is not HistoryBuffer or name not in ("current", "max", "mean", "min"):
        raise pickle.UnpicklingError(f"getattr({owner!r}, {name!r}) is not allowed in a checkpoint")
    return getattr(HistoryBuffer, name)


def load_checkpoints_safely() -> str | None:
    """Have every loader of mmengine's load with `weights_only=True`, and name a file it cannot.

    They leave `torch.load` its default, which is `True` since torch 2.6, unless the environment has
    `TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD`, as https://github.com/open-mmlab/mmengine/issues/1655 and
    others advise.
    """
    from mmengine.runner.checkpoint import CheckpointLoader

    upstream = CheckpointLoader.load_checkpoint
    if hasattr(upstream, "__wrapped__"):
        return None

    @functools.wraps(upstream)
    def load_checkpoint(cls: Any, filename: str, *arguments: Any, **options: Any) -> Any:
        try:
            with _weights_only():
                loaded = upstream(filename, *arguments, **options)
            meta = loaded.get("meta") or {}
            if "config" in meta:  # which resuming would run (`never_run_printed_configs`)
                printed.parse(meta["config"])
            return loaded
        except (CheckpointError, WeightsError):
            raise
        except UserError as error:
            raise CheckpointError(f"{filename}: {error}") from error
        except Exception as error:  # bytes that are no checkpoint raise almost anything
            refused = isinstance(error, pickle.UnpicklingError)
            if not refused and not Path(filename).expanduser().is_file():
                raise
            raise CheckpointError(unreadable(filename, error)) from error

    CheckpointLoader.load_checkpoint = classmethod(load_checkpoint)
    return "checkpoints: weights_only=True whatever the environment says"


@contextmanager
def _weights_only() -> Iterator[None]:
    with patch.dict(os.environ, TORCH_FORCE_WEIGHTS_ONLY_LOAD="1"):
        os.environ.pop("TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD", None)
        yield


def unreadable(path: str | Path, error: Exception) -> str:
    """Why a checkpoint was not read, from what `torch.load` says with `weights_only=True`."""
    if isinstance(error, FileNotFoundError):
        return absence(path)
    if str(path).endswith(".safetensors"):
        return (
            f"{path}: safetensors files are read by tools/convert_checkpoint.py alone: convert it "
            "first, or if that does not know it, in Python: torch.save("
            "safetensors.torch.load_file('x.safetensors'), 'x.pth')"
        )
    refused = re.search(r"GLOBAL (\S+)", str(error))
    if refused is None:
        return f"{path}: cannot be read; no checkpoint, or damaged ({type(error).__name__})"
    return (
        f"{path}: holds {refused[1]}, and only tensors, numbers and strings are loaded "
        "(weights_only=True); if you trust the file, save its state_dict alone"
    )


def load_urls_safely() -> str | None:
    """Load `http(s)://` weights with `weights_only=True`, PyTorch's own after a hash check.

    mmengine calls `torch.hub.load_state_dict_from_url`, whose default is still
    `weights_only=False`; its other loaders leave `torch.load` its default, `True` since torch 2.6.
    https://github.com/open-mmlab/mmengine/issues/1655.
    """
    from mmengine.runner import checkpoint

    if "weights_only" in inspect.getsource(checkpoint.load_from_http):
        return None
    checkpoint.load_from_http = load_from_http
    checkpoint.CheckpointLoader.register_scheme(("http://", "https://"), load_from_http, force=True)
    return "weights from URLs: weights_only=True, sha256 checked, one download a node"


def load_from_http(
    filename: str,
    map_location: Any = None,
    model_dir: str | None = None,
    progress: bool = True,
) -> Any:
    """Load weights from a URL or, if they are there, from torch hub's cache.

    In a distributed run the first process of each node downloads while the others wait.

    Args:
        filename: the URL. Below `https://download.pytorch.org/models/` a name ends in the first
            digits of the file's sha256, which is checked, for a cached file too.
        map_location: as for `torch.load`.
        model_dir: the cache's folder; torch hub's own by default.
        progress: show a progress bar.

    Raises:
        WeightsError: if the file cannot be downloaded, or its hash is wrong.
    """
    import torch
    from mmengine import dist

    file = _cached(filename, model_dir)
    load = functools.partial(
        torch.hub.load_state_dict_from_url,
        filename,
        str(file.parent),
        map_location,
        progress,
        check_hash=filename.startswith(PYTORCH_MODELS),
        weights_only=True,
    )
    downloads = not dist.is_distributed() or int(os.environ.get("LOCAL_RANK", "0")) == 0
    instead = (
        f"Put it at {file}, or pass --cfg-options model.backbone.pretrained=None (random weights) "
        "or model.backbone.pretrained=PATH"
    )
    if not downloads:
        dist.barrier()
        if not file.is_file():
            raise WeightsError(f"{filename} was not downloaded. {instead}")
        return load()
    try:
        if file.is_file() and filename.startswith(PYTORCH_MODELS):
            _check_hash(file)
        return load()
    except (OSError, http.client.HTTPException) as error:
        raise WeightsError(f"{filename} cannot be downloaded ({error}). {instead}") from error
    except RuntimeError as error:
        if "invalid hash value" not in str(error):
            raise
        raise WeightsError(f"the download of {filename} is damaged: {error}") from error
    finally:
        dist.barrier()


def _cached(url: str, model_dir: str | None = None) -> Path:
    """Where the weights of a URL are kept, torch hub's cache if no other folder is given."""
    import torch

    folder = Path(model_dir or Path(torch.hub.get_dir()) / "checkpoints")
    return folder / Path(urlparse(url).path).name


def file_of(filename: str) -> Path:
    """The file that weights come from: a local one, or the copy of `torchvision://NAME` or a URL in
    torch hub's cache, once they were loaded."""
    filename = url_of(filename)
    return _cached(filename) if filename.startswith(("http://", "https://")) else Path(filename)


def _check_hash(file: Path) -> None:
    wanted, found = file.stem.rpartition("-")[2], file_sha256(file)
    if not found.startswith(wanted):
        raise WeightsError(
            f"{file} is damaged: its sha256 begins with {found[: len(wanted)]}, not {wanted}. "
            "Delete it, and it is downloaded again"
        )


def log_what_is_loaded() -> str | None:
    """Have mmengine write into the log which checkpoint it loads, instead of printing it.

    A runner does not say for which logger, and every process prints: `_load_checkpoint` in
    https://github.com/open-mmlab/mmengine/blob/v0.10.7/mmengine/runner/checkpoint.py (no thread
    known).
    """
    from mmengine.runner.checkpoint import _load_checkpoint

    if inspect.signature(_load_checkpoint).parameters["logger"].default is not None:
        return None
    _load_checkpoint.__defaults__ = (None, "current")
    return "which checkpoint is loaded goes to the log"


def resolve_torchvision_names() -> str | None:
    """Load `torchvision://resnet50` and the like without torchvision.

    Most of mmaction2's configs name their ImageNet weights so, and mmengine imports torchvision
    only to learn their URLs, which it also carries in `hub/torchvision_0.12.json`. No thread known.
    """
    from mmengine.runner.checkpoint import CheckpointLoader

    if _importable("torchvision"):
        return None
    prefixes = ("modelzoo://", "torchvision://")
    if CheckpointLoader._schemes.get(prefixes[0]) is load_from_torchvision:
        return None
    CheckpointLoader.register_scheme(prefixes, load_from_torchvision, force=True)
    return "torchvision is not installed: torchvision:// weights load by their URLs"


def load_from_torchvision(filename: str, map_location: Any = None) -> Any:
    """Load `torchvision://NAME`, ImageNet-1k weights (V1) of torchvision's network NAME.

    Raises:
        ValueError: for an unknown NAME.
        WeightsError: as `load_from_http`.
    """
    return load_from_http(url_of(filename), map_location=map_location)


def url_of(source: str) -> str:
    """The URL of `torchvision://NAME`; any other source as it is.

    Raises:
        ValueError: for an unknown NAME.
    """
    scheme, _, name = source.partition("://")
    if scheme not in ("modelzoo", "torchvision"):
        return source
    urls = _torchvision_urls()
    if name not in urls:
        resnets = ", ".join(known for known in urls if known.startswith("resnet"))
        raise ValueError(
            f"{source}: no such weights. Known are {resnets} and other names of torchvision "
            "0.12; a https:// URL or a local path works as well"
        )
    return urls[name]


def _torchvision_urls() -> dict[str, str]:
    """mmengine's table; an installed torchvision adds newer names to it."""
    import mmengine
    from mmengine.runner.checkpoint import get_torchvision_models

    if _importable("torchvision"):
        return get_torchvision_models()
    return mmengine.load(Path(mmengine.__file__).parent / "hub" / "torchvision_0.12.json")


def _importable(name: str) -> bool:
    try:
        importlib.import_module(name)
    except Exception:  # a torchvision built for another torch fails with RuntimeError
        return False
    return True
