"""Boxes of objects in a clip's frames, from a file in mmaction2's AVA format."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from mmaction.registry import TRANSFORMS
from mmcv.transforms import BaseTransform
from mmengine import fileio

from ..errors import UserError
from ..files import require_file

WHOLE = np.array([[0, 0, 1, 1]], np.float32)


@TRANSFORMS.register_module()
class LoadRegionProposals(BaseTransform):
    """Adds the `number` best boxes of every `interval`-th frame of each clip.

    Goes between the sampling and the decoding transform, which brings the boxes to pixels; then
    mmaction2's own transforms scale, crop (once) and flip them with the frames, and its
    `PackActionInputs` makes them the data sample's `proposals`. They do so beside annotated boxes
    only, so an empty array of these is added too.

    A frame with fewer boxes repeats its own; one without any has the whole frame.

    Required keys: ``frame_inds``, ``clip_len`` and ``filename`` or ``frame_dir``. Added keys:
    ``proposals`` (clips * frames * number, 4), ``gt_bboxes`` (0, 4), ``gt_labels`` (0,).

    Args:
        proposal_file: a pickle of a dict from ``'VIDEO,FRAME'`` to an array (N, 5): x1, y1, x2 and
            y2 as fractions of the frame, and a score; or (N, 4), in the order of their scores.
            VIDEO is the video's or its folder's name, without what is before and a video's
            extension; FRAME is the number that the sampler counts by, with four digits at least
            (of a folder, that in the file's name): ``'74225,0012'``.
        number: boxes of a frame.
        interval: frames of a clip per time step of the features that the boxes are for.

    Raises:
        UserError: if there is no such file, or it holds something else.
    """

    def __init__(self, proposal_file: str, number: int = 50, interval: int = 1) -> None:
        self.proposal_file, self.number, self.interval = proposal_file, number, interval
        self.proposals = fileio.load(require_file(proposal_file, "proposal_file"))
        if not isinstance(self.proposals, dict):
            raise UserError(f"proposal_file {proposal_file}: holds no dict of 'VIDEO,FRAME'")

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Adds the boxes, as fractions of the frame."""
        path = results.get("frame_dir") or Path(results["filename"]).with_suffix("")
        clips = results["frame_inds"].reshape(-1, results["clip_len"])
        frames = clips[:, :: self.interval].reshape(-1) + results.get("offset", 0)
        boxes = [self._best(f"{Path(path).name},{frame:04d}") for frame in frames]
        results["proposals"] = np.concatenate(boxes)
        results["gt_bboxes"] = np.zeros((0, 4), np.float32)
        results["gt_labels"] = np.zeros(0, np.int64)
        return results

    def _best(self, key: str) -> np.ndarray:
        if key not in self.proposals:
            raise UserError(
                f"proposal_file {self.proposal_file}: no {key!r}; a frame without objects has an "
                "array of no rows"
            )
        boxes = np.asarray(self.proposals[key], np.float32)
        if boxes.size == 0:
            boxes = WHOLE
        if boxes.ndim != 2 or boxes.shape[1] not in (4, 5):
            raise UserError(
                f"proposal_file {self.proposal_file}: {key!r}: {boxes.shape}, not (N, 5)"
            )
        if not (boxes[:, :4].min() >= 0 and boxes[:, :4].max() <= 1):
            raise UserError(
                f"proposal_file {self.proposal_file}: {key!r}: boxes are fractions of the frame, "
                "from 0 to 1"
            )
        order = np.argsort(-boxes[:, 4], kind="stable") if boxes.shape[1] == 5 else slice(None)
        return boxes[order, :4][np.arange(self.number) % len(boxes)]
