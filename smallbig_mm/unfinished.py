"""Tests that go on where they were stopped: each batch's scores are kept until the test has ended.

They lie in `WORK_DIR/unfinished`, a file a process and start, a pickle a batch: the samples'
numbers in the list, and what the network says of them. A file's name begins with a key of all that
the scores follow from, so another checkpoint's, config's or list's are never taken.
"""

from __future__ import annotations

import logging
import pickle
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from mmengine.config import Config
from mmengine.dist import get_rank, is_main_process
from mmengine.hooks import Hook
from mmengine.logging import print_log
from mmengine.registry import DATA_SAMPLERS
from mmengine.runner import Runner
from mmengine.structures import BaseDataElement
from torch import Tensor
from torch.utils.data import BatchSampler

from .compat import pickles
from .datasets.skipped import watched
from .ensemble import name_videos
from .progress import Clock
from .screen import show

FOLDER = "unfinished"
PATIENCE = 10  # seconds until the first estimate


@DATA_SAMPLERS.register_module()
class UnfinishedBatches(BatchSampler):
    """The batches of a test of which not all samples are finished.

    Batches stay as they would be without a stop, for a sample's scores depend, in their last
    digits, on the batch that it is in.

    Attributes:
        plan: all batches of this process, in order.
        finished: samples, by their numbers.
    """

    def __init__(self, sampler: Any, batch_size: int, drop_last: bool = False) -> None:
        super().__init__(sampler, batch_size, drop_last)
        self.plan: list[list[int]] = list(super().__iter__())
        self.finished: set[int] = set()

    def is_finished(self, batch: Sequence[int]) -> bool:
        """Whether all samples of a batch are."""
        return self.finished.issuperset(batch)

    def __iter__(self) -> Iterator[list[int]]:
        return (batch for batch in self.plan if not self.is_finished(batch))

    def __len__(self) -> int:
        return sum(not self.is_finished(batch) for batch in self.plan)


def make_resumable(cfg: Config) -> None:
    """Have a config's test be one that `KeepScores` can go on with.

    Samples carry their names, so that one that is stopped can go on with `--dump`, and without. A
    config with a batch sampler of its own stays as it is.
    """
    name_videos(cfg)
    loader = cfg.test_dataloader
    if loader.get("batch_sampler") is None:
        own = dict(type="UnfinishedBatches", drop_last=loader.pop("drop_last", False))
        loader.batch_sampler = own


class KeepScores(Hook):
    """Keeps a test's scores batch by batch, takes up what is kept, and says how long it will take.

    Args:
        key: of all that the scores follow from.

    Attributes:
        reused: samples that a test which was stopped had finished.
    """

    def __init__(self, key: str) -> None:
        self.key = key[:16]
        self.reused = 0
        self._found: dict[int, dict] = {}
        self._file: Any = None
        self._next = 0  # batch of the plan

    def before_test_epoch(self, runner: Runner) -> None:
        """Read what is kept; samples that were finished go to the metrics in their places."""
        self._clock = Clock(PATIENCE)
        self._batches = runner.test_dataloader.batch_sampler
        if not isinstance(self._batches, UnfinishedBatches):
            return
        self._folder = Path(runner.work_dir, FOLDER)
        for path in sorted(self._folder.glob(f"{self.key}-*")):
            self._found |= _read(path)
        self._batches.finished = set(self._found)
        self.reused = len(self._found)
        if self.reused:
            show(
                f"This test was stopped when {self.reused} of {len(runner.test_dataloader.dataset)}"
                f" samples were finished; it goes on from there (to test anew, delete "
                f"{self._folder}/{self.key}-*)"
            )
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            name = f"{self.key}-{time.time_ns()}-{get_rank()}"
            self._file = (self._folder / name).open("xb")
        except OSError as error:
            self._give_up(error)
        self._pass_finished(runner)

    def after_test_iter(
        self,
        runner: Runner,
        batch_idx: int,
        data_batch: Any = None,
        outputs: Sequence | None = None,
    ) -> None:
        """Keep a batch's scores."""
        if self._clock.strikes():
            show(self._clock.said(batch_idx + 1, len(runner.test_dataloader), "tested"))
        if not isinstance(self._batches, UnfinishedBatches):
            return
        numbers, samples = self._batches.plan[self._next], () if outputs is None else outputs
        whole = len(samples) == len(numbers) and not _stood_in(runner.test_dataloader, numbers)
        if self._file is not None and whole:
            kept = pickle.dumps((numbers, [*map(_plain, samples)]), protocol=2)
            try:
                self._file.write(kept)
                self._file.flush()
            except OSError as error:
                self._give_up(error)
        self._next += 1
        self._pass_finished(runner)

    def after_test(self, runner: Runner) -> None:
        """The metrics are computed, and a dump is written."""
        if self._file is not None:
            self._file.close()
        if isinstance(self._batches, UnfinishedBatches) and is_main_process():
            for path in self._folder.glob(f"{self.key}-*"):
                path.unlink(missing_ok=True)
            if self._folder.is_dir() and not any(self._folder.iterdir()):
                self._folder.rmdir()

    def _pass_finished(self, runner: Runner) -> None:
        """Give the metrics the finished batches that are next in order."""
        plan = self._batches.plan
        while self._next < len(plan) and self._batches.is_finished(plan[self._next]):
            samples = [self._found[number] for number in plan[self._next]]
            runner.test_loop.evaluator.process(data_samples=samples, data_batch=None)
            self._next += 1

    def _give_up(self, error: OSError) -> None:
        self._file = None
        message = f"Scores are not kept, so a test that is stopped starts anew: {error}"
        print_log(message, logger="current", level=logging.WARNING)


def _stood_in(loader: Any, numbers: list[int]) -> bool:
    """Whether another video may have stood in for one of these: `UndecodableVideos`."""
    if hasattr(loader.dataset, "_warned"):
        return bool(loader.dataset._warned.flags[numbers].any())
    return any(inner._warned.flags.any() for inner in watched(loader.dataset))


def _read(path: Path) -> dict[int, dict]:
    """A file's samples by their numbers; a last batch that was cut short is left out."""
    found: dict[int, dict] = {}
    with path.open("rb") as file:
        while True:
            try:
                numbers, samples = pickles.load(file, path)
                found |= dict(zip(numbers, samples, strict=True))
            except Exception:  # its end; bytes that were cut short raise almost anything
                return found


def _plain(value: Any) -> Any:
    """With tensors of their own size: one that is a part of another is pickled with the whole.

    Samples become dicts, as metrics get them; a `FeatureHead` gives tensors in their place.
    """
    if isinstance(value, BaseDataElement):
        return _plain(value.to_dict())
    if isinstance(value, Tensor):
        return value.cpu().clone()
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value
