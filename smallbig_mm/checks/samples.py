"""The ends of each list, read as the run will read them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..datasets.skipped import watched
from ..datasets.undecodable import refuse
from ..errors import Problems, VideoDecodeError
from .machine import size_of
from .settings import warn


def read_some(dataset: Any, split: str, log: Path) -> int:
    """Read the first and last sample of each list as the run will.

    In training, where videos that cannot be decoded are skipped, one of first, middle and last
    suffices.

    Args:
        dataset: in any wrappers.
        split: of which it is.
        log: the file that names those of a val or test list that cannot be decoded.

    Returns:
        Bytes of a sample as the network gets it, the largest.

    Raises:
        UserError: if they cannot be read.
    """
    size, bad = 0, []
    for inner in watched(dataset):
        numbers = {0, len(inner) - 1} | ({len(inner) // 2} if split == "train" else set())
        errors: list[VideoDecodeError] = []
        mode, inner.test_mode = inner.test_mode, True  # in which it raises what is wrong
        try:
            for number in sorted(numbers):
                try:
                    size = max(size, size_of(inner.prepare_data(number)["inputs"]))
                except VideoDecodeError as error:
                    errors.append(error)
                    why = str(error.__cause__ or error)
                    bad.append(dict(list=str(inner.ann_file), index=number, why=why))
        finally:
            inner.test_mode = mode
        if split == "train" and len(errors) == len(numbers):
            raise Problems(errors)
        for unreadable in errors if split == "train" else ():
            warn(f"{unreadable}; training skips it")
    if bad and split != "train":
        refuse(dataset, bad, log)
    return size
