"""What NumPy 2 refuses."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from smallbig_mm.compat import numpy2, repairs


def test_color_jitter_keeps_the_hue_in_range(monkeypatch: pytest.MonkeyPatch) -> None:
    from mmaction.datasets.transforms import ColorJitter

    np.random.seed(0)
    blue = np.zeros((2, 2, 3), np.uint8) + np.array([0, 0, 255], np.uint8)
    # Hue 120 of 180 + 127 = 247, that is 67: green with a trace of blue, not what 247 % 256 gives.
    assert ColorJitter.adjust_hue(blue, 0.5)[0, 0].argmax() == 1
    red = ColorJitter.adjust_hue(blue[..., ::-1], -0.05)
    assert red[0, 0].argmax() == 0
    assert red[0, 0, 2] > 0  # turned backwards, past zero
    clip = {"imgs": [blue] * 2}
    jittered = ColorJitter(hue=(-0.2, -0.1)).transform(clip)["imgs"]
    assert [frame.dtype for frame in jittered] == [np.uint8] * 2

    def upstream(img: Any, factor: float) -> Any:
        offset = int(factor * 255)
        return (img + offset) % 180

    if np.lib.NumpyVersion(np.__version__) >= "2.0.0":
        with pytest.raises(OverflowError):
            upstream(blue, -0.1)
    monkeypatch.setattr(ColorJitter, "adjust_hue", staticmethod(upstream))
    assert numpy2.jitter_hue_beyond_uint8() is not None
    assert numpy2.jitter_hue_beyond_uint8() is None


def test_np_inf_is_back_for_mmaction_alone() -> None:
    from mmaction.datasets.transforms import PoseCompact

    if repairs()["restore_np_inf"] is None:
        pytest.skip("this NumPy has np.Inf")
    keypoint = np.array([[[[10.0, 10.0], [30.0, 20.0]]]])
    done = PoseCompact(hw_ratio=1.0).transform({"img_shape": (48, 64), "keypoint": keypoint})
    assert done["img_shape"] != (48, 64)
    assert not hasattr(np, "Inf")
