"""Which videos a training skipped: in all its processes, and before it was resumed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
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
        """Tell the datasets, and with them their loader processes, where to write."""
        log = Path(runner.work_dir).resolve() / FILE
        if is_main_process() and runner.iter == 0:
            log.unlink(missing_ok=True)
        barrier()
        for dataset in watched(runner.train_dataloader.dataset):
            dataset._warned.log = log
            # An IterBasedTrainLoop's processes are at work already; a flag is set before a line is
            # written, so none is missed, and the training's own log has the reason.
            for index in dataset._warned.flags.nonzero().flatten().tolist():
                dataset._warned.note(str(dataset.ann_file), index, "see the log")


def watched(dataset: Any) -> Iterator[Any]:
    """The datasets of videos in any wrappers."""
    if hasattr(dataset, "_warned"):
        yield dataset
    for inner in getattr(dataset, "datasets", [getattr(dataset, "dataset", None)]):
        if inner is not None:
            yield from watched(inner)


def skipped(work_dir: str | Path) -> int:
    """How many samples the training in a folder has skipped so far; 0 without `SkippedVideos`.

    A line that was cut short, as by a full disk, is passed over: a record must not be lost to it.
    """
    file = Path(work_dir) / FILE
    found = set()
    for text in file.read_text().splitlines() if file.is_file() else ():
        with suppress(ValueError):
            line = json.loads(text)
            found.add((line["list"], line["index"]))
    return len(found)
