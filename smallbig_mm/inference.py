"""A trained network and videos: loading it, the classes of a video, and those of its moments."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple, TypedDict

import torch
from mmaction.apis import init_recognizer
from mmengine.config import Config
from mmengine.dataset import Compose, pseudo_collate
from mmengine.device import get_device
from mmengine.registry import init_default_scope
from torch import Tensor, nn

from .checkpoints import load_for
from .configs import load_config, require_network, sources
from .configs.sampling import Protocol, protocol
from .errors import UserError, VideoDecodeError
from .files import require_file


class Guess(TypedDict):
    """One of the best classes: its number, its label if there are labels, and its score."""

    index: int
    label: str | None
    score: float


class Moment(NamedTuple):
    """Scores (classes,) of a part of a video, from `start` to `end` in seconds."""

    start: float
    end: float
    scores: Tensor


class VideoPipeline:
    """From a video's file to what its network takes, as a config's test reads it.

    Args:
        cfg: the config. A pipeline that reads frames from a folder is made to read a video.
        one_clip: read as the config's validation does, which is one clip and crop as a rule, and
            not all clips x crops of its test.

    Raises:
        UserError: if the config has no such pipeline.
    """

    def __init__(self, cfg: Config, one_clip: bool = False) -> None:
        init_default_scope(cfg.get("default_scope", "mmaction"))
        split = "val" if one_clip else "test"
        steps = list(next((d.pipeline for d in sources(cfg, split) if "pipeline" in d), []))
        if not steps:
            raise UserError(f"config {cfg.filename}: has no {split} pipeline to read a video with")
        for number, step in enumerate(steps):
            if step["type"] == "RawFrameDecode":
                steps[number] = dict(type="DecordDecode")
                steps = [dict(type="DecordInit"), *steps]
                break
        self._cfg, self._split = cfg, split
        opening = next((n for n, step in enumerate(steps) if step["type"].endswith("Init")), -1)
        self._open, self._read = Compose(steps[: opening + 1]), Compose(steps[opening + 1 :])

    @property
    def protocol(self) -> Protocol:
        """Its clips.

        Raises:
            ProtocolError: if it names no clip of one size.
        """
        return protocol(self._cfg, self._split)

    def __call__(self, video: str | Path) -> dict[str, Any]:
        """`inputs` (views, C, T, H, W), before preprocessing, and `data_samples`.

        Raises:
            VideoDecodeError: if the file is missing or cannot be decoded.
        """
        return self._read(self._opened(video))

    def parts(self, video: str | Path, every: float) -> Iterator[tuple[float, float, dict]]:
        """Its parts one after the other: start and end in seconds, and what a call gives of it.

        A part begins `every` seconds after the one before. It is as long as that, or as the clip is
        where this is longer; the last one ends with the video, and may begin sooner for it. Seconds
        are frames by the file's mean rate.

        Raises:
            VideoDecodeError: if the file is missing or cannot be decoded, or tells no rate.
        """
        opened = self._opened(video)
        total, rate = opened["total_frames"], opened.get("avg_fps")
        if not rate:
            raise VideoDecodeError(f"{video}: does not tell its frames a second; encode it again")
        step = every * rate
        interval = 1 if self.protocol.interval == "uniform" else self.protocol.interval
        length = min(max(round(step), (self.protocol.frames - 1) * interval + 1), total)
        starts = (min(round(n * step), total - length) for n in range(math.ceil(total / step)))
        for start in dict.fromkeys(starts):
            part = self._read(dict(opened, start_index=start, total_frames=length))
            yield start / rate, (start + length) / rate, part

    def _opened(self, video: str | Path) -> dict[str, Any]:
        return self._open(dict(filename=str(video), label=-1, start_index=0, modality="RGB"))


def load(
    config: str | Path, checkpoint: str | Path, device: str | None = None, one_clip: bool = False
) -> tuple[nn.Module, VideoPipeline]:
    """A trained network, in eval mode, and what reads videos for it.

    Args:
        config: the file; `smallbig_mm::NAME` is one of this package.
        checkpoint: of which every tensor has to fit.
        device: `'cpu'`, `'cuda:0'`, ...; by default a GPU if there is one.
        one_clip: see `VideoPipeline`.

    Raises:
        UserError: if one of them cannot be read, or they do not fit each other.
    """
    cfg = load_config(str(config))
    model = load_recognizer(cfg, require_file(checkpoint, "checkpoint"), device or get_device())
    return model, VideoPipeline(cfg, one_clip)


def usable(device: str) -> torch.device:
    """A device by its name.

    Raises:
        UserError: if there is none of this name, or it cannot be used.
    """
    try:
        return torch.empty(0, device=device).device
    except (RuntimeError, AssertionError) as error:
        raise UserError(f"--device {device}: {str(error).splitlines()[0]}") from error


def build_recognizer(cfg: Config, device: str) -> nn.Module:
    """Build the recogniser of a config, in eval mode and without weights; `.cfg` is its config.

    Raises:
        UserError: if the device cannot be used or the config makes no recogniser.
    """
    usable(device)
    require_network(cfg, "run")
    if "test_dataloader" not in cfg:
        raise UserError(f"config {cfg.filename}: has no test_dataloader to read videos with")
    try:
        return init_recognizer(cfg, device=device)
    except (ValueError, KeyError, TypeError) as error:
        raise UserError(f"config {cfg.filename}: {error}") from error


def load_recognizer(cfg: Config, checkpoint: str | Path, device: str) -> nn.Module:
    """`build_recognizer`, with every tensor of a checkpoint.

    Raises:
        UserError: as `build_recognizer`.
        FileNotFoundError, CheckpointError: as `load_for`.
    """
    model: Any = build_recognizer(cfg, device)
    load_for(model, checkpoint)  # mmaction2's own loading only warns when names do not match
    if model.cls_head.average_clips is None:  # one row of scores a clip
        model.cls_head.average_clips = "prob"
    return model


def batch_of(pipeline: VideoPipeline, videos: Iterable[Path]) -> dict[str, Any]:
    """The first of some videos that can be decoded, as a batch of a test.

    Raises:
        VideoDecodeError: of the last one, if there is none.
    """
    for video in videos:
        try:
            return pseudo_collate([pipeline(video)])
        except VideoDecodeError as error:
            last = error
    raise last


def predict(
    model: nn.Module, video: str | Path, pipeline: VideoPipeline | None = None, topk: int = 5
) -> list[Guess]:
    """The best classes of a video, best first, by the labels of the config's test set.

    Args:
        model: of `load`, or another recogniser with its config as `.cfg`, in eval mode.
        video: the file.
        pipeline: of `load`; by default the config's test.
        topk: how many classes.

    Raises:
        VideoDecodeError: if the file is missing or cannot be decoded.
        UserError: if the scores are not finite numbers.
    """
    scores = classify(model, video, pipeline or VideoPipeline(model.cfg))
    return best(scores, read_labels(model.cfg, None, len(scores)), topk)


def classify(model: nn.Module, video: str | Path, pipeline: VideoPipeline) -> Tensor:
    """Scores (classes,) of a video, averaged over the clips and crops of its pipeline.

    Raises:
        VideoDecodeError: if the file is missing or cannot be decoded.
        UserError: if the scores are not finite numbers.
    """
    return _scores(model, video, pipeline(video))


def over_time(
    model: nn.Module, video: str | Path, pipeline: VideoPipeline, every: float
) -> Iterator[Moment]:
    """A long video's scores, part by part; see `VideoPipeline.parts`.

    Raises:
        VideoDecodeError, UserError: as `classify`.
    """
    for start, end, part in pipeline.parts(video, every):
        yield Moment(start, end, _scores(model, video, part))


def _scores(model: Any, video: str | Path, part: dict[str, Any]) -> Tensor:
    with torch.no_grad():
        (sample,) = model.test_step(pseudo_collate([part]))
    scores = sample.pred_score.float().cpu()
    if not scores.isfinite().all():
        raise UserError(f"{video}: the scores are not finite; the checkpoint's weights must be bad")
    return scores


def best(scores: Tensor, labels: list[str] | None, number: int) -> list[Guess]:
    """The `number` classes with the highest of `scores` (classes,), best first."""
    values, indices = scores.topk(min(number, len(scores)))
    return [
        Guess(index=index, label=labels[index] if labels else None, score=round(value, 6))
        for value, index in zip(values.tolist(), indices.tolist(), strict=True)
    ]


# --------------------------------------------------------------------------------------------------
# Labels


def number_of_classes(cfg: Config) -> int:
    """How many scores a config's head gives.

    Raises:
        UserError: if it gives none.
    """
    head = cfg.model.get("cls_head") or {}
    if "num_classes" not in head:
        raise UserError(
            f"config {cfg.filename}: model.cls_head ({head.get('type', 'none')}) gives no scores; "
            "tools/extract_features.py writes features"
        )
    return head["num_classes"]


def read_labels(cfg: Config, path: str | None, classes: int) -> list[str] | None:
    """Labels from a file; else those of the config's test set, if it names any.

    Args:
        cfg: the config.
        path: text with a label a line; JSON with a list, or an object from labels to numbers or
            from numbers to labels; or a csv with columns `id` and `name`, as Kinetics has them.
        classes: how many the network has.

    Raises:
        UserError: if there is no such file, or it has not one label for each class.
    """
    if path is None:
        labels = list(sources(cfg, "test")[0].get("metainfo", {}).get("classes", ()))
        if not labels:
            return None
    else:
        file = require_file(path, "--labels")
        try:
            labels = _labels_in(file)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise UserError(
                f"--labels {path}: cannot be read ({type(error).__name__}: {error}); a label a "
                "line, JSON of labels and numbers, or a csv with columns id and name"
            ) from error
    if len(labels) != classes:
        raise UserError(
            f"{path or cfg.filename}: {len(labels)} labels, but the network has {classes} classes; "
            "give --labels a file with one label a line, in the order of the classes"
        )
    return labels


def _labels_in(file: Path) -> list[str]:
    """Labels in the order of their classes; what is wrong with them is any of several errors."""
    text = file.read_text(encoding="utf-8-sig")
    if file.suffix == ".json":
        content = json.loads(text)
        if isinstance(content, list):
            return list(map(str, content))
        numbered = all(key.strip().isdecimal() for key in content)
        pairs = content.items() if numbered else ((n, name) for name, n in content.items())
    elif file.suffix == ".csv":
        pairs = ((row["id"], row["name"]) for row in csv.DictReader(text.splitlines()))
    else:
        return [line.strip() for line in text.rstrip().splitlines()]
    names = {int(number): str(name).strip().strip('"') for number, name in pairs}
    if sorted(names) != list(range(len(names))):
        raise ValueError("its numbers are not 0, 1, 2, ...")
    return [names[number] for number in range(len(names))]
