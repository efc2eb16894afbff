"""Which videos a training skipped: in all its processes, and before it was resumed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from mmengine.dist import all_gather_object, barrier, is_main_process
from mmengine.hooks import Hook
from mmengine.registry import HOOKS
from mmengine.runner import Runner

from ..files import relative, write_text

FILE = "skipped_train.jsonl"


@HOOKS.register_module()
class SkippedVideos(Hook):
    """Names the samples that could not be decoded in `WORK_DIR/skipped_train.jsonl`.

    A line a sample, `list`, `index` and `why`; one that several processes met has several lines. A
    training that starts anew begins the file anew, a resumed one goes on with it; checkpoints carry
    it into another work dir. Machines with work dirs of their own write there, and the first one's
    file gets what the others' have at the end of each epoch and before each validation; where the
    run ends in between, it lacks what they have met since.
    """

    _earlier = ""

    def before_save_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Into the checkpoint."""
        file = Path(runner.work_dir) / FILE
        checkpoint["meta"]["skipped"] = file.read_text() if file.is_file() else ""

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Out of the checkpoint, if the training goes on in another work dir than its own."""
        source, work_dir = runner._load_from, Path(runner.work_dir).resolve()
        if runner._resume and source and Path(source).resolve().parent != work_dir:
            self._earlier = str(checkpoint["meta"].get("skipped", ""))

    def before_train(self, runner: Runner) -> None:
        """Tell the datasets, and with them their loader processes, where to write."""
        log = Path(runner.work_dir).resolve() / FILE
        if runner.iter == 0:
            log.unlink(missing_ok=True)
        if is_main_process() and self._earlier:
            write_text(log, self._earlier)
        barrier()
        for dataset in watched(runner.train_dataloader.dataset):
            dataset._warned.log = log
            # An IterBasedTrainLoop's processes are at work already; a flag is set before a line is
            # written, so none is missed, and the training's own log has the reason.
            for index in dataset._warned.flags.nonzero().flatten().tolist():
                dataset._warned.note(str(dataset.ann_file), index, "see the log")

    def after_train_epoch(self, runner: Runner) -> None:
        """Bring the machines' files together."""
        log = Path(runner.work_dir) / FILE
        everywhere = all_gather_object(_lines(log))
        own = set(_lines(log))  # which another process of this machine may have gone on with
        missing = dict.fromkeys(line for lines in everywhere for line in lines if line not in own)
        if missing and is_main_process():
            with log.open("a") as file:
                file.writelines(missing)

    before_val = after_train_epoch


def watched(dataset: Any) -> Iterator[Any]:
    """The datasets of videos in any wrappers."""
    if hasattr(dataset, "_warned"):
        yield dataset
    for inner in getattr(dataset, "datasets", [getattr(dataset, "dataset", None)]):
        if inner is not None:
            yield from watched(inner)


def _lines(file: Path) -> list[str]:
    """A file's lines but one that is still being written; none if there is no file."""
    if not file.is_file():
        return []
    return [line for line in file.read_text().splitlines(True) if line.endswith("\n")]


def skipped(work_dir: str | Path, of: str | None = None) -> int:
    """How many samples the training in a folder has skipped so far; 0 without `SkippedVideos`.

    Args:
        work_dir: the folder.
        of: of this list only, as records name it.

    A line that was cut short, as by a full disk, is passed over: a record must not be lost to it.
    """
    found = set()
    for text in _lines(Path(work_dir) / FILE):
        with suppress(ValueError, KeyError, TypeError):  # TypeError: no table, or no path in it
            line = json.loads(text)
            found.add((relative(Path(line["list"])), line["index"]))
    return sum(of in (None, name) for name, _ in found)
