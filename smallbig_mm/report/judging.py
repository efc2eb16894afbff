"""Whether a record fills a row: its network, test and videos, and weights trained as it says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mmengine.config import Config

from ..compat.weights import url_of
from ..configs import dataset_of
from ..configs.identity import NETWORK, TEST, TRAINING, identity, leaves
from ..errors import RecordError
from ..paper import datasets
from ..records.imports import NO_DUMP
from ..records.schema import Checkpoint, Data, Record, Training
from ..records.store import settings_of
from ..records.training import planned

ENOUGH = 0.9  # of a dataset's videos, since videos disappear from where they were published
# Settings whose effect is among the facts of a training as it was run, or that have none on it.
AS_RUN = re.compile(
    r"train_dataloader\.batch_size|train_cfg\.(max_epochs|val_.*|dynamic_intervals.*)"
    r"|optim_wrapper\.(type|dtype|loss_scale|accumulative_counts|optimizer\.lr)"
    r"|model\.backbone\.(pretrained|clip_size.*)"
)
# Settings of a network that belong to weights made elsewhere: how their input is normalised, and
# the norm and ReLU on SlowFast's lateral connections, which its authors have and mmaction2 not.
AS_CONVERTED = re.compile(
    r"model\.(data_preprocessor\.(mean|std|to_rgb).*|backbone\.slow_pathway\.lateral_norm)"
)


@dataclass(frozen=True)
class Target:
    """What a record has to be to fill a row.

    Attributes:
        members: the row's config, or those of an ensemble's members.
        settings: what their digests are made of.
        dataset: its name.
    """

    members: tuple[Config, ...]
    settings: tuple[dict[str, Any], ...]
    dataset: str

    @classmethod
    def of(cls, members: Sequence[Config]) -> Target:
        """A row's, by its configs."""
        return cls(tuple(members), tuple(map(identity, members)), dataset_of(members[0]))


@dataclass(frozen=True)
class Verdict:
    """Whether a record fills a row.

    Attributes:
        status: `measured`; `converted`, if weights come from elsewhere; None if it fills nothing.
        differences: what keeps it from it, each in words.
    """

    status: str | None
    differences: tuple[str, ...]


def is_test(record: Record) -> bool:
    """Whether a record is a test with top-1 and top-5 accuracies.

    Raises:
        RecordError: if the accuracies are none.
    """
    if record.kind != "test" or isinstance(record.metrics, str):
        return False
    for name in ("acc/top1", "acc/top5"):
        if name in record.metrics and not 0 <= record.metrics[name] <= 1:
            raise RecordError(f"{record.id}: {name} is {record.metrics[name]}, not in [0, 1]")
    return {"acc/top1", "acc/top5"} <= record.metrics.keys()


def judge(record: Record, target: Target, folder: Path) -> Verdict:
    """Compare a record with what a row has to be.

    Args:
        record: any record.
        target: the row's.
        folder: where records, and what their digests are made of, lie.
    """
    if not is_test(record):
        why = record.metrics if isinstance(record.metrics, str) else ", ".join(record.metrics)
        return Verdict(None, (f"it is no test with top-1 and top-5: {record.kind}, {why}",))
    found = [*_of_settings(record, target, folder), *_of_videos(record, target)]
    if not record.is_plain:
        found.insert(0, f"run by {record.backend} {record.precision}: torch fp32 fills a row")
    if isinstance(record.checkpoints, str) or len(record.checkpoints) != len(target.members):
        return Verdict(None, (*found, "which weights were tested is not known"))
    for checkpoint, cfg, wanted in zip(
        record.checkpoints, target.members, target.settings, strict=True
    ):
        if checkpoint.origin == "trained":
            found += _of_training(checkpoint, cfg, wanted, folder)
    converted = any(checkpoint.origin == "converted" for checkpoint in record.checkpoints)
    status = None if found else "converted" if converted else "measured"
    return Verdict(status, tuple(dict.fromkeys(found)))


def _of_settings(record: Record, target: Target, folder: Path) -> Iterator[str]:
    """Differences of network and test settings."""
    if len(record.settings) != len(target.settings):
        yield f"members: {len(record.settings)}, the row's {len(target.settings)}"
        return
    brought: list[Mapping[str, Any]] = [{}] * len(target.settings)
    if len(record.checkpoints) == len(brought) and not isinstance(record.checkpoints, str):
        brought = [checkpoint.settings for checkpoint in record.checkpoints]
    for sha256, wanted, other in zip(record.settings, target.settings, brought, strict=True):
        own = settings_of(sha256, folder)
        if own is None:
            yield f"what its settings {sha256[:8]} are was not kept in {folder}"
        else:
            yield from differences(own, wanted, (*NETWORK, *TEST), other)


