"""The UT-Interaction grid: networks x controls x folds x seeds, a record a run, one table.

A run trains and tests one network on one fold with the stock Runner and writes a record. The
record's id holds a digest of the run's config, so a run is repeated when its config has changed and
skipped when its record is there.
"""

from __future__ import annotations

import gc
import json
import math
import time
import traceback
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from statistics import mean, stdev
from typing import Any

import torch
from mmengine.config import Config
from mmengine.hooks import Hook
from mmengine.registry import DefaultScope
from mmengine.runner import Runner

from ..configs import digest
from ..costs.counting import clip_of, count
from ..datasets import controls as _controls  # noqa: F401
from ..datasets.ut_interaction import CLASSES, SHAPE_ONLY
from ..records import store
from ..records.provenance import environment, now
from ..records.schema import Record

NETWORKS = {
    "r23": "2D R23",
    "r23_3d": "3D R23 (3x1x1)",
    "tsm_r23": "TSM-R23",
    "smallbig_r23": "SmallBig-R23 (full)",
}
CONTROLS = {"clip": None, "single": "SingleFrame", "shuffled": "ShuffleFrames"}
NOT_RUN = {
    ("r23", "shuffled"): "it averages its frames' features, so their order cannot matter",
}


@dataclass(frozen=True)
class Run:
    """One cell of the grid.

    Attributes:
        network: A key of `NETWORKS`, and the stem of its config.
        control: A key of `CONTROLS`.
        part: `fold1` ... `fold5`, or `tune` (within fold 1's training clips).
        seed: Seed of weights, order and augmentation.
        lr: Learning rate, or `None` for the config's own.
    """

    network: str
    control: str
    part: str
    seed: int
    lr: float | None = None

    def config(self, configs: Path) -> Config:
        """The resolved config, without anything that depends on the machine."""
        cfg = Config.fromfile(configs / f"{self.network}.py")
        cfg.randomness = dict(seed=self.seed)
        cfg.train_dataloader.dataset.ann_file = f"{self.part}_train.txt"
        cfg.test_dataloader.dataset.ann_file = f"{self.part}_val.txt"
        # Tested once, after the last epoch: no epoch is chosen by its test figure.
        cfg.val_dataloader = cfg.val_cfg = cfg.val_evaluator = None
        transform = CONTROLS[self.control]
        if transform is not None:
            for loader, test_mode in ((cfg.train_dataloader, False), (cfg.test_dataloader, True)):
                insert_after_sampling(
                    loader.dataset.pipeline, dict(type=transform, test_mode=test_mode)
                )
        if self.lr is not None:
            cfg.optim_wrapper.optimizer.lr = self.lr
        return cfg

    def name(self, cfg: Config) -> str:
        """What the id of the run with config `cfg` begins with."""
        parts = [self.network, self.control, self.part, f"seed{self.seed}", digest(cfg)[:8]]
        return f"ut_interaction/{'-'.join(parts)}"


def insert_after_sampling(pipeline: list[dict], transform: dict) -> None:
    """Puts `transform` behind the pipeline's sampling transform.

    Raises:
        ValueError: The pipeline has no `UniformSample`.
    """
    types = [step["type"] for step in pipeline]
    if "UniformSample" not in types:
        raise ValueError(f"pipeline {types}: a control needs UniformSample before it")
    pipeline.insert(types.index("UniformSample") + 1, transform)


