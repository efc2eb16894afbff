"""`DecordInit` gives the frames of sequential decoding, from any storage."""

from pathlib import Path

import numpy as np
import pytest
from mmaction.datasets.transforms import DecordDecode, DecordInit
from mmengine.fileio import BaseStorageBackend, FileClient

from smallbig_mm.errors import VideoDecodeError

from ..reading.corpus import picture, write
from ..videos import write_video


class Vault(BaseStorageBackend):
    """Files by number."""

    def __init__(self, folder: str) -> None:
        self.folder = folder

    def get(self, filepath):
        return Path(self.folder, filepath).read_bytes()

    get_text = get


def frames(path: object, indices: list[int], mode: str = "accurate", **init: object) -> np.ndarray:
    results = DecordInit(**init).transform(dict(filename=str(path)))
    results["frame_inds"] = np.array(indices)
    return np.stack(DecordDecode(mode=mode).transform(results)["imgs"])


@pytest.mark.parametrize("name", ["a.mp4", "b.avi"])
@pytest.mark.parametrize("mode", ["accurate", "efficient"])
def test_frames_are_those_asked_for(tmp_path, name, mode):
    file = write(tmp_path / name, b_frames=2)  # decord misreads the AVI
    wanted = [50, 3, 3, 17]
    found = frames(file, wanted, mode)
    assert np.abs(found - np.stack([picture(n) for n in wanted]).astype(int)).mean() < 8


def test_another_storage_gives_the_same_frames(tmp_path):
    FileClient.register_backend("vault", Vault, force=True)
    write(tmp_path / "a.avi", b_frames=2)
    there = frames("a.avi", [5, 20], io_backend="vault", folder=str(tmp_path))
    assert np.array_equal(there, frames(tmp_path / "a.avi", [5, 20]))


def test_a_name_without_a_suffix_is_the_file_or_else_the_mp4(tmp_path):
    write_video(tmp_path / "a.mp4", frames=3)
    (tmp_path / "bare").write_bytes((tmp_path / "a.mp4").read_bytes())
    assert np.array_equal(frames(tmp_path / "bare", [1]), frames(tmp_path / "a", [1]))


def test_a_decoder_that_there_is_not(tmp_path):
    with pytest.raises(ValueError, match="decoder='ffmpeg' is none of auto, decord, pyav"):
        DecordInit(decoder="ffmpeg")


def test_decord_is_forced(tmp_path):
    """Without a check, so that what it returns can be studied."""
    file = write(tmp_path / "a.avi", b_frames=2)
    assert not np.array_equal(frames(file, [30, 41], decoder="decord"), frames(file, [30, 41]))
    write_video(tmp_path / "narrow.mp4", size=(64, 72))  # decord fails on this width
    with pytest.raises(VideoDecodeError, match=r"narrow\.mp4"):
        frames(tmp_path / "narrow.mp4", [0], decoder="decord")
    assert frames(tmp_path / "narrow.mp4", [0]).shape == (1, 64, 72, 3)
