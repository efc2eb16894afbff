"""Clips for int8: those that a test would see of a list's videos, one of each."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from mmengine.config import Config
from mmengine.registry import init_default_scope

from smallbig_mm.deploy.calibration import CalibrationClips
from smallbig_mm.errors import UserError

from ..tool import write_config
from ..videos import write_dataset
from .test_recogniser import build

VIDEOS = 8


@pytest.fixture(scope="module")
def config(tmp_path_factory) -> Path:
    root = tmp_path_factory.mktemp("calibration")
    write_dataset(root / "data", number=VIDEOS)
    (root / "data/2.mp4").write_text("no video")
    return write_config(root, root / "data")


@pytest.fixture
def cfg(config) -> Config:
    init_default_scope("mmaction")
    return Config.fromfile(config)


def test_clips_are_a_view_each_as_the_network_gets_them(cfg):
    clips = CalibrationClips(build("I3D"), cfg, Path(cfg.data.ann_file), 6)
    first, again = list(clips), list(clips)  # NNCF goes through them more than once
    assert len(first) == 6
    assert all(clip.shape == (1, 3, 4, 32, 32) and clip.dtype == torch.float32 for clip in first)
    assert all(map(torch.equal, first, again))
    assert len({clip.sum().item() for clip in first}) == 6
    assert max(clip.abs().max() for clip in first) < 2.6  # normalised
    same = CalibrationClips(build("I3D"), cfg, Path(cfg.data.ann_file), 6)
    assert all(map(torch.equal, first, same))


def test_views_come_in_turn_from_all_clips_and_crops(cfg, tmp_path):
    listed = tmp_path / "one.txt"
    listed.write_text("0.mp4 0\n" * 4)  # of which the pipeline takes two clips
    one, other, *rest = CalibrationClips(build("I3D"), cfg, listed, 4)
    assert not torch.equal(one, other)
    assert all(map(torch.equal, (one, other), rest))


def test_frames_of_a_2d_recogniser_come_in_clips(cfg):
    for step in cfg.test_dataloader.dataset.pipeline:
        if step.type == "FormatShape":
            step.input_format = "NCHW"
    (clip,) = CalibrationClips(build("TSM"), cfg, Path(cfg.data.ann_file), 1)
    assert clip.shape == (1, 4, 3, 32, 32)


def test_videos_that_cannot_be_decoded_are_passed_over_but_not_made_up_for(cfg):
    path = Path(cfg.data.ann_file)
    assert len([*CalibrationClips(build("I3D"), cfg, path, VIDEOS - 1)]) == VIDEOS - 1
    with pytest.raises(UserError, match=r"list\.txt: 7 of its 8 videos .*--calibration-clips 8"):
        list(CalibrationClips(build("I3D"), cfg, path, VIDEOS))


def test_a_list_elsewhere_names_the_configs_videos(cfg, tmp_path):
    """Without labels, too; one whose videos are nowhere says where they were looked for."""
    listed = tmp_path / "own.txt"
    listed.write_text("0.mp4\n1.mp4\n")
    assert len([*CalibrationClips(build("I3D"), cfg, listed, 2)]) == 2
    listed.write_text("none.mp4 0\n")
    with pytest.raises(UserError, match=r"own\.txt: its first video is none of .*data/none\.mp4"):
        CalibrationClips(build("I3D"), cfg, listed, 1)
    for split in ("train", "val", "test"):
        cfg[f"{split}_dataloader"].dataset.pop("type")
    with pytest.raises(UserError, match=r"tiny\.py has no dataset that tells"):
        CalibrationClips(build("I3D"), cfg, listed, 1)
