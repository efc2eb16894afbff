"""Score fusion: the mean of several networks' softmax scores (Sec. 6.1).

Members are dumps, the pickled samples that mmengine's `DumpResults` writes in a test. They may come
from elsewhere, so reading one runs none of its code.
"""

from __future__ import annotations

import pickle
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import Any

import torch
from mmaction.datasets.transforms import PackActionInputs
from mmaction.evaluation import top_k_accuracy
from mmengine.config import Config
from torch import Tensor

from .compat import pickles
from .configs import gives_features, load_config, sources
from .configs.lists import labelled
from .deploy.execution import PLAIN
from .errors import UserError
from .files import whole

SUFFIXES = (".pkl", ".pickle")
NAMES = ("filename", "frame_dir")  # what mmaction2 calls a video, and a folder of its frames
PROB = "--cfg-options model.cls_head.average_clips='prob'"


# --------------------------------------------------------------------------------------------------
# Configs


def _steps(cfg: Config) -> list[Any]:
    """Of a config's test pipelines: one a list."""
    return [step for dataset in sources(cfg, "test") for step in dataset.pipeline]


def members_of(cfg: Config, options: dict | None = None) -> list[Config]:
    """The configs of an ensemble's members.

    Args:
        cfg: the ensemble's: `members` are names of files beside it; it may have `num_clips`, which
            its members are then tested with.
        options: `--cfg-options` of every member.

    Raises:
        UserError: if a member is none, or `num_clips` cannot be set.
    """
    names = cfg.members
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise UserError(f"config {cfg.filename}: members must be a list of configs beside it")
    configs = [load_config(str(Path(cfg.filename).parent / name), options) for name in names]
    if "num_clips" in cfg:
        for member in configs:
            set_clips(member, cfg.num_clips)
    return configs


def name_videos(cfg: Config) -> None:
    """Have a config's test samples carry their video's name into a dump.

    `PackActionInputs` leaves out names that a sample has not, so both kinds of dataset may be asked
    for both.
    """
    for step in _steps(cfg):
        if step.type == "PackActionInputs":
            kept = step.get("meta_keys", PackActionInputs().meta_keys)
            step.meta_keys = (*(key for key in kept if key not in NAMES), *NAMES)


def dump_scores(cfg: Config, path: str | Path) -> None:
    """Have a config's test write its samples, with scores and names, to `path`.

    It does nothing else where its list has no labels, or its head gives features.

    Raises:
        UserError: if `path` is not named as a pickle.
    """
    require_suffix(path)
    name_videos(cfg)
    scored = labelled(cfg, "test") and not gives_features(cfg)
    evaluators = cfg.test_evaluator if scored else []
    evaluators = evaluators if isinstance(evaluators, list) else [evaluators]
    # First, so that a metric which fails does not lose the scores.
    cfg.test_evaluator = [dict(type="DumpResults", out_file_path=str(path)), *evaluators]


def require_suffix(path: str | Path) -> None:
    """Raise UserError unless `--dump` names a pickle."""
    if not str(path).endswith(SUFFIXES):
        raise UserError(f"--dump {path}: the file's name must end in .pkl or .pickle")


def set_clips(cfg: Config, clips: int) -> None:
    """Have a config's test sample `clips` clips of a video.

    Raises:
        UserError: if `clips` is no number, or the test pipeline has no sampler of whole clips.
            TSN's way to sample, clips of one frame, gives `num_clips` another meaning: there it is
            the number of frames.
    """
    if not isinstance(clips, int) or clips < 1:
        raise UserError(f"num_clips = {clips!r}: it must be a whole number from 1")
    samplers = [step for step in _steps(cfg) if step.get("clip_len", 1) > 1]
    if not samplers:
        raise UserError(
            f"config {cfg.filename}: its test pipeline samples no clips of more than one frame, so "
            "num_clips cannot be set"
        )
    for sampler in samplers:
        sampler.num_clips = clips


# --------------------------------------------------------------------------------------------------
# Dumps


@dataclass(frozen=True)
class Scores:
    """Scores of one network, or of several, fused.

    Attributes:
        source: the file, or what to call it.
        scores: (videos, classes), float64; each row sums to one.
        labels: (videos,), int64.
        names: of the videos, as the dataset names them; None if the dump does not name them.
        backend: what ran the network.
        precision: of it, then.
    """

    source: str
    scores: Tensor
    labels: Tensor
    names: tuple[str, ...] | None
    backend: str = PLAIN.backend
    precision: str = PLAIN.precision

    @property
    def classes(self) -> int:
        return self.scores.shape[1]


def read(path: str | Path) -> Scores:
    """Read a dump.

    Args:
        path: a pickled list with a dict a video: `pred_score` (classes,), `gt_label` (1,), and
            `filename` or `frame_dir` if the dump names its videos.

    Raises:
        UserError: if it cannot be read, holds anything else than tensors and plain Python objects,
            or its scores are no probabilities of one class a video.
    """
    try:
        with open(path, "rb") as file:
            samples = pickles.load(file, path)
    except UserError as error:
        raise UserError(f"{error}; make the dump with tools/test.py --dump") from error
    if not isinstance(samples, list) or not samples:
        raise UserError(f"{path}: holds no list of samples; make it with tools/test.py --dump")
    for number, sample in enumerate(samples, start=1):
        problem = _problem(sample, samples[0])
        if problem:
            raise UserError(f"{path}, sample {number}: {problem}")
    names = [next((sample[key] for key in NAMES if key in sample), None) for sample in samples]
    return Scores(
        str(path),
        torch.stack([sample["pred_score"].double() for sample in samples]),
        torch.cat([sample["gt_label"].long().reshape(1) for sample in samples]),
        None if None in names else tuple(map(str, names)),
        **{key: str(samples[0][key]) for key in ("backend", "precision") if key in samples[0]},
    )


