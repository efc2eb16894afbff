"""What a record holds of a generated dataset tells datasets apart that have the same lists."""

import shutil

import pytest

from smallbig_mm.datasets import motion_shapes_files as files
from smallbig_mm.datasets.manifest import manifest_of
from smallbig_mm.errors import UserError


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    root = tmp_path_factory.mktemp("manifest")
    files.make_motion_shapes(root, 3, 2, seed=0, workers=1)
    return root


def test_same_list_other_seed(dataset, tmp_path):
    files.make_motion_shapes(tmp_path, 3, 2, seed=1, workers=1)
    assert (dataset / "train.txt").read_bytes() == (tmp_path / "train.txt").read_bytes()
    one, other = (manifest_of(root / "train.txt") for root in (dataset, tmp_path))
    assert one["videos"] != other["videos"] and (one["seed"], other["seed"]) == (0, 1)
    assert one["videos"] != manifest_of(dataset / "val.txt")["videos"]
    assert one["codec"] == files.default_codec() and one["versions"] == files.versions()
    assert one["sizes"] == dict(train=3, val=2)


def test_a_changed_or_missing_video_shows(dataset, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(dataset, copy)
    before = manifest_of(copy / "train.txt")
    assert before == manifest_of(dataset / "train.txt")  # wherever it lies
    video = copy / files.video_path("train", 1)
    video.write_bytes(video.read_bytes() + b"x")
    changed = manifest_of(copy / "train.txt")
    video.unlink()
    lost = manifest_of(copy / "train.txt")
    assert len({found["videos"] for found in (before, changed, lost)}) == 3


def test_other_lists_and_folders_have_none(dataset, tmp_path):
    (dataset / "own.txt").write_text("train/000/000000.mp4 0\n")
    assert manifest_of(dataset / "own.txt") is None
    assert manifest_of(tmp_path / "train.txt") is None
    (tmp_path / "manifest.json").write_text("{")
    with pytest.raises(UserError, match=r"manifest\.json: cannot be read"):
        manifest_of(tmp_path / "train.txt")


def test_other_versions_may_not_complete_what_they_did_not_begin(dataset, tmp_path, monkeypatch):
    copy = tmp_path / "copy"
    shutil.copytree(dataset, copy)
    began = manifest_of(copy / "train.txt")
    monkeypatch.setattr(files, "versions", lambda: dict(av="0.1"))
    assert files.make_motion_shapes(copy, 3, 2) == 0  # whole already
    assert manifest_of(copy / "train.txt") == began
    (copy / files.video_path("train", 1)).unlink()
    with pytest.raises(ValueError, match=r"with versions .* choose another folder"):
        files.make_motion_shapes(copy, 3, 2)
