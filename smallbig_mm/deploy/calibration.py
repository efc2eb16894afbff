"""The clips that int8 is calibrated on, as a test would see them."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

from mmaction.registry import DATASETS
from mmengine.config import Config
from mmengine.dataset import pseudo_collate
from torch import Tensor

from ..annotations import read_list
from ..configs import SPLITS, sources
from ..configs.lists import layout_in
from ..errors import UserError, VideoDecodeError
from .views import as_views, rows_of_a_view


class CalibrationClips:
    """Views of a list's videos, one each, read in the first of any number of passes.

    Videos are drawn at random, always the same, and their views in turn from all clips and crops.
    Those that cannot be decoded are passed over. Names are looked for where the config's train, val
    and test videos lie. Clips are kept as the pipeline gives them, bytes as a rule, and are
    preprocessed when they are asked for.

    Args:
        recogniser: whose preprocessing and views they are for.
        cfg: the config, whose test pipeline reads them.
        path: annotation list, with labels or without.
        number: of clips.

    Raises:
        UserError: if the list cannot be read or its videos are not found; in the first pass, if too
            few can be decoded.
    """

    def __init__(self, recogniser: Any, cfg: Config, path: Path, number: int) -> None:
        self._recogniser, self._path, self._number = recogniser, path, number
        self._dataset = DATASETS.build(_source(cfg, path))

    @cached_property
    def _samples(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        length = len(self._dataset)
        for index in random.Random(0).sample(range(length), length):
            if len(found) == self._number:
                break
            try:
                sample = self._dataset.prepare_data(index)
            except VideoDecodeError:
                continue
            inputs = sample["inputs"]
            rows = rows_of_a_view(self._recogniser, len(inputs))
            first = rows * (len(found) % (len(inputs) // rows))
            found.append(dict(sample, inputs=inputs[first : first + rows].clone()))
        if len(found) < self._number:
            raise UserError(
                f"--calibration {self._path}: {len(found)} of its {length} videos can be decoded, "
                f"fewer than --calibration-clips {self._number}; give a longer list, or set that"
            )
        return found

    def __iter__(self) -> Iterator[Tensor]:
        for sample in self._samples:
            batch = self._recogniser.data_preprocessor(pseudo_collate([sample]))
            yield as_views(self._recogniser, batch["inputs"])


def _source(cfg: Config, path: Path) -> dict[str, Any]:
    """The config of a dataset of a list: the test's pipeline, in the folder that has its videos."""
    tried = []
    for source in (source for split in SPLITS for source in sources(cfg, split)):
        layout = layout_in(source)
        if layout is None:
            continue
        name = read_list(path, layout)[0].name
        if layout.exists(name):
            own = dict(ann_file=str(path.resolve()), pipeline=sources(cfg, "test")[0].pipeline)
            return {**copy.deepcopy(source), **own, "test_mode": True}
        tried.append(layout.path(name))
    if not tried:
        raise UserError(
            f"--calibration {path}: config {cfg.filename} has no dataset that tells where its "
            "videos are and how its lines are written (VideoDataset, RawframeDataset)"
        )
    raise UserError(
        f"--calibration {path}: its first video is none of {', '.join(dict.fromkeys(tried))}; its "
        "names must be absolute, or below the folder of the config's train, val or test videos"
    )