def _problem(sample: Any, first: Any) -> str | None:
    """What keeps a sample from being fused, None if nothing does."""
    for key in ("pred_score", "gt_label"):
        if not isinstance(sample, dict) or not isinstance(sample.get(key), Tensor):
            return f"has no tensor {key}; make the dump with tools/test.py --dump"
    scores, label = sample["pred_score"], sample["gt_label"]
    if scores.ndim != 1 or scores.shape != first["pred_score"].shape:
        return f"has scores of shape {tuple(scores.shape)}; test with {PROB}"
    # Half precision rounds each score, so their sum is one only about.
    total = float(scores.double().sum())
    if not abs(total - 1) < 1e-2 or scores.min() < 0:
        return f"the scores are no probabilities (their sum is {total:.3g}); test with {PROB}"
    if label.numel() != 1 or not 0 <= int(label) < len(scores):
        return f"the label {label.tolist()} is not one of 0 ... {len(scores) - 1}"
    return None


def write(scores: Scores, path: str | Path) -> None:
    """Write a dump that `read`, and what else reads mmaction2's dumps, can read."""
    samples = [
        dict(
            pred_score=score.clone(),
            pred_label=score.argmax(keepdim=True),
            gt_label=label.reshape(1).clone(),
            num_classes=scores.classes,
        )
        for score, label in zip(scores.scores.float(), scores.labels, strict=True)
    ]
    for sample, name in zip(samples, scores.names or (), strict=scores.names is not None):
        sample["filename"] = name
    with whole(path) as part, part.open("wb") as file:
        pickle.dump(samples, file, protocol=2)


# --------------------------------------------------------------------------------------------------
# Fusion


def fuse(members: Sequence[Scores]) -> Scores:
    """The mean of the members' scores, every member weighing the same.

    Two members that name their videos are matched by name, others by order. The videos' order, and
    names, are those of the first member that names them.

    Raises:
        UserError: if members differ in their classes, videos or labels.
    """
    reference = next((member for member in members if member.names), members[0])
    scores = [in_order_of(reference, member) for member in members]
    return replace(reference, source="fusion", scores=torch.stack(scores).mean(0))


def in_order_of(reference: Scores, member: Scores) -> Tensor:
    """A member's scores (videos, classes), in the order of the reference's videos.

    Raises:
        UserError: if the two differ in their classes, videos or labels.
    """
    both = f"{reference.source} and {member.source}"
    if reference.classes != member.classes:
        raise UserError(f"{both}: {reference.classes} and {member.classes} classes")
    wanted, found = _keys(reference, member)
    row = {key: number for number, key in enumerate(found)}
    known = set(wanted)
    missing = [key for key in wanted if key not in row]
    unexpected = [key for key in found if key not in known]
    relabelled = [
        key
        for key, label in zip(wanted, reference.labels.tolist(), strict=True)
        if key in row and label != int(member.labels[row[key]])
    ]
    different = missing + unexpected + relabelled
    if different:
        unnamed = " (compared by order: not both name their videos)"
        raise UserError(
            f"{both}: {len(different)} of {len(known | set(found))} videos differ "
            f"({len(missing)} only in {reference.source}, {len(unexpected)} only in "
            f"{member.source}, {len(relabelled)} with another label), e.g. {different[0]}"
            f"{'' if reference.names and member.names else unnamed}"
        )
    return member.scores[[row[key] for key in wanted]]


def _keys(a: Scores, b: Scores) -> tuple[list[str], list[str]]:
    """What identifies each video of two members.

    A name's folder and file, wherever the data lie; whole names if that does not tell the videos of
    a member apart; counted from 1 if not both members name their videos.

    Raises:
        UserError: if a member names a video twice.
    """
    if a.names is None or b.names is None:
        numbers = [f"number {n}" for n in range(1, max(len(a.labels), len(b.labels)) + 1)]
        return numbers[: len(a.labels)], numbers[: len(b.labels)]
    short_a, short_b = (
        ["/".join(PurePath(name).parts[-2:]) for name in names] for names in (a.names, b.names)
    )
    if len(set(short_a)) == len(short_a) and len(set(short_b)) == len(short_b):
        return short_a, short_b
    for member in (a, b):
        name, times = Counter(member.names).most_common(1)[0]
        if times > 1:
            raise UserError(
                f"{member.source}: {name} is there {times} times, so scores cannot be matched by "
                "name; name each video once in the annotation list"
            )
    return list(a.names), list(b.names)


def accuracy(scores: Scores) -> dict[str, float]:
    """Top-1 accuracy, and top-5 if there are more than five classes, in percent."""
    ks = (1, 5) if scores.classes > 5 else (1,)
    found = top_k_accuracy(scores.scores.numpy(), scores.labels.tolist(), ks)
    return {f"top-{k}": 100 * float(value) for k, value in zip(ks, found, strict=True)}


def table(rows: Sequence[Scores]) -> str:
    """Accuracies of members and fusion, a line each; how many videos; which dumps name none."""
    width = max(len(row.source) for row in rows)
    lines = [" " * width + "".join(f"{f'{name} %':>10}" for name in accuracy(rows[0]))]
    for row in rows:
        cells = "".join(f"{value:10.2f}" for value in accuracy(row).values())
        lines.append(f"{row.source:{width}}{cells}")
    lines.append(f"{len(rows[0].labels)} videos")
    unnamed = sorted({row.source for row in rows[:-1] if row.names is None})
    if unnamed:
        lines.append(
            f"matched by order and label, since they do not name their videos: {', '.join(unnamed)}"
        )
    return "\n".join(lines)
