"""Videos that cannot be decoded."""

from __future__ import annotations

import functools
import inspect
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..errors import VideoDecodeError
from ..reading import READERS, REASONS, Video
from .decoders import opened

# What read a sample: nothing yet, a decoder as the config asks, or PyAV from the start, and why.
READ_BY = ("", *READERS, *REASONS)
# A decoder raises almost anything on a bad file, but these mean a bug in code or a missing package.
_PROGRAMMING_ERRORS = (
    AssertionError,
    AttributeError,
    ImportError,
    KeyError,
    MemoryError,
    NameError,
    TypeError,
)


def survive_bad_videos() -> str | None:
    """Replace a video that cannot be decoded by another one in training; name it in testing.

    https://github.com/open-mmlab/mmaction2/issues/893, 253 and 602: a missing, empty or truncated
    file ends the run with the decoder's own words, because mmengine draws another sample only when
    a pipeline returns None. Readers of videos and of frames raise `VideoDecodeError`; datasets turn
    it into None while training, with one warning a sample, and add what to do while testing. Errors
    of any other transform are left alone.
    """
    from mmaction.datasets import BaseActionDataset
    from mmaction.datasets.transforms import loading
    from mmaction.registry import DATASETS

    if hasattr(BaseActionDataset.prepare_data, "__wrapped__"):
        return None
    for decoder in ("Decord", "PyAV", "PIMS", "OpenCV"):
        for step in ("Init", "Decode"):
            transform = getattr(loading, decoder + step)
            transform.transform = _naming_the_file(transform.transform)
    loading.RawFrameDecode.transform = _naming_the_frame(loading.RawFrameDecode.transform)

    BaseActionDataset.full_init = _with_flags(BaseActionDataset.full_init)
    kinds = filter(inspect.isclass, DATASETS.module_dict.values())
    own: set[Any] = {kind for kind in kinds if issubclass(kind, BaseActionDataset)}
    for dataset in {BaseActionDataset, *(kind for kind in own if "prepare_data" in vars(kind))}:
        dataset.prepare_data = _refetching(dataset.prepare_data)
    return "videos that cannot be decoded are skipped in training and named in testing"


def _naming_the_file(transform: Callable[[Any, dict], dict]) -> Callable[[Any, dict], dict]:
    """Turn what a video reader raises on a bad file into `VideoDecodeError`."""

    @functools.wraps(transform)
    def named(self: Any, results: dict) -> dict:
        try:
            out = transform(self, results)
        except (VideoDecodeError, *_PROGRAMMING_ERRORS):
            raise
        except Exception as error:
            if _beyond_the_end(results):  # the sampler is wrong, not the file
                raise
            reason = _reason(Path(results["filename"]), error)
            raise VideoDecodeError(f"{results['filename']}: {reason}") from error
        if out.get("total_frames", 1) <= 0:  # PyAV finds no number in a Matroska file
            raise VideoDecodeError(
                f"{results['filename']}: it holds no frames, or does not say how many"
            )
        return out

    return named


def _beyond_the_end(results: dict) -> bool:
    if "frame_inds" not in results or "total_frames" not in results:
        return False
    indices = results["frame_inds"] - results.get("start_index", 0)
    return bool(indices.min() < 0 or indices.max() >= results["total_frames"])


