"""Configs: loading and checking them, how they sample videos, and what of them makes a figure."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from mmengine.config import Config

from .errors import UserError
from .files import absence, content_sha256, own_config
from .reading import DECODERS


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
    try:
        cfg.merge_from_dict(options or {})
    except Exception as error:
        raise UserError(f"--cfg-options: {type(error).__name__}: {error}") from error
    if "video_decoder" in cfg:
        if cfg.video_decoder not in DECODERS:
            raise UserError(f"{path}: video_decoder={cfg.video_decoder!r}: {' or '.join(DECODERS)}")
        for split in ("train", "val", "test"):
            _decode_with(cfg.video_decoder, cfg.get(f"{split}_dataloader"))
    return cfg


def _decode_with(decoder: str, settings: Any) -> None:
    """Set the decoder of every `DecordInit` in some settings."""
    if isinstance(settings, dict):
        if str(settings.get("type", "")).endswith("DecordInit"):
            settings["decoder"] = decoder
        settings = list(settings.values())
    for item in settings if isinstance(settings, list) else ():
        _decode_with(decoder, item)


def check_annotations(cfg: Config, *splits: str) -> None:
    """Look at annotation lists before a run starts: they exist and their labels fit the head.

    Args:
        cfg: the config.
        *splits: of `'train'`, `'val'` and `'test'`.

    Raises:
        UserError: naming the list, the line and what to do.
    """
    for split in splits:
        loader = cfg.get(f"{split}_dataloader")
        if loader is None or "ann_file" not in loader.dataset:
            continue
        dataset = loader.dataset
        path = Path(dataset.get("data_root") or "", dataset.ann_file)
        if not path.is_file():
            key = "data_root" if dataset.get("data_root") else "ann_file"
            raise UserError(
                f"annotation list {path} ({split}): no such file; make it (see the README), or "
                f"set --cfg-options {split}_dataloader.dataset.{key}=..."
            )
        classes = cfg.model.cls_head.num_classes
        for number, line in enumerate(path.read_text().splitlines(), start=1):
            label = line.rsplit(maxsplit=1)[-1] if line.strip() else "0"
            if not label.isdecimal() or int(label) >= classes:
                raise UserError(
                    f"{path}, line {number}: label {label!r} is none of 0 ... {classes - 1}; "
                    "mend the list, or set --cfg-options model.cls_head.num_classes=..."
                )


def dataset_of(cfg: Config) -> str:
    """The dataset that a config is about, by its own word: `kinetics400`, `sthv1` and so on.

    Paths cannot tell: everybody has the videos elsewhere.
    """
    return cfg.get("dataset", "not run: the config names no dataset (dataset = '...')")


# --------------------------------------------------------------------------------------------------
# How a config samples videos

CROPS = {"ThreeCrop": 3, "TenCrop": 10}
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
        ValueError: if the pipeline names no frames or no size.
    """
    loader = cfg.get(f"{split}_dataloader") or {}
    pipeline = loader.get("dataset", {}).get("pipeline", [])
    samplers = [t for t in pipeline if "clip_len" in t]
    sizes = [t[key] for t in pipeline for key in SIZES if key in t]
    if not samplers or not sizes:
        raise ValueError(
            f"{cfg.filename}: its {split} pipeline names no clip (a sampler with clip_len, and a "
            "crop or size)"
        )
    size = sizes[-1]
    height, width = (size, size) if isinstance(size, int) else (size[1], size[0])
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
    *("io_backend", "num_threads", "timeout"),
}


def identity(cfg: Config, keys: Sequence[str] = IDENTITY) -> dict[str, Any]:
    """The settings of a config that make its network, training and testing, without places."""
    found = {key: _without_places(cfg.get(key)) for key in keys}
    if found.get("test_dataloader"):
        found["test_dataloader"].pop("batch_size", None)  # which changes no figure
    return found


def _without_places(value: Any) -> Any:
    if isinstance(value, dict):
        kept = {k: _without_places(v) for k, v in value.items() if k not in PLACES}
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


# --------------------------------------------------------------------------------------------------
# A config as text


def parse(text: str) -> dict[str, Any]:
    """Settings of a config that mmengine printed or put into a checkpoint.

    The text may come from anywhere: it is parsed, never run.

    Raises:
        UserError: if it holds anything else than literals, `dict(...)`, lists and tuples.
    """
    try:
        return dict(_setting(statement) for statement in ast.parse(text).body)
    except (SyntaxError, ValueError, TypeError, RecursionError) as error:
        why = error.msg if isinstance(error, SyntaxError) else error
        raise UserError(f"a printed config cannot be read: {why}") from None


def _setting(statement: ast.stmt) -> tuple[str, Any]:
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            return name, _value(value)
    raise ValueError(f"no setting: {_code(statement)}")


def _value(node: ast.expr | None) -> Any:
    match node:
        case ast.Constant(value=value):
            return value
        case ast.List(elts=items):
            return [_value(item) for item in items]
        case ast.Tuple(elts=items):
            return tuple(_value(item) for item in items)
        case ast.Dict(keys=keys, values=values):
            return dict(zip(map(_value, keys), map(_value, values), strict=True))
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as number)):
            return -number
        # names that are no identifiers are printed as dict({'a.b': 1})
        case ast.Call(func=ast.Name(id="dict"), args=[] | [ast.Dict()], keywords=named):
            found = _value(node.args[0]) if node.args else {}
            if all(item.arg for item in named):
                return {**found, **{str(item.arg): _value(item.value) for item in named}}
    raise ValueError(f"no literal: {_code(node) if node else '**'}")


def _code(node: ast.AST) -> str:
    return " ".join(ast.unparse(node).split())[:60]
