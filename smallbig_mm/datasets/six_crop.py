"""Six crops of a clip, for networks that are tested with six."""

from __future__ import annotations

import numpy as np
from mmaction.registry import TRANSFORMS
from mmcv.transforms import BaseTransform


@TRANSFORMS.register_module()
class SixCrop(BaseTransform):
    """Cut six squares at equal distances along the longer side, as `ThreeCrop` cuts three.

    Required keys are `imgs`; added or modified are `imgs`, all frames of the first crop first, and
    `img_shape`.

    Args:
        crop_size: side of a square in pixels, the shorter side of the frames.
    """

    def __init__(self, crop_size: int) -> None:
        self.crop_size = crop_size

    def transform(self, results: dict) -> dict:
        """Cut the clip.

        Raises:
            ValueError: if the frames' shorter side is not `crop_size`.
        """
        size, (height, width) = self.crop_size, results["imgs"][0].shape[:2]
        if min(height, width) != size:
            raise ValueError(
                f"SixCrop of {size} from frames of {width}x{height}: resize their shorter side to "
                f"{size} first, dict(type='Resize', scale=(-1, {size}))"
            )
        tops = np.linspace(0, height - size, 6).astype(int)
        lefts = np.linspace(0, width - size, 6).astype(int)
        results["imgs"] = [
            image[top : top + size, left : left + size]
            for top, left in zip(tops, lefts, strict=True)
            for image in results["imgs"]
        ]
        results["img_shape"] = (size, size)
        return results

    def __repr__(self) -> str:
        return f"{type(self).__name__}(crop_size={self.crop_size})"
