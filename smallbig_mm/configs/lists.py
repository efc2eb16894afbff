"""The annotation lists that a config names: looked at before a run starts."""

from __future__ import annotations

import logging
import os
from collections.abc import Hashable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from mmengine.config import Config
from mmengine.logging import print_log

from ..annotations import Layout, Sample, layout_of, read_list
from ..errors import UserError
from ..files import absence
from . import SPLITS, kind_of, only_dumps, sources

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


def folder_below(cfg: Config, path: Path) -> str:
    """The folder that the videos of a list are below, if a config names the list; else `''`."""
    for split in SPLITS:
        for named, layout in lists(cfg, split):
            if layout and not layout.columns and named.resolve() == path.resolve():
                return layout.prefix
    return ""


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
        names = (dataset.get("metainfo") or {}).get("classes")
        if isinstance(names, (list, tuple)) and classes not in (None, len(names)):
            raise UserError(
                f"config {cfg.filename} ({split}): model.cls_head.num_classes={classes}, but "
                f"metainfo.classes of the dataset names {len(names)}"
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
