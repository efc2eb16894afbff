"""A cached video is the video, and is decoded once."""

import numpy as np
import pytest
from mmaction.datasets.transforms import DecordDecode, DecordInit

from smallbig_mm.datasets import CachedDecordInit
from smallbig_mm.errors import VideoDecodeError

from ..videos import write_video


def frames(reader, path, indices) -> np.ndarray:
    results = reader.transform(dict(filename=str(path)))
    total, fps = results["total_frames"], results["avg_fps"]
    decoded = DecordDecode().transform(dict(results, frame_inds=np.array(indices)))
    return np.stack(decoded["imgs"]), total, fps


def test_same_frames_decoded_once(tmp_path):
    path = tmp_path / "a.mp4"
    write_video(path, frames=9)
    plain, cached = DecordInit(), CachedDecordInit()
    for indices in ([0, 3, 8], [5, 5], [8, 0]):
        (a, *facts), (b, *same) = frames(plain, path, indices), frames(cached, path, indices)
        assert np.array_equal(a, b) and facts == same
    path.unlink()
    assert len(frames(CachedDecordInit(), path, [1, 2])[0]) == 2


def test_a_broken_video_is_named(tmp_path):
    path = tmp_path / "b.mp4"
    path.touch()
    with pytest.raises(VideoDecodeError, match=r"b\.mp4: the file is empty"):
        CachedDecordInit().transform(dict(filename=str(path)))
