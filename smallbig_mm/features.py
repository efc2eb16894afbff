"""Features of videos by a network, kept one by one, so that an extraction goes on where it stopped.

    OUT                           .npz or .safetensors: an array a video, by its name
    OUT.json                      of which network and weights, and each video's shape, or error
    OUT.unfinished/DIGEST.npy     a video's, until all are there

DIGEST is of all that the array follows from, so another network's, or video's, is never taken.
"""

from __future__ import annotations

import importlib
import json
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmaction.models import Recognizer2D
from mmaction.models.heads import FeatureHead
from numpy.typing import NDArray

from .deploy.views import middle_view, rows_of_a_view
from .errors import DiskError, StackError, UserError, last_line
from .files import content_sha256, whole, write_text
from .inference import VideoPipeline, batch_of
from .inputs import Video

Array = NDArray[np.float32]
SUFFIXES = (".npz", ".safetensors")


class Extractor:
    """What a recogniser's backbone, and neck, give its head of a video.

    Args:
        model: mmaction2's recogniser, in eval mode.
        maps: keep frames and positions; otherwise features are their mean, a vector.
        per_clip: one for each clip x crop of the test; otherwise one a video: vectors' mean and, of
            maps, which have none, that of the middle clip's middle crop.

    Shapes: vector (C,), map (C, T, H, W) or, of a 2D recogniser, (T, C, H, W); per clip with the
    clips x crops first.
    """

    def __init__(self, model: Any, maps: bool, per_clip: bool) -> None:
        self.model, self.maps, self.per_clip = model, maps, per_clip
        self._pipeline = VideoPipeline(model.cfg)
        slowfast = model.cfg.model.backbone.type == "ResNet3dSlowFast"
        pooling = None if maps else "avg"
        self._head = FeatureHead(pooling, pooling, "slowfast" if slowfast else None)

    @torch.no_grad()
    def __call__(self, video: Path) -> Array:
        """The features of a video.

        Raises:
            VideoDecodeError: if it is missing or cannot be decoded.
            UserError: if they are not finite, or have no one map, as SlowFast's.
        """
        batch = batch_of(self._pipeline, [video])
        if self.maps and not self.per_clip:
            seen = self._pipeline.protocol
            (inputs,) = batch["inputs"]
            batch["inputs"] = [middle_view(self.model, inputs, seen.clips, seen.crops)]
        inputs = self.model.data_preprocessor(batch)["inputs"]
        found, said = self.model.extract_feat(inputs, test_mode=True)
        if isinstance(found, tuple) and (self.maps or self._head.backbone_name is None):
            raise UserError(
                f"--map: {type(self.model.backbone).__name__} gives several maps, one a path; "
                "leave it out"
            )
        if isinstance(self.model, Recognizer2D):
            said["num_segs"] = rows_of_a_view(self.model, said["num_segs"])
        features = self._head(found, **said).float().cpu()
        if not features.isfinite().all():
            raise UserError(f"{video}: the features are not finite; the weights must be bad")
        if self.per_clip:
            return features.numpy()
        return (features[0] if self.maps else features.mean(0)).numpy()


def require_suffix(out: Path) -> None:
    """Raise UserError unless `out` names a kind of file that features can be written to."""
    if out.suffix not in SUFFIXES:
        raise UserError(f"{out}: the file's name must end in {' or '.join(SUFFIXES)}")
    if out.suffix == ".safetensors":
        _safetensors(out)


def extract(
    videos: Iterable[Video], features: Callable[[Path], Array], out: Path, key: str
) -> Iterator[tuple[Video, tuple[int, ...] | str]]:
    """Extract what is missing of the features of some videos, and write `out` and `out.json`.

    What was extracted is deleted when all videos have succeeded, so that the others are not done
    again once a bad one is mended.

    Args:
        videos: of which no two have the same name.
        features: of a video; a UserError is that video's, and the others go on.
        out: the file.
        key: of all that the features of a video follow from.

    Yields:
        Each video with its features' shape, or why there are none.
    """
    folder = out.with_name(f"{out.name}.unfinished")
    parts: dict[str, Path] = {}
    said: dict[str, Any] = {}
    for video in videos:
        part = folder / f"{content_sha256([key, video.name, *_state(video.path)])}.npy"
        try:
            if not part.is_file():
                _keep(features(video.path), part)
            parts[video.name] = part
            said[video.name] = np.load(part, mmap_mode="r").shape
        except (DiskError, StackError):
            raise
        except UserError as error:
            said[video.name] = last_line(error)
        yield video, said[video.name]
    if parts:
        _write({name: np.load(part, mmap_mode="r") for name, part in parts.items()}, out)
    write_text(out.with_name(f"{out.name}.json"), json.dumps(said, indent=1) + "\n")
    if len(parts) == len(said):
        shutil.rmtree(folder)


def _state(path: Path) -> tuple[str, int, int]:
    """What tells whether a video is still the one that it was."""
    found = path.stat() if path.is_file() else None
    return str(path.resolve()), found.st_size if found else 0, found.st_mtime_ns if found else 0


def _keep(features: Array, part: Path) -> None:
    with whole(part) as file, file.open("wb") as stream:
        np.save(stream, features)


def _write(features: Mapping[str, Array], out: Path) -> None:
    with whole(out) as part:
        if out.suffix == ".safetensors":
            _safetensors(out).save_file(dict(features), part)
            return
        with part.open("wb") as stream:
            np.savez(stream, **features)  # type: ignore[arg-type]


def _safetensors(out: Path) -> Any:
    try:
        return importlib.import_module("safetensors.numpy")
    except ImportError:
        raise UserError(f"{out}: needs the safetensors package: pip install safetensors") from None