class _KeepPredictions(Hook):
    """Keeps each test clip's label and prediction, for paired comparisons."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, int, int]] = []

    def after_test_iter(self, runner, batch_idx, data_batch=None, outputs=None) -> None:
        for sample in outputs or ():
            clip = "/".join(Path(sample.filename).with_suffix("").parts[-2:])
            predicted = int(sample.pred_score.argmax())
            self.rows.append((clip, int(sample.gt_label), predicted))


def execute(run: Run, cfg: Config, data: Path, work_dir: Path) -> Record:
    """Trains and tests one cell; an error is recorded, not raised.

    Args:
        run: The cell.
        cfg: Its config, as `Run.config` gives it; changed in place.
        data: What tools/make_ut_interaction.py wrote.
        work_dir: Folder of checkpoint and logs.
    """
    name, start, started = run.name(cfg), now(), time.perf_counter()
    for loader in (cfg.train_dataloader, cfg.test_dataloader):
        loader.dataset.data_root = str(data)
    cfg.work_dir = str(work_dir)
    cfg.experiment_name = work_dir.name
    cfg.log_level = "WARNING"
    found: dict[str, Any]
    try:
        found = _train_and_test(cfg)
    except Exception as error:  # a grid survives a failing cell
        reason = f"not run: {''.join(traceback.format_exception_only(error)).strip()}"
        found = dict(counts=reason, metrics=reason, predictions=[])
    gc.collect()
    return store.make(
        kind="train",
        name=name,
        config=f"configs/ut_interaction/{run.network}.py",
        cfg=cfg,
        split="test",
        command="python tools/run_ut_interaction.py",
        start=start,
        data=[store.data_of(cfg, split) for split in ("train", "test")],
        checkpoints="not run: weights of a grid are not kept",
        seed=run.seed,
        env=dict(environment(), dtype="float32", layout="channels_last_3d"),
        counts=found["counts"],
        metrics=found["metrics"],
        detail=dict(
            network=run.network,
            control=run.control,
            part=run.part,
            lr=cfg.optim_wrapper.optimizer.lr,
            epochs=cfg.train_cfg.max_epochs,
            seconds=round(time.perf_counter() - started, 1),
            predictions=found["predictions"],
        ),
    )


def _train_and_test(cfg: Config) -> dict[str, Any]:
    predictions = _KeepPredictions()
    runner = Runner.from_cfg(cfg)
    runner.register_hook(predictions)
    # On a CPU, max pooling over clips takes a quarter of the time in this layout.
    runner.model.backbone.to(memory_format=torch.channels_last_3d)
    runner.train()
    metrics = runner.test()
    right = sum(label == predicted for _, label, predicted in predictions.rows)
    top1 = right / len(predictions.rows)
    if not math.isclose(top1, metrics["acc/top1"], abs_tol=1e-6):
        raise RuntimeError(f"top-1 is {metrics['acc/top1']} by the metric, {top1} by clip")
    return dict(
        counts=[count(runner.model, clip_of(cfg)).as_record()],
        metrics=dict(top1=top1, correct=right, clips=len(predictions.rows)),
        predictions=predictions.rows,
    )


def grid(
    networks: Iterable[str],
    controls: Iterable[str],
    parts: Iterable[str],
    seeds: Iterable[int],
    lrs: Iterable[float | None] = (None,),
) -> list[Run]:
    """All cells, those first without which the table means least: clips, then controls."""
    cells = product(lrs, seeds, controls, parts, networks)
    return [
        Run(network, control, part, seed, lr)
        for lr, seed, control, part, network in cells
        if (network, control) not in NOT_RUN
    ]


def run_grid(
    runs: Sequence[Run], configs: Path, data: Path, records: Path, work_dirs: Path
) -> Iterator[tuple[Run, Record, bool]]:
    """Executes the runs that have no record yet, one after another.

    A recorded error counts as no record, so failed runs are tried again.

    Yields:
        Each run, its record, and whether it was there already.
    """
    DefaultScope.get_instance("ut_interaction", scope_name="mmaction")
    for run in runs:
        cfg = run.config(configs)
        name = run.name(cfg)
        known = store.succeeded(name, records)
        if known is not None:
            yield run, known, True
            continue
        record = execute(run, cfg, data, work_dirs / name)
        store.write(record, records)
        yield run, record, False


def wilson(correct: float, clips: int, z: float = 1.96) -> tuple[float, float]:
    """95 % score interval of a proportion (Wilson, 1927)."""
    p, n = correct / clips, clips
    centre, half = p + z * z / (2 * n), z * math.sqrt(p * (1 - p) / n + (z / (2 * n)) ** 2)
    return (centre - half) / (1 + z * z / n), (centre + half) / (1 + z * z / n)


def sign_test(better: int, worse: int) -> float:
    """Two-sided exact sign test (McNemar's) on clips that one of two networks gets right."""
    n, k = better + worse, min(better, worse)
    return min(1.0, 2 * sum(math.comb(n, i) for i in range(k + 1)) / 2**n)


def mean_by_lr(records: Iterable[Record]) -> dict[float, float]:
    """Mean top-1 of each learning rate over the networks: the rule that chooses one for all."""
    found: dict[float, list[float]] = defaultdict(list)
    for record in records:
        if not isinstance(record.metrics, str):
            found[record.detail["lr"]].append(_top1(record))
    return {lr: mean(values) for lr, values in sorted(found.items())}


def table(records: Sequence[Record], data: Path) -> str:
    """Markdown: top-1 of each network and control, and SmallBig compared with each, clip by clip.

    The interval takes the clips for the sample, whatever the number of seeds: seeds see the same
    clips. A difference is tested over the clips on which two networks differ.
    """
    cells: dict[tuple[str, str], list[Record]] = defaultdict(list)
    for record in records:
        cells[record.detail["network"], record.detail["control"]].append(record)
    lines = [
        "| network | frames | params M | GMAC | top-1 % | sd of folds | 95 % | runs | s a run "
        "| SmallBig right, it wrong / reverse (p) |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    reference = _hits(cells["smallbig_r23", "clip"])
    for network, control in product(NETWORKS, CONTROLS):
        start = f"| {NETWORKS[network]} | {control} |"
        if (network, control) in NOT_RUN:
            lines.append(f"{start} not run: {NOT_RUN[network, control]} |" + " |" * 7)
        elif cells[network, control]:
            lines.append(f"{start} {_row(cells[network, control], reference)} |")
        else:
            lines.append(f"{start} not run: no record of it yet |" + " |" * 7)
    return "\n".join([*lines, "", *_context(data), ""])


def _row(records: Sequence[Record], reference: dict[str, float]) -> str:
    good = [record for record in records if not isinstance(record.metrics, str)]
    runs = f"{len(good)} of {len(records)}"
    if not good:
        return f"{records[0].metrics} | | | | | {runs} | |"
    folds: dict[str, list[float]] = defaultdict(list)
    for record in good:
        folds[record.detail["part"]].append(_top1(record))
    by_fold = [mean(values) for values in folds.values()]
    hits = _hits(good)
    low, high = wilson(math.fsum(hits.values()), len(hits))
    spread = f"{100 * stdev(by_fold):.1f}" if len(by_fold) > 1 else "one fold"
    cost = store.counts(good[0])[0]
    return " | ".join(
        [
            f"{cost.params / 1e6:.2f}",
            f"{cost.macs / 1e9:.3f}",
            f"{100 * mean(by_fold):.1f}",
            spread,
            f"{100 * low:.0f}-{100 * high:.0f}",
            runs,
            f"{mean(record.detail['seconds'] for record in good):.0f}",
            _comparison(reference, hits),
        ]
    )


def _top1(record: Record) -> float:
    return store.metrics(record)["top1"]


def _hits(records: Iterable[Record]) -> dict[str, float]:
    """How often each clip was classified correctly, over the seeds."""
    found: dict[str, list[bool]] = defaultdict(list)
    for record in records:
        for clip, label, predicted in record.detail["predictions"]:
            found[clip].append(label == predicted)
    return {clip: mean(map(float, values)) for clip, values in found.items()}


def _comparison(reference: dict[str, float], other: dict[str, float]) -> str:
    if not reference or reference == other:
        return ""
    both = reference.keys() & other.keys()
    better = sum(reference[clip] > other[clip] for clip in both)
    worse = sum(reference[clip] < other[clip] for clip in both)
    return f"{better} / {worse} ({sign_test(better, worse):.2g})"


def _context(data: Path) -> list[str]:
    lines = [f"Chance, and the largest class: {100 / len(CLASSES):.1f} %."]
    shape = data / SHAPE_ONLY
    if shape.exists():
        lines += [
            f"No pixels, only {features}: {100 * top1:.1f} %."
            for features, top1 in json.loads(shape.read_text()).items()
        ]
    return lines
