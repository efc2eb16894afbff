"""Six crops: where they lie, and in which order their frames come."""

import numpy as np
import pytest
from mmaction.datasets.transforms import FormatShape

from smallbig_mm.datasets import SixCrop


@pytest.mark.parametrize("wide", [True, False])
def test_equally_far_apart_from_one_end_to_the_other(wide):
    """Each pixel is its place along the longer side, and its frame."""
    place = np.broadcast_to(np.arange(14)[None, :], (4, 14))
    frames = [np.stack([place, np.full_like(place, t), place], axis=2) for t in range(2)]
    if not wide:
        frames = [frame.swapaxes(0, 1) for frame in frames]
    found = SixCrop(4)(dict(imgs=frames))["imgs"]
    assert [image.shape for image in found] == [(4, 4, 3)] * 12
    assert [image[0, 0, 0] for image in found] == [0, 0, 2, 2, 4, 4, 6, 6, 8, 8, 10, 10]
    assert [image[0, 0, 1] for image in found] == [0, 1] * 6
    # what mmaction2 makes of them: a batch of six clips
    results = FormatShape("NCTHW")(dict(imgs=np.stack(found), num_clips=1, clip_len=2))
    assert results["imgs"].shape == (6, 3, 2, 4, 4)
    assert results["imgs"][:, 0, 0, 0, 0].tolist() == [0, 2, 4, 6, 8, 10]


def test_frames_of_another_size_are_refused():
    with pytest.raises(ValueError, match="SixCrop of 4 from frames of 14x5: resize"):
        SixCrop(4)(dict(imgs=[np.zeros((5, 14, 3))]))