def _reason(file: Path, error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return "no such file"
    if file.is_file() and file.stat().st_size == 0:
        return "the file is empty"
    words = getattr(error, "strerror", None) or str(error).strip() or type(error).__name__
    return f"it cannot be decoded ({words.splitlines()[0].strip()})"


def _naming_the_frame(transform: Callable[[Any, dict], dict]) -> Callable[[Any, dict], dict]:
    """Turn what a missing, empty or broken frame leads to into `VideoDecodeError`.

    OpenCV does not say which file it was, so the frames are read again to find it.
    """

    @functools.wraps(transform)
    def named(self: Any, results: dict) -> dict:
        try:
            out = transform(self, results)
            if any(image is None or image.ndim < 2 for image in out["imgs"]):
                raise ValueError("a frame is no picture")  # mmaction2 stacks Flow's x and y of None
            return out
        except Exception as error:
            if self.file_client is None or _beyond_the_end(results):
                raise
            found = _bad_frame(self, results)
            if found is None:
                raise
            raise VideoDecodeError(found) from error

    return named


def _bad_frame(decode: Any, results: dict) -> str | None:
    """The first of a sample's frames that cannot be read, and why; None if all can."""
    import mmcv

    folder, template = results["frame_dir"], results["filename_tmpl"]
    axes: list[tuple] = [("x",), ("y",)] if results["modality"] == "Flow" else [()]
    for number in results["frame_inds"].ravel() + results.get("offset", 0):
        for axis in axes:
            file = os.path.join(folder, template.format(*axis, number))
            try:
                if mmcv.imfrombytes(decode.file_client.get(file)) is None:
                    return f"{file}: it is no picture"
            except _PROGRAMMING_ERRORS:
                raise
            except Exception as error:
                return (
                    f"{file}: {_reason(Path(file), error)}{_too_few(Path(folder), results, error)}"
                )
    return None


def _too_few(folder: Path, results: dict, error: Exception) -> str:
    """Of a frame that is missing, how many there are and should be."""
    if not isinstance(error, FileNotFoundError):
        return ""
    if not folder.is_dir():
        return ", nor its folder"
    files, listed = len(list(folder.iterdir())), results.get("total_frames")
    return f"; the list says {listed} frames, its folder holds {files} files"


class _Warned:
    """One flag a sample, shared by loader processes: whether a warning named its file.

    It is pickled with its dataset, so that a spawned loader process imports this package, and with
    it the repairs. `datasets.SkippedVideos` sets `log`, a file for what is warned of.
    """

    def __init__(self, samples: int) -> None:
        import torch

        self.flags = torch.zeros(samples, dtype=torch.bool).share_memory_()
        self.readers = torch.zeros(samples, dtype=torch.uint8).share_memory_()
        self._log = torch.zeros(4096, dtype=torch.uint8).share_memory_()

    @property
    def log(self) -> Path | None:
        """Shared too: an iteration-based training starts its loader processes before any hook."""
        name = self._log.numpy().tobytes().rstrip(b"\0")
        return Path(os.fsdecode(name)) if self._log[0] else None

    @log.setter
    def log(self, path: Path) -> None:
        import torch

        name = torch.tensor(list(os.fsencode(path)), dtype=torch.uint8)
        self._log[1 : len(name)] = name[1:]
        self._log[0] = name[0]  # last, for it tells the others that the rest is there

    def first_time(self, idx: int) -> bool:
        """Whether sample `idx` had no warning yet; from now on it has."""
        known = bool(self.flags[idx])
        self.flags[idx] = True
        return not known

    def read_by(self, idx: int, video: Video, ann_file: str) -> None:
        """Note what reads sample `idx`; say so once, if it is read from the start."""
        reader = READ_BY.index(video.why or video.decoder)
        if video.why and not (self.readers > len(READERS)).any():
            _warn(
                f"{video.path} is decoded from its start, which takes longer: its packets do not "
                f"tell its frames ({video.why}). Others of {ann_file} are counted at the end"
            )
        self.readers[idx] = reader

    def note(self, ann_file: str, idx: int, why: str) -> None:
        """Append a line to the log; several processes may do so at a time."""
        log = self.log
        if log is not None:
            with log.open("a") as file:
                file.write(json.dumps(dict(list=ann_file, index=idx, why=why)) + "\n")


def _with_flags(full_init: Callable[[Any], None]) -> Callable[[Any], None]:
    @functools.wraps(full_init)
    def with_flags(self: Any) -> None:
        full_init(self)
        if not hasattr(self, "_warned"):
            self._warned = _Warned(len(self))

    return with_flags


def _refetching(prepare_data: Callable[[Any, int], Any]) -> Callable[[Any, int], Any]:
    """Return None for a bad video in training, so that mmengine draws another sample.

    In a test it is named at once, or noted and another sample given in its place, if somebody set
    the log and so will name it: `datasets.UndecodableVideos`.
    """

    @functools.wraps(prepare_data)
    def refetching(self: Any, idx: int) -> Any:
        opened.clear()
        try:
            data = prepare_data(self, idx)
        except VideoDecodeError as error:
            require_prefix(self, idx)
            if self.test_mode:
                if self._warned.log is None:
                    raise VideoDecodeError(
                        f"{error}. Replace the file, or take its line out of {self.ann_file}"
                    ) from error
                _note(self, idx, error)
                return _stand_in(self, idx, prepare_data)
            self._failed_in_a_row = getattr(self, "_failed_in_a_row", 0) + 1
            if self._failed_in_a_row > self.max_refetch:
                raise _in_a_row(self, self._failed_in_a_row, error) from error
            if _note(self, idx, error):
                _warn(f"Skipped in training: {error} (listed in {self.ann_file})")
            return None
        self._failed_in_a_row, self._last_good = 0, idx
        for video in opened:
            self._warned.read_by(idx, video, str(self.ann_file))
        return data

    return refetching


def _note(dataset: Any, idx: int, error: VideoDecodeError) -> bool:
    """Write down that a sample is bad; whether that is news."""
    new = dataset._warned.first_time(idx)
    if new:
        dataset._warned.note(str(dataset.ann_file), int(idx), str(error))
    return new


def _stand_in(dataset: Any, idx: int, prepare_data: Callable[[Any, int], Any]) -> Any:
    """Another sample in the place of a bad one: the last good one, else the next that is good."""
    start, samples = getattr(dataset, "_last_good", idx + 1), len(dataset)
    tried = min(samples, dataset.max_refetch)
    for other in range(start, start + tried):
        try:
            data = prepare_data(dataset, other % samples)
        except VideoDecodeError as error:
            last = error
            _note(dataset, other % samples, error)
        else:
            dataset._last_good = other % samples
            return data
    raise _in_a_row(dataset, tried, last) from last


def _in_a_row(dataset: Any, number: int, last: VideoDecodeError) -> VideoDecodeError:
    return VideoDecodeError(
        f"{number} samples in a row of {dataset.ann_file} could not be decoded, the last one {last}"
    )


def require_prefix(dataset: Any, idx: int) -> None:
    """A wrong `data_prefix` makes every file missing; say that, not each of their names.

    An absolute path in a list does not begin with it.
    """
    info = dataset.get_data_info(idx)
    path = str(info.get("filename") or info.get("frame_dir"))
    for key, folder in dataset.data_prefix.items():
        own = folder and path.startswith(str(folder)) and "://" not in str(folder)
        if own and not os.path.isdir(folder):
            raise VideoDecodeError(
                f"{folder}: no such folder, so no video of {dataset.ann_file} can be found. "
                f"Set the dataset's data_prefix ({key}=...) or data_root"
            )


def _warn(message: str) -> None:
    import logging

    from mmengine.logging import print_log

    print_log(message, logger="current", level=logging.WARNING)
