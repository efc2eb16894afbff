"""Which decoder read how many videos of a training or test."""

from __future__ import annotations

import torch
from mmengine.dist import all_reduce
from mmengine.hooks import Hook
from mmengine.logging import print_log
from mmengine.runner import Runner

from ..compat.videos import READERS
from ..files import relative
from .skipped import watched


class CountDecoders(Hook):
    """Counts the videos that decord and PyAV read, and for which reason, over all processes.

    Attributes:
        counts: of each list how many samples each of `READERS` read; empty before the run's end.
    """

    priority = "LOWEST"

    def __init__(self) -> None:
        self.counts: dict[str, dict[str, int]] = {}

    def after_train(self, runner: Runner) -> None:
        """Of what was trained on and validated with."""
        self._count(runner.train_dataloader)
        if runner.val_loop is not None:
            self._count(runner.val_dataloader)

    def after_test(self, runner: Runner) -> None:
        """Of what was tested with."""
        self._count(runner.test_dataloader)

    def _count(self, loader) -> None:
        for dataset in watched(loader.dataset):
            readers = dataset._warned.readers.clone()
            all_reduce(readers, "max")
            counted = torch.bincount(readers.int(), minlength=len(READERS)).tolist()
            found = {name: n for name, n in zip(READERS, counted, strict=True) if name and n}
            if found:
                self.counts[relative(dataset.ann_file)] = found
                said = ", ".join(f"{n} by {_name(reader)}" for reader, n in found.items())
                print_log(f"{dataset.ann_file}: videos read: {said}", logger="current")


def _name(reader: str) -> str:
    return {"decord": "decord", "pyav": "PyAV"}.get(reader, f"PyAV ({reader})")
