"""Videos of a val or test list that cannot be decoded: all of them named, and no figure without.

Before hours are spent, those that are missing or empty, or that `tools/check_videos.py` has found;
in a test, which goes on to its end and then fails, those that are met; a validation, which must not
cost a training, has no figures instead.
"""

from __future__ import annotations

import json
import logging
import os
import shlex
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NoReturn

from mmengine.dist import all_gather_object, barrier, broadcast_object_list, is_main_process
from mmengine.evaluator import BaseMetric
from mmengine.hooks import Hook
from mmengine.logging import print_log
from mmengine.registry import HOOKS
from mmengine.runner import Runner

from ..compat.videos import require_prefix
from ..errors import VideoDecodeError
from ..files import CHECKOUT, write_text
from ..scanning.lines import file_of
from ..scanning.report import undecodable
from .skipped import watched

NAMED = 10  # videos in a message
COMMAND = "python tools/check_videos.py" if CHECKOUT else "smallbig-mm check-videos"


def require_videos(dataset: Any, log: Path) -> None:
    """`look_for_videos` in the main process; the others raise what it does."""
    found: list[Any] = [None]
    if is_main_process():
        try:
            look_for_videos(dataset, log)
        except VideoDecodeError as error:
            found = [str(error)]
    broadcast_object_list(found)
    if found[0]:
        raise VideoDecodeError(found[0])


def look_for_videos(dataset: Any, log: Path) -> None:
    """Refuse a list of which videos are missing, empty, or undecodable by the report beside it.

    A look at each file, not into it: 20,000 take a second or so.

    Args:
        dataset: in any wrappers.
        log: the file that names all, of those lines that `SkippedVideos` writes.

    Raises:
        VideoDecodeError: naming the first ones.
    """
    lines = [line for inner in watched(dataset) for line in _absent(inner)]
    if lines:
        refuse(dataset, lines, log)


def refuse(dataset: Any, lines: Sequence[dict[str, Any]], log: Path) -> NoReturn:
    """Raise VideoDecodeError, naming the first of the videos that cannot be decoded."""
    raise VideoDecodeError(_named(dataset, lines, log))


def _absent(dataset: Any) -> Iterator[dict[str, Any]]:
    """Of a dataset of local files, the samples that cannot be decoded, as far as is known."""
    if any(getattr(t, "io_backend", "disk") != "disk" for t in dataset.pipeline.transforms):
        return
    require_prefix(dataset, 0)
    reported = {os.path.abspath(f): why for f, why in undecodable(Path(dataset.ann_file)).items()}

    def problem(index: int) -> str | None:
        info = dataset.get_data_info(index)
        name = info.get("filename", info.get("frame_dir"))
        frames = "frame_dir" in info
        if name is None or "://" in name or (frames and "filename_tmpl" not in info):  # skeletons
            return None
        looked_at = _end_frames(info) if frames else [file_of(name)]
        why = next((f"{file}: {why}" for file in looked_at if (why := _absence(file))), None)
        known = reported.get(os.path.abspath(looked_at[0] if "filename" in info else name))
        return why or (f"{name}: {known}" if known else None)

    with ThreadPoolExecutor(16) as pool:  # which wait for a file server side by side
        for index, why in enumerate(pool.map(problem, range(len(dataset)), chunksize=1)):
            if why:
                yield dict(list=str(dataset.ann_file), index=index, why=why)


def _end_frames(info: dict[str, Any]) -> list[str]:
    """A folder's first and last frame: where the last one is, there are as many as listed."""
    axes: list[tuple] = [("x",), ("y",)] if info["modality"] == "Flow" else [()]
    start = info["start_index"] + info.get("offset", 0)
    ends = (start, start + info["total_frames"] - 1)
    names = [info["filename_tmpl"].format(*axis, number) for number in ends for axis in axes]
    return [os.path.join(info["frame_dir"], name) for name in names]


def _absence(file: str) -> str | None:
    try:
        return None if os.stat(file).st_size else "the file is empty"
    except OSError as error:
        return "no such file" if isinstance(error, FileNotFoundError) else error.strerror


