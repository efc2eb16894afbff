"""How many videos of a training or test were read in which way."""

from __future__ import annotations

import torch
from mmengine.dist import all_reduce
from mmengine.hooks import Hook
from mmengine.logging import MMLogger
from mmengine.runner import Runner

from ..compat.videos import READ_BY
from ..files import relative
from ..reading import REASONS
from ..screen import show
from .skipped import watched


class CountDecoders(Hook):
    """Counts the videos that were read from the start, for which reason, and others.

    Attributes:
        counts: of each list how many samples each of `READ_BY` read; empty before the run's end.
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
            counted = torch.bincount(readers.int(), minlength=len(READ_BY)).tolist()
            found = {name: n for name, n in zip(READ_BY, counted, strict=True) if name and n}
            if found:
                self.counts[relative(dataset.ann_file)] = found
                said = ", ".join(f"{n} by {_name(reader)}" for reader, n in found.items())
                tell = show if found.keys() & {*REASONS} else MMLogger.get_current_instance().info
                tell(f"{dataset.ann_file}: videos read: {said}")


def _name(reader: str) -> str:
    known = {"seeking": "seeking", "pyav": "PyAV from the start", "decord": "decord"}
    return known.get(reader, f"PyAV from the start ({reader})")
