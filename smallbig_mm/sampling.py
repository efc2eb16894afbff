"""How a test pipeline samples a video, and with one view in place of several."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

from .configs import CROPS


def single_view(steps: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The steps of a test pipeline with the middle clip alone, and its centre crop."""
    found = copy.deepcopy(list(steps))
    for step in found:
        if step["type"] in CROPS:
            step["type"] = "CenterCrop"
        if step["type"] == "DenseSampleFrames":
            step["num_sample_positions"] = 1
        elif step.get("clip_len", 1) > 1:  # else its clips are the frames of one
            step["num_clips"] = 1
        if "twice_sample" in step:
            step["twice_sample"] = False
    return found
