"""Configs: reading them, and finding their parts."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from mmengine.config import Config, ConfigDict
from mmengine.runner import Runner

from ..errors import UserError
from ..files import CONFIGS, absence, own_config
from ..reading import DECODERS

SPLITS = ("train", "val", "test")

# Keys of a config's top level that mean something: the arguments of mmengine's runner, and what it,
# mmaction2's tools and this package read beside them.
RUNNER_KEYS = {*inspect.signature(Runner).parameters}
READ_KEYS = RUNNER_KEYS | {
    *("custom_imports", "activation_checkpointing", "efficient_conv_bn_eval", "compile", "sync_bn"),
    *("model_wrapper_cfg", "find_unused_parameters", "dataset", "members", "num_clips"),
    "video_decoder",
}


def load_config(path: str, options: dict | None = None) -> Config:
    """Read a config file and apply `--cfg-options`.

    Args:
        path: the file; `smallbig_mm::NAME.py` is one of this package, wherever that lies.
        options: by dotted names.

    `video_decoder = 'auto'`, `'decord'` or `'pyav'` in a config is that of all its pipelines.

    Raises:
        UserError: if there is no such file, it cannot be read, or an option does not fit it.
    """
    if path.startswith("smallbig_mm::"):
        path = str(own_config(path.removeprefix("smallbig_mm::")))
    if not Path(path).is_file():
        where = "smallbig-mm list shows those of this package"
        with suppress(UserError):
            where = f"this package's is smallbig_mm::{own_config(path).relative_to(CONFIGS)}"
        raise UserError(f"config {absence(path)}; {where}")
    try:
        cfg = Config.fromfile(path)
    except UserError as error:  # of a base
        raise UserError(f"config {path}: {error}") from error
    except FileNotFoundError as error:
        raise UserError(
            f"config {path}: {error}; relative names are below the folder that one stands in, here "
            f"{Path.cwd()}"
        ) from error
    except Exception as error:
        raise UserError(f"config {path}: {type(error).__name__}: {error}") from error
    for name in options or {}:
        if (key := name.partition(".")[0]) not in cfg.keys() | READ_KEYS:
            raise UserError(f"--cfg-options {name}: nothing reads {key}, and {path} has none")
    try:
        cfg.merge_from_dict(options or {})
    except Exception as error:
        raise UserError(f"--cfg-options: {type(error).__name__}: {error}") from error
    decoder = cfg.get("video_decoder")
    if decoder not in (None, *DECODERS):
        raise UserError(f"{path}: video_decoder={decoder!r}: {' or '.join(DECODERS)}")
    for split in SPLITS:
        if cfg.get(f"{split}_dataloader"):
            _mended(cfg[f"{split}_dataloader"])
            if decoder is not None:
                set_decoders(cfg[f"{split}_dataloader"], decoder=decoder)
    return cfg


def set_decoders(settings: Any, **changes: Any) -> None:
    """Change every `DecordInit`, or what stands in for one, in some settings."""
    if isinstance(settings, dict):
        if str(settings.get("type", "")).endswith("DecordInit"):
            settings.update(changes)
        settings = list(settings.values())
    for item in settings if isinstance(settings, list) else ():
        set_decoders(item, **changes)


def _mended(loader: Any) -> None:
    """What a loader's config says, in a form that torch and mmaction2 take."""
    if not loader.get("num_workers"):  # torch refuses these without loader processes
        for key in ("persistent_workers", "prefetch_factor"):
            loader.pop(key, None)
    if "dataset" in loader:
        loader.dataset = _one_list_each(loader.dataset)


def _one_list_each(dataset: Any) -> Any:
    """Make several `ann_file`s of a dataset a `ConcatDataset`: mmaction2's datasets take one."""
    if isinstance(dataset.get("ann_file"), (list, tuple)):
        each = [ConfigDict(copy.deepcopy(dataset), ann_file=file) for file in dataset.ann_file]
        return ConfigDict(type="ConcatDataset", datasets=each)
    if "dataset" in dataset:
        dataset.dataset = _one_list_each(dataset.dataset)
    if "datasets" in dataset:
        dataset.datasets = list(map(_one_list_each, dataset.datasets))
    return dataset


def kind_of(settings: Any) -> str:
    """The `type` of some settings, a class or its name, without a registry's scope."""
    kind = settings.get("type")
    return getattr(kind, "__name__", str(kind)).rpartition(".")[2]


def dataset_of(cfg: Config) -> str:
    """The dataset that a config is about, by its own word: `kinetics400`, `sthv1` and so on.

    Paths cannot tell: everybody has the videos elsewhere.
    """
    return cfg.get("dataset", "not run: the config names no dataset (dataset = '...')")


def sources(cfg: Config, split: str) -> list[Any]:
    """The datasets of a split, in their order, without wrappers such as `RepeatDataset`.

    Args:
        cfg: the config.
        split: `'train'`, `'val'` or `'test'`.
    """

    def inside(dataset: Any) -> Iterator[Any]:
        inner = [dataset["dataset"]] if "dataset" in dataset else dataset.get("datasets", [])
        for each in inner:
            yield from inside(each)
        if not inner:
            yield dataset

    return list(inside((cfg.get(f"{split}_dataloader") or {}).get("dataset") or {}))


def require_network(cfg: Config, what: str) -> None:
    """Raise UserError unless a config is of one network; `what` is to be done with it."""
    if "members" in cfg:
        members = ", ".join(cfg.members)
        raise UserError(f"{cfg.filename}: an ensemble's; {what} its members: {members}")
    if not cfg.get("model"):
        raise UserError(f"{cfg.filename}: holds no model, so there is nothing to {what}")


def gives_features(cfg: Config) -> bool:
    """Whether a config's head is mmaction2's `FeatureHead`, which gives no scores to evaluate."""
    return kind_of(cfg.model.get("cls_head") or {}) == "FeatureHead"


def only_dumps(cfg: Config) -> bool:
    """Whether a test only writes what it finds, for which it needs no labels."""
    evaluators = cfg.get("test_evaluator") or {}
    evaluators = evaluators if isinstance(evaluators, (list, tuple)) else [evaluators]
    return all(kind_of(evaluator) == "DumpResults" for evaluator in evaluators)