def _named(dataset: Any, lines: Sequence[dict[str, Any]], log: Path) -> str:
    """One line that names the first videos of all that are bad, and what to do; `log` has all."""
    if is_main_process():
        write_text(log, "".join(f"{json.dumps(line)}\n" for line in lines))
    own = [inner for inner in watched(dataset) if str(inner.ann_file) in {x["list"] for x in lines}]
    lists = {str(inner.ann_file): next(iter(inner.data_prefix.values()), "") for inner in own}
    first = "; ".join(line["why"] for line in lines[:NAMED])
    more = f"; and {len(lines) - NAMED} more" if len(lines) > NAMED else ""
    commands = " and ".join(
        shlex.join([*COMMAND.split(), name, "--root", prefix or "."])
        for name, prefix in lists.items()
    )
    return (
        f"{len(lines)} of the {sum(map(len, own))} videos in {', '.join(lists)} could not be "
        f"decoded: {first}{more} ({log} names all). Mend them, or test without: {commands} writes "
        "a list of those that can be"
    )


@HOOKS.register_module()
class UndecodableVideos(Hook):
    """Lets a test or validation go on where a video cannot be decoded, with another in its place.

    At its end all such videos of all processes are named in `WORK_DIR/undecodable_{val,test}.jsonl`
    and in one message. A test raises it, before scores are dumped. A validation warns, and gives no
    figures: there is no best checkpoint of this epoch, and training goes on.

    Attributes:
        unvalidated: the messages, by the step after which there are no figures, and the number of
            videos.
    """

    priority = "HIGHEST"  # before those who read a validation's figures

    def __init__(self) -> None:
        self.unvalidated: dict[int, tuple[str, int]] = {}

    def before_val(self, runner: Runner) -> None:
        """Begin anew: a video may have been mended since the last validation."""
        assert runner.val_loop is not None
        _watch(runner.val_loop.dataloader.dataset, log_of(runner, "val"))

    def after_val_epoch(self, runner: Runner, metrics: dict[str, Any] | None = None) -> None:
        """Take the figures away, if they are not of the whole list."""
        assert runner.val_loop is not None
        dataset, log = runner.val_loop.dataloader.dataset, log_of(runner, "val")
        lines = _met(log)
        if lines and metrics is not None:
            metrics.clear()
            message = _named(dataset, lines, log)
            self.unvalidated[runner.iter] = message, len(lines)
            print_log(f"No figures of this validation: {message}", "current", logging.WARNING)

    def before_test(self, runner: Runner) -> None:
        """Have the videos named before anything is made of the scores."""
        loop: Any = runner.test_loop
        dataset, log = loop.dataloader.dataset, log_of(runner, "test")
        _watch(dataset, log)
        loop.evaluator.metrics.insert(0, _WholeList(dataset, log))


class _WholeList(BaseMetric):
    """No figure, but an error if the list was not tested as a whole."""

    default_prefix = "list"

    def __init__(self, dataset: Any, log: Path) -> None:
        super().__init__()
        self.dataset, self.log = dataset, log

    def process(self, data_batch: Any, data_samples: Sequence[dict]) -> None:
        """Nothing is kept."""

    def compute_metrics(self, results: list) -> dict:
        """No figure."""
        return {}

    def evaluate(self, size: int) -> dict:
        """Called in every process, before the others' figures.

        Raises:
            VideoDecodeError: naming the videos that could not be decoded.
        """
        lines = _met(self.log)
        if lines:
            refuse(self.dataset, lines, self.log)
        return {}


def log_of(runner: Runner, split: str) -> Path:
    """The file that names the videos of a split that could not be decoded."""
    return Path(runner.work_dir).resolve() / f"undecodable_{split}.jsonl"


def _watch(dataset: Any, log: Path) -> None:
    if is_main_process():
        log.unlink(missing_ok=True)
    barrier()
    for inner in watched(dataset):
        inner._warned.flags.zero_()
        inner._warned.log = log


def _met(log: Path) -> list[dict[str, Any]]:
    """What all processes, which may be on several machines, have written to their logs."""
    own = [json.loads(line) for line in log.read_text().splitlines()] if log.is_file() else []
    lines = {
        (line["list"], line["index"]): line for some in all_gather_object(own) for line in some
    }
    return [lines[key] for key in sorted(lines)]
