"""Eight-bit integers in OpenVINO: post-training quantisation by NNCF, on clips."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterable
from contextlib import redirect_stdout
from typing import Any

from torch import Tensor

from ..errors import UserError
from .packages import load


def quantise(model: Any, calibration: Iterable[Tensor]) -> Any:
    """An OpenVINO model with weights and activations in eight bits where NNCF's defaults say so.

    Args:
        model: an `openvino.Model`, which takes clips of any batch.
        calibration: clips of the shape that the model takes, all of which are used; they are gone
            through more than once.

    Raises:
        UserError: if there is no clip, or NNCF is not installed.
    """
    number = sum(1 for _ in calibration)
    if not number:
        raise UserError("int8: there is no clip to calibrate on")
    os.environ.setdefault("NNCF_CI", "1")  # else NNCF tells Google Analytics that it is used
    with redirect_stdout(sys.stderr):  # for its progress
        nncf = load("nncf", "int8")
        nncf.set_log_level(logging.ERROR)
        clips = nncf.Dataset(calibration, lambda clip: clip.cpu().numpy())
        return nncf.quantize(model, clips, subset_size=number)
