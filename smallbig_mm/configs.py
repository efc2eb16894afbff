"""Configs: loading and checking them, how they sample videos, and what of them makes a figure."""

from __future__ import annotations

import copy
import inspect
import logging
import os
from collections.abc import Hashable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from mmengine.config import Config, ConfigDict
from mmengine.logging import print_log
from mmengine.runner import Runner

from .annotations import Layout, Sample, layout_of, read_list
from .errors import ProtocolError, UserError
from .files import absence, content_sha256, own_config
from .reading import DECODERS

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
        raise UserError(f"config {absence(path)}; smallbig-mm list shows those of this package")
    try:
        cfg = Config.fromfile(path)
    except UserError as error:  # of a base
        raise UserError(f"config {path}: {error}") from error
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


# --------------------------------------------------------------------------------------------------
# Annotation lists

# mmaction2's datasets whose lists `annotations` reads; others read theirs themselves.
READ = ("VideoDataset", "RepeatAugDataset", "RawframeDataset")
Videos = dict[Hashable, Sample]


def lists(cfg: Config, split: str) -> list[tuple[Path, Layout | None]]:
    """The annotation lists of a split, each once, and how they are written if that is known.

    Args:
        cfg: the config.
        split: `'train'`, `'val'` or `'test'`.
    """
    named = (dataset for dataset in sources(cfg, split) if dataset.get("ann_file"))
    return list(
        dict.fromkeys((Path(d.get("data_root") or "", d.ann_file), layout_in(d)) for d in named)
    )


def layout_in(dataset: Any) -> Layout | None:
    """How the lines of a dataset's list are written, by its config; None of other kinds."""
    kind = kind_of(dataset)
    if kind not in READ:
        return None
    frames = kind == "RawframeDataset"
    prefix = (dataset.get("data_prefix") or {}).get("img" if frames else "video") or ""
    given = {k: dataset[k] for k in ("with_offset", "multi_class", "delimiter") if k in dataset}
    root = os.path.join(dataset.get("data_root") or "", prefix)
    return layout_of(frames=frames, prefix=root, **given)


def labelled(cfg: Config, split: str) -> bool:
    """Whether the lists of a split have labels; those that are missing, or of other kinds, do."""
    return all(
        bool(read_list(path, layout)[0].labels)
        for path, layout in lists(cfg, split)
        if layout and path.is_file()
    )


def check_annotations(cfg: Config, *splits: str) -> None:
    """Look at annotation lists before a run starts.

    They exist, each line can be read, labels fit the head, and no video has two. A video that is in
    a list twice, or in the train list and in a list that is to tell how good the training was, is
    warned of.

    Args:
        cfg: the config.
        *splits: of `'train'`, `'val'` and `'test'`.

    Raises:
        UserError: naming each list, the first bad lines of each and how many there are.
    """
    problems: list[str] = []
    found: dict[str, Videos] = {}
    for split in splits:
        try:
            found[split] = _videos(cfg, split)
        except UserError as error:
            problems.append(str(error))
    if problems:
        raise UserError("; ".join(problems))
    if "train" not in splits:
        with suppress(UserError):  # it is not what is going to be read
            found["train"] = _videos(cfg, "train", warns=False)
    for split in splits:
        if split != "train":
            _warn_of_leaks(found.get("train", {}), found[split], split)


def _videos(cfg: Config, split: str, warns: bool = True) -> Videos:
    """The lines of a split's lists that name each video first."""
    classes = (cfg.model.get("cls_head") or {}).get("num_classes")
    for dataset in sources(cfg, split):
        if dataset.get("multi_class") and dataset.get("num_classes") != classes:
            raise UserError(
                f"config {cfg.filename} ({split}): with multi_class=True the dataset needs "
                f"num_classes={classes}, as the head has"
            )
    found: Videos = {}
    again: list[str] = []
    contradictions: list[str] = []
    for path, layout in lists(cfg, split):
        if not path.is_file():
            raise UserError(
                f"annotation list {path} ({split}): {absence(path)}; make it (see "
                f"tools/data/README.md), or set --cfg-options {split}_dataloader.dataset.ann_file="
                "... (or data_root)"
            )
        if layout is None:
            continue
        samples = read_list(path, layout, classes)
        if not samples[0].labels and not (split == "test" and only_dumps(cfg)):
            raise UserError(
                f"{path} ({split}): the list has no labels; a line is: {layout}. "
                "tools/test.py --dump and tools/predict.py need none"
            )
        for sample in samples:
            first = found.setdefault(layout.key(sample), sample)
            if first is not sample:
                text = f"{_place(sample)}: {sample.name} is in {_place(first)}"
                again.append(text)
                if set(first.labels) != set(sample.labels):
                    text += f", too, with label {_said(first.labels)}, not {_said(sample.labels)}"
                    contradictions.append(text)
    if contradictions:
        more = len(contradictions) - 1
        raise UserError(
            contradictions[0] + f"; and {more} more videos with two labels" * bool(more)
        )
    if again and warns:
        _warn(f"{len(again)} lines of the {split} list name a video again, the first {again[0]}")
    return found


def _place(sample: Sample) -> str:
    return f"{sample.list}, line {sample.line}"


def _said(labels: Sequence[int]) -> str:
    return " ".join(map(str, labels)) or "none"


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


def _warn_of_leaks(train: Videos, held_out: Videos, split: str) -> None:
    both = [key for key in held_out if key in train]
    if both:
        sample, trained = held_out[both[0]], train[both[0]]
        _warn(
            f"{len(both)} of the {len(held_out)} videos of the {split} list are trained on, so its "
            f"figures do not tell how well new videos are recognised; the first is {sample.name} "
            f"({_place(sample)}; {_place(trained)})"
        )


