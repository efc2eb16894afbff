"""How the inputs of a recogniser divide into views, each of which gets a row of scores."""

from __future__ import annotations

from typing import Any

from mmaction.models import Recognizer2D
from torch import Tensor


def rows_of_a_view(recogniser: Any, rows: int) -> int:
    """How many of a video's inputs make a view: one clip or, of a `Recognizer2D`, some frames.

    A head that groups frames says how many (`num_segments`: TSM's, TRN's). Others, and a neck,
    join those of all clips and crops, as TSN's does.

    Args:
        recogniser: mmaction2's `Recognizer3D` or `Recognizer2D`.
        rows: of a video, all its views.
    """
    if not isinstance(recogniser, Recognizer2D):
        return 1
    grouped = None if recogniser.with_neck else getattr(recogniser.cls_head, "num_segments", None)
    return grouped or rows


def as_views(recogniser: Any, inputs: Tensor) -> Tensor:
    """What a `Classifier` gets of a batch.

    Shapes: (N, views, C, T, H, W) -> (N * views, C, T, H, W); of a `Recognizer2D` (N, frames of all
    views, C, H, W) -> (views of all, frames, C, H, W).
    """
    if not isinstance(recogniser, Recognizer2D):
        return inputs.flatten(0, 1)
    return inputs.reshape(-1, rows_of_a_view(recogniser, inputs.shape[1]), *inputs.shape[2:])


def middle_view(recogniser: Any, inputs: Tensor, clips: int, crops: int) -> Tensor:
    """The view of a video that is in its middle: of the middle clip, the middle crop.

    Args:
        recogniser: mmaction2's.
        inputs: of one video, crops x clips views, a crop's clips one after the other.
        clips: of the video.
        crops: of a clip.

    Shapes: (views, C, T, H, W) -> (1, C, T, H, W); of a `Recognizer2D`, (frames of all views, C, H,
    W) -> (frames, C, H, W).
    """
    rows = len(inputs) // (clips * crops)
    number = crops // 2 * clips + clips // 2
    return inputs[number * rows : (number + 1) * rows]
