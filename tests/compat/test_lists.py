"""mmaction2's datasets, which read lists as `annotations` does."""

import pytest
import torch
from mmaction.datasets import RawframeDataset, VideoDataset

from smallbig_mm.errors import UserError


def test_videos(tmp_path):
    file = tmp_path / "list.txt"
    file.write_bytes("\ufeffb a (2).mp4 1\r\n\r\n/abs/c.mp4\t0\r\n".encode("utf-16"))
    found = VideoDataset("list.txt", [], data_root=str(tmp_path), data_prefix=dict(video="v"))
    assert [(d["filename"], d["label"]) for d in map(found.get_data_info, range(2))] == [
        (f"{tmp_path}/v/b a (2).mp4", 1),
        ("/abs/c.mp4", 0),
    ]
    file.write_text("a.mp4\n")
    assert VideoDataset(str(file), [], test_mode=True).get_data_info(0)["label"] == -1


def test_frames(tmp_path):
    file = tmp_path / "list.txt"
    file.write_text("1 16 0\nmy clip 24 3\n\n")
    found = RawframeDataset(str(file), [], data_prefix=dict(img="/f")).get_data_info(1)
    assert (found["frame_dir"], found["total_frames"], found["label"]) == ("/f/my clip", 24, 3)
    file.write_text("1 5 16 2\n")
    found = RawframeDataset(str(file), [], with_offset=True).get_data_info(0)
    assert (found["offset"], found["total_frames"], found["label"]) == (5, 16, 2)


def test_several_labels_and_none(tmp_path):
    """Without labels mmaction2 marked the last class."""
    file = tmp_path / "list.txt"
    several = dict(multi_class=True, num_classes=4)
    for text, wanted in (("1 16 0 2\n", [1, 0, 1, 0]), ("1 16\n", [0, 0, 0, 0])):
        file.write_text(text)
        label = RawframeDataset(str(file), [], **several).get_data_info(0)["label"]
        assert torch.equal(label, torch.tensor(wanted).float())
    file.write_text("1 16 9 2\n")
    with pytest.raises(UserError, match="line 1: label '9'"):
        RawframeDataset(str(file), [], **several)