def _warn(message: str) -> None:
    """Once, though each process of a run checks."""
    if os.environ.get("RANK", os.environ.get("SLURM_PROCID", "0")) == "0":
        print_log(message, logger="current", level=logging.WARNING)


# --------------------------------------------------------------------------------------------------
# How a config samples videos

CROPS = {"ThreeCrop": 3, "SixCrop": 6, "TenCrop": 10}
SIZES = ("crop_size", "size", "scale")


@dataclass(frozen=True)
class Protocol:
    """What a network is given of a video.

    Attributes:
        frames: frames T of a clip; of SlowFast's, those of the fast path.
        interval: distance of two frames, or `'uniform'`: one frame of each of T segments.
        clips: clips of a video.
        crops: crops of a clip.
        size: (H, W) of a crop in pixels.
    """

    frames: int
    interval: int | Literal["uniform"]
    clips: int
    crops: int
    size: tuple[int, int]

    @property
    def clip(self) -> tuple[int, int, int]:
        """(T, H, W)."""
        return self.frames, *self.size

    def __str__(self) -> str:
        return f"{self.clips} x {self.crops} at {self.size[0]}"


def protocol(cfg: Config, split: str = "test") -> Protocol:
    """Read the sampling of a config's `'train'`, `'val'` or `'test'` pipeline.

    Raises:
        ProtocolError: if the pipeline names no frames, or no size that all clips have.
    """
    pipeline: list[Any] = next((d.pipeline for d in sources(cfg, split) if "pipeline" in d), [])
    samplers = [t for t in pipeline if "clip_len" in t]
    given = [t[key] for t in pipeline for key in SIZES if key in t]
    sides = [tuple(size) if isinstance(size, (list, tuple)) else (size, size) for size in given]
    sizes = [size for size in sides if all(isinstance(n, int) and n > 0 for n in size)]
    if not samplers or not sizes:
        raise ProtocolError(
            f"{cfg.filename}: its {split} pipeline names no clip (a sampler with clip_len, and a "
            "crop or size, of both sides)"
        )
    width, height = sizes[-1]
    crops = next((n for name, n in CROPS.items() if any(t["type"] == name for t in pipeline)), 1)
    return Protocol(*_frames(samplers[-1]), crops, (height, width))


def _frames(sampler: Any) -> tuple[int, int | Literal["uniform"], int]:
    """Frames, interval and clips of mmaction2's samplers.

    TSN's way is clips of one frame, as many as there are segments: together they are one clip.
    """
    length, number = sampler.clip_len, sampler.get("num_clips", 1)
    twice = 2 if sampler.get("twice_sample") else 1
    if sampler.type == "UniformSample":
        return length, "uniform", number * twice
    if length > 1:
        return length, sampler.get("frame_interval", 1), number * twice
    if sampler.type == "DenseSampleFrames":
        positions = sampler.get("num_sample_positions", 10) if sampler.get("test_mode") else 1
        return number, sampler.get("sample_range", 64) // number, positions
    return number, "uniform", twice


# --------------------------------------------------------------------------------------------------
# What makes a figure

# What a figure follows from, and what of it depends on the machine only.
NETWORK = ("model",)
TRAINING = ("train_dataloader", "train_cfg", "optim_wrapper", "param_scheduler")
TEST = ("test_dataloader", "test_evaluator")
IDENTITY = (*NETWORK, *TRAINING, *TEST)
PLACES = {
    *("ann_file", "data_root", "data_prefix", "num_workers", "persistent_workers", "pin_memory"),
    *("io_backend", "num_threads", "prefetch_factor", "timeout", "max_testing_views"),
    "proposal_file",
}
VIDEOS = ("data_root", "data_prefix", "proposal_file")  # of the places, which videos' scores are of


def identity(cfg: Config, keys: Sequence[str] = IDENTITY) -> dict[str, Any]:
    """The settings of a config that make its network, training and testing, without places."""
    found = {key: _without_places(cfg.get(key)) for key in keys}
    if found.get("test_dataloader"):
        found["test_dataloader"].pop("batch_size", None)  # which changes no figure
    return found


def _without_places(value: Any) -> Any:
    if isinstance(value, dict):
        kept = {k: _without_places(v) for k, v in value.items() if k not in PLACES}
        if kept.get("test_cfg") == {}:  # as without it
            del kept["test_cfg"]
        if kept.get("decoder") in ("auto", "pyav"):  # both give the right frames
            del kept["decoder"]
        if "pretrained" in kept:  # a file in the place of what would be downloaded is the same
            kept["pretrained"] = kept["pretrained"] is not None
        return kept
    if isinstance(value, (list, tuple)):
        return [_without_places(v) for v in value]
    return value


def digest(cfg: Config, keys: Sequence[str] = IDENTITY) -> str:
    """SHA-256 of `identity`."""
    return content_sha256(identity(cfg, keys))


def ensemble_digest(members: Sequence[Config]) -> str:
    """SHA-256 of what makes an ensemble's figure: its members' digests, in any order."""
    return content_sha256(sorted(map(digest, members)))


def leaves(value: Any, name: str = "") -> dict[str, str]:
    """Settings, as Python writes them, by their dotted names."""
    if not value or not isinstance(value, (dict, list)):
        return {name: repr(value)}
    items = value.items() if isinstance(value, dict) else enumerate(value)
    found: dict[str, str] = {}
    for key, item in items:
        found |= leaves(item, f"{name}.{key}" if name else str(key))
    return found
