"""Classify one video, through mmaction2's inference API."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypedDict

import torch
from mmaction.apis import inference_recognizer, init_recognizer
from mmengine.config import Config
from mmengine.dataset import Compose, pseudo_collate
from torch import Tensor, nn

from .checkpoints import load_for
from .configs import sources
from .errors import UserError, VideoDecodeError
from .files import require_file


class Guess(TypedDict):
    """One of the best classes: its number, its label if there are labels, and its score."""

    index: int
    label: str | None
    score: float


def load_recognizer(cfg: Config, checkpoint: str | Path, device: str) -> nn.Module:
    """Build the recogniser of a config, in eval mode, with every tensor of a checkpoint.

    Raises:
        UserError: if the device cannot be used or the config makes no recogniser.
        FileNotFoundError, CheckpointError: as `load_for`.
    """
    try:
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError) as error:
        raise UserError(f"--device {device}: {str(error).splitlines()[0]}") from error
    if "model" not in cfg or "test_dataloader" not in cfg:
        raise UserError(f"config {cfg.filename}: a recogniser's has a model and a test_dataloader")
    try:
        model = init_recognizer(cfg, device=device)
    except (ValueError, KeyError, TypeError) as error:
        raise UserError(f"config {cfg.filename}: {error}") from error
    load_for(model, checkpoint)  # mmaction2's own loading only warns when names do not match
    if model.cls_head.average_clips is None:  # one row of scores a clip
        model.cls_head.average_clips = "prob"
    return model


def video_pipeline(cfg: Config) -> Compose:
    """The config's test pipeline; one that reads frames from a folder is made to read a video."""
    steps = list(sources(cfg, "test")[0].pipeline)
    for number, step in enumerate(steps):
        if step["type"] == "RawFrameDecode":
            steps[number] = dict(type="DecordDecode")
            return Compose([dict(type="DecordInit"), *steps])
    return Compose(steps)


def batch_of(cfg: Config, videos: Iterable[Path]) -> dict[str, Any]:
    """The first of some videos that can be decoded, as a batch of a test.

    Raises:
        VideoDecodeError: of the last one, if there is none.
    """
    pipeline = video_pipeline(cfg)
    for video in videos:
        try:
            return pseudo_collate([pipeline(_sample(video))])
        except VideoDecodeError as error:
            last = error
    raise last


def _sample(video: Path) -> dict[str, Any]:
    return dict(filename=str(video), label=-1, start_index=0, modality="RGB")


def classify(model: nn.Module, video: Path) -> Tensor:
    """Scores (classes,) of a video, averaged over the clips and crops of the test pipeline.

    Raises:
        VideoDecodeError: if the file is missing or cannot be decoded.
        UserError: if the scores are not finite numbers.
    """
    result = inference_recognizer(model, _sample(video), video_pipeline(model.cfg))
    scores = result.pred_score.float().cpu()
    if not scores.isfinite().all():
        raise UserError(f"{video}: the scores are not finite; the checkpoint's weights must be bad")
    return scores


def read_labels(cfg: Config, path: str | None, classes: int) -> list[str] | None:
    """Labels from a file with one a line; else those of the config's test set, if it names any.

    Raises:
        UserError: if there is no such file or its number of labels is not `classes`.
    """
    if path is not None:
        text = require_file(path, "--labels").read_text(encoding="utf-8")
        labels = [line.strip() for line in text.rstrip().splitlines()]
    else:
        labels = list(sources(cfg, "test")[0].get("metainfo", {}).get("classes", ()))
        if not labels:
            return None
    if len(labels) != classes:
        raise UserError(
            f"{path or cfg.filename}: {len(labels)} labels, but the network has {classes} classes; "
            "give --labels a file with one label a line, in the order of the classes"
        )
    return labels


def best(scores: Tensor, labels: list[str] | None, number: int) -> list[Guess]:
    """The `number` classes with the highest of `scores` (classes,), best first."""
    values, indices = scores.topk(min(number, len(scores)))
    return [
        Guess(index=index, label=labels[index] if labels else None, score=round(value, 6))
        for value, index in zip(values.tolist(), indices.tolist(), strict=True)
    ]
