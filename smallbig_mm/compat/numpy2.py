"""Code of mmaction2 that NumPy 2 refuses."""

from __future__ import annotations

import functools
import inspect
from types import ModuleType
from typing import Any


def jitter_hue_beyond_uint8() -> str | None:
    """Shift hues in a type that holds negative numbers and sums above 255.

    mmaction2's `ColorJitter` adds an offset of -127 to 127 to uint8, which NumPy 2 refuses below
    zero and wraps above 255. https://github.com/pytorch/vision/issues/8536 is the same fault.
    """
    import numpy as np
    from mmaction.datasets.transforms import ColorJitter

    pixel = np.array([[[255, 0, 128]]], np.uint8)
    try:
        ColorJitter.adjust_hue(pixel, -0.1)
        if np.array_equal(ColorJitter.adjust_hue(pixel, 0.5), _adjust_hue(pixel, 0.5)):
            return None
    except OverflowError:
        pass
    ColorJitter.adjust_hue = staticmethod(_adjust_hue)
    return "ColorJitter: hues no longer overflow uint8"


def _adjust_hue(img: Any, factor: float) -> Any:
    """Turn the hues of an RGB image (H, W, 3) in 0..255 by `factor` * 255 of OpenCV's 180 steps."""
    import cv2
    import numpy as np

    hsv = cv2.cvtColor(np.clip(img, 0, 255).astype(np.uint8), cv2.COLOR_RGB2HSV)
    hsv[..., 0] = (hsv[..., 0].astype(np.int16) + int(factor * 255)) % 180
    return cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB).astype(np.float32)


def restore_np_inf() -> str | None:
    """Give mmaction2's modules that write `np.Inf` a NumPy that has it, and nobody else.

    NumPy 2.0 removed the name: https://numpy.org/doc/stable/numpy_2_0_migration_guide.html
    """
    import numpy as np

    if hasattr(np, "Inf"):
        return None
    from mmaction.datasets.transforms import pose_transforms
    from mmaction.utils import misc

    in_need = [
        module
        for module in (misc, pose_transforms)
        if "np.Inf" in inspect.getsource(module) and not hasattr(module.np, "Inf")
    ]
    if not in_need:
        return None
    shim = ModuleType("numpy")
    shim.__dict__.update(Inf=np.inf, __getattr__=functools.partial(getattr, np))
    for module in in_need:
        setattr(module, "np", shim)  # noqa: B010  (a plain assignment is unknown to mypy)
    return "np.Inf is back for mmaction2's pose transforms"
