"""Which videos a training skipped: in all its processes, and before it was resumed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mmengine.dist import barrier, is_main_process
from mmengine.hooks import Hook
from mmengine.registry import HOOKS
from mmengine.runner import Runner

FILE = "skipped_train.jsonl"


@HOOKS.register_module()
class SkippedVideos(Hook):
    """Names the samples that could not be decoded in `WORK_DIR/skipped_train.jsonl`.

    A line a sample, `list`, `index` and `why`; one that several processes met has several lines. A
    training that starts anew begins the file anew, a resumed one goes on with it.
    """

    def before_train(self, runner: Runner) -> None:
        """Tell the datasets where to write, before an epoch starts their loader processes."""
        log = Path(runner.work_dir).resolve() / FILE
        if is_main_process() and runner.iter == 0:
            log.unlink(missing_ok=True)
        barrier()
        for dataset in _watched(runner.train_dataloader.dataset):
            dataset._warned.log = log

    def after_train(self, runner: Runner) -> None:
        """Add what loader processes met that were started before, as an `IterBasedTrainLoop` does.

        Such a sample has its flag, and its reason is in the training's own log.
        """
        noted = _noted(Path(runner.work_dir))
        for dataset in _watched(runner.train_dataloader.dataset):
            for index in dataset._warned.flags.nonzero().flatten().tolist():
                if (str(dataset.ann_file), index) not in noted:
                    dataset._warned.note(str(dataset.ann_file), index, "see the log")


def _watched(dataset: Any) -> Iterator[Any]:
    """The datasets of videos in any wrappers."""
    if hasattr(dataset, "_warned"):
        yield dataset
    for inner in getattr(dataset, "datasets", [getattr(dataset, "dataset", None)]):
        if inner is not None:
            yield from _watched(inner)


def _noted(work_dir: Path) -> set[tuple[str, int]]:
    file = work_dir / FILE
    lines = map(json.loads, file.read_text().splitlines()) if file.is_file() else ()
    return {(line["list"], line["index"]) for line in lines}


def skipped(work_dir: str | Path) -> int:
    """How many samples the training in a folder has skipped so far; 0 without `SkippedVideos`."""
    return len(_noted(Path(work_dir)))