def differences(
    own: Mapping[str, Any],
    wanted: Mapping[str, Any],
    keys: Sequence[str],
    brought: Mapping[str, Any] = {},
) -> Iterator[str]:
    """Settings that differ below some keys, but for those that are judged as they were run.

    Of the settings that converted weights bring, some stand in the place of the row's.
    """
    ran, said = ({k: v for k, v in leaves({key: d.get(key) for key in keys}).items()
                  if not AS_RUN.fullmatch(k)} for d in (own, wanted))  # fmt: skip
    for name, value in brought.items():
        if AS_CONVERTED.fullmatch(name):
            said |= leaves(value, name)
    for name in {**ran, **said}:
        if ran.get(name) != said.get(name):
            yield f"{name}: {ran.get(name, 'absent')}, the row's {said.get(name, 'absent')}"


def _of_videos(record: Record, target: Target) -> Iterator[str]:
    """What keeps a test from having seen the dataset that a row is about, all of it."""
    if isinstance(record.data, str):
        yield f"data: {record.data}"
        return
    yield from _of_lists(record.data, target.dataset, "test")
    for seen in record.data:
        if seen.skipped not in (0, NO_DUMP):
            yield f"videos skipped in the test: {seen.skipped}"


def _of_lists(seen: Sequence[Data], dataset: str, split: str) -> Iterator[str]:
    """Differences of the lists of a split from that of a dataset's.

    They need not be the same file, since videos disappear, but must have nine in ten of the videos,
    and no more than there are; where the list's SHA-256 is known, an equal one settles it.
    """
    for other in {own.dataset for own in seen} - {dataset}:
        yield f"dataset of the {split}: {other}, the row's {dataset}"
        return
    known = datasets().get((dataset, "train" if split == "training" else "validation"))
    if known is None or (known.sha256 and [known.sha256] == [own.sha256 for own in seen]):
        return
    samples = sum(own.samples for own in seen)
    if not ENOUGH * known.videos <= samples <= known.videos:
        yield f"videos in the list of the {split}: {samples}, the dataset's {known.videos}"


def _of_training(
    checkpoint: Checkpoint, cfg: Config, wanted: Mapping[str, Any], folder: Path
) -> Iterator[str]:
    """Differences of a training, as it was run, from a row's recipe."""
    training = checkpoint.training
    if isinstance(training, str):
        yield f"training of {checkpoint.file}: {training.removeprefix('not run: ')}"
        return
    last = training.starts[-1]
    own = settings_of(last.settings, folder)
    if own is None:
        yield f"what its training's settings {last.settings[:8]} are was not kept in {folder}"
    else:
        yield from differences(own, wanted, (*NETWORK, *TRAINING))
    for start in training.starts:
        if start.settings != last.settings:
            yield f"settings from epoch {start.epoch} on: others than at the end"
    if training.starts[0].epoch:
        yield f"how it was trained before epoch {training.starts[0].epoch} is not known"
    recipe = planned(cfg)
    for name in ("batch", "lr", "precision", "ema", "sync_bn"):
        for value in {getattr(start, name) for start in training.starts} - {recipe[name]}:
            yield f"{name}: {value}, the row's recipe {recipe[name]}"
    if training.epochs != recipe["epochs"]:
        yield f"epochs: {training.epochs}, the row's recipe {recipe['epochs']}"
    yield from _of_initial_weights(training, cfg)
    yield from _of_lists(training.lists, dataset_of(cfg), "training")


def _of_initial_weights(training: Training, cfg: Config) -> Iterator[str]:
    """The row's are named by a URL that ends in the first digits of the file's SHA-256."""
    if training.load_from is not None:
        yield f"load_from: {training.load_from.file}, the row's recipe none"
    source, own = cfg.model.backbone.get("pretrained"), training.pretrained
    if source is None or own is None:
        if source or own:
            yield f"pretrained: {own.file if own else None}, the row's recipe {source}"
        return
    digits = re.search(r"-([0-9a-f]{8,})\.pth$", url_of(source))
    if digits is None or not own.sha256.startswith(digits[1]):
        yield f"pretrained: {own.file} ({own.sha256[:8]}), the row's recipe {source}"


def said(record: Record, fills: Mapping[str, Verdict]) -> str:
    """What a test fills, in a line; or why it does not fill the row of its own config.

    Args:
        record: the test's.
        fills: verdicts by row.
    """
    names = [f"{row} ({verdict.status})" for row, verdict in fills.items() if verdict.status]
    if names:
        return f"Rows that it fills: {', '.join(names)}"
    nearest = min(fills, key=lambda row: len(fills[row].differences))
    why = "\n".join(f"  {text}" for text in fills[nearest].differences)
    return f"Rows that it fills: none. The nearest, {nearest}, differs in\n{why}"
