"""Which samples of a training could not be decoded, over all its processes and starts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mmengine.dist import barrier, is_main_process
from mmengine.hooks import Hook
from mmengine.runner import Runner

NAME = "skipped_train.jsonl"


class SkippedVideos(Hook):
    """Has every process write the samples that it skips into one file of the work dir.

    `compat.videos` replaces a sample that cannot be decoded by another one, and warns once a
    process. The file goes on when a run is resumed; a run that starts anew begins it anew. Nodes
    that do not share the work dir have one each.

    Args:
        folder: the work dir.
    """

    def __init__(self, folder: str | Path) -> None:
        self.path = Path(folder, NAME)

    def before_train(self, runner: Runner) -> None:
        """Before the first loader process starts, which takes the datasets along."""
        if is_main_process() and not runner._resume:
            self.path.unlink(missing_ok=True)
        barrier()
        for number, dataset in enumerate(_inner(runner.train_dataloader.dataset)):
            if hasattr(dataset, "_warned"):
                dataset._warned.log = (str(self.path), number)


def _inner(dataset: Any) -> Iterator[Any]:
    """The datasets inside RepeatDataset, ConcatDataset and the like."""
    inside = getattr(dataset, "datasets", None) or [getattr(dataset, "dataset", None)]
    for inner in inside:
        if inner is None:
            yield dataset
        else:
            yield from _inner(inner)


def skipped(folder: str | Path) -> int:
    """How many distinct samples the file in a work dir names; 0 without one."""
    path = Path(folder, NAME)
    if not path.is_file():
        return 0
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    return len({(line["dataset"], line["sample"]) for line in lines})
