"""Bad videos of val and test lists: all are named at once, and no figure is of a part of a list."""

import json
import pickle
from pathlib import Path

import cv2
import numpy as np
import pytest
from mmaction.datasets import PoseDataset

from smallbig_mm.datasets.undecodable import require_videos
from smallbig_mm.errors import VideoDecodeError
from smallbig_mm.records import store

from ..tool import run, run_here, write_config
from ..videos import write_dataset, write_video

ONE_EPOCH = "train_cfg = dict(max_epochs=1, val_interval=1)\n"


@pytest.fixture(scope="module")
def config(tmp_path_factory) -> Path:
    root = tmp_path_factory.mktemp("undecodable")
    write_dataset(root / "data", number=8)
    return write_config(root, root / "data", ONE_EPOCH)


@pytest.fixture(scope="module")
def checkpoint(config) -> Path:
    run_here("train", config, "--work-dir", config.parent / "good", cwd=config.parent)
    return config.parent / "good/epoch_1.pth"


@pytest.fixture
def videos(config):
    """The folder of the videos, mended after the test."""
    data = config.parent / "data"
    yield data
    for i in range(8):
        write_video(data / f"{i}.mp4", seed=i)


def records_of(config: Path, work_dir: Path) -> list[str]:
    return ["--work-dir", str(work_dir), "--records", str(work_dir / "records")]


def test_a_test_goes_through_the_list_and_names_all_that_are_bad(
    config, checkpoint, videos, tmp_path
):
    for i in (3, 5):
        (videos / f"{i}.mp4").write_text("no video\n" * 20)
    given = [config, checkpoint, *records_of(config, tmp_path), "--dump", tmp_path / "scores.pkl"]
    with pytest.raises(VideoDecodeError) as error:
        run_here("test", *given, cwd=tmp_path)
    message = str(error.value)
    assert message.startswith(f"2 of the 8 videos in {videos}/list.txt could not be decoded: ")
    assert all(f"{videos}/{i}.mp4: " in message for i in (3, 5))
    assert f"python tools/check_videos.py {videos}/list.txt --root {videos} " in message
    log = tmp_path / "undecodable_test.jsonl"
    assert [json.loads(line)["index"] for line in log.read_text().splitlines()] == [3, 5]
    (record,) = store.read_all(tmp_path / "records")
    assert record.metrics == f"not run: VideoDecodeError: {message}"
    assert not (tmp_path / "scores.pkl").exists()


def test_bad_videos_of_all_processes_are_in_one_error(config, checkpoint, videos, tmp_path):
    """Of eight videos, the first process has the even ones."""
    for i in (2, 3):
        (videos / f"{i}.mp4").write_text("no video\n" * 20)
    given = [config, checkpoint, 2, *records_of(config, tmp_path)]
    result = run("dist_test.sh", *given, PORT="29641")
    assert result.returncode != 0
    # the process that met none may say that the other one ended
    said = [line for line in result.stderr.splitlines() if line.startswith("error: ")]
    (line,) = {line for line in said if "of the 8 videos" in line}
    assert "2 of the 8 videos " in line
    assert all(f"{videos}/{i}.mp4: " in line for i in (2, 3))
    (record,) = store.read_all(tmp_path / "records")
    assert record.metrics == f"not run: VideoDecodeError: {line.removeprefix('error: ')}"


def test_skeletons_have_no_frames_to_look_for(tmp_path):
    """mmaction2's `PoseDataset`: its `frame_dir` is a name."""
    points = np.zeros((1, 10, 17, 2), np.float32)
    clip = dict(frame_dir="S001", total_frames=10, label=0, img_shape=(48, 64), keypoint=points)
    listed = tmp_path / "list.pkl"
    listed.write_bytes(pickle.dumps(dict(split=dict(val=["S001"]), annotations=[clip])))
    dataset = PoseDataset(str(listed), pipeline=[], split="val")
    require_videos(dataset, tmp_path / "undecodable_val.jsonl")
    assert not list(tmp_path.glob("*.jsonl"))


def test_missing_and_empty_videos_are_named_before_a_training_or_a_test(
    config, checkpoint, videos, tmp_path
):
    (videos / "1.mp4").unlink()
    (videos / "6.mp4").write_bytes(b"")
    with pytest.raises(VideoDecodeError, match=r"2 of the 8 .*/1.mp4: no such file; .*/6.mp4: the"):
        run_here("train", config, *records_of(config, tmp_path / "train"), cwd=tmp_path)
    assert not (tmp_path / "train/epoch_1.pth").exists()
    with pytest.raises(VideoDecodeError, match=r"2 of the 8 .*/1.mp4: no such file; .*/6.mp4: "):
        run_here("test", config, checkpoint, *records_of(config, tmp_path), cwd=tmp_path)
    assert store.read_all(tmp_path / "records") == []


def test_what_check_videos_found_is_known_before(config, checkpoint, videos, tmp_path):
    """Until the file is another one."""
    (videos / "4.mp4").write_text("no video\n" * 20)
    with pytest.raises(SystemExit, match="1"):
        run_here("check_videos", videos / "list.txt", "--root", videos, cwd=tmp_path)
    with pytest.raises(VideoDecodeError, match=r"^1 of the 8 .*/4.mp4: it cannot be decoded"):
        run_here("train", config, *records_of(config, tmp_path), cwd=tmp_path)
    write_video(videos / "4.mp4", frames=21)
    run_here("test", config, checkpoint, *records_of(config, tmp_path), cwd=tmp_path)
    assert "acc/top1" in store.read_all(tmp_path / "records")[-1].metrics


def test_a_validation_of_a_part_of_the_list_gives_no_figures_and_costs_no_training(
    config, videos, tmp_path
):
    (videos / "3.mp4").write_text("no video\n" * 20)
    run_here("train", config, *records_of(config, tmp_path), cwd=tmp_path)
    assert (tmp_path / "epoch_1.pth").is_file()
    assert not list(tmp_path.glob("best_*"))
    (record,) = store.read_all(tmp_path / "records")
    assert list(record.metrics) == ["train/loss"]
    assert record.detail["validation"].startswith("not run: 1 of the 8 videos ")
    assert [data.skipped for data in record.data] == [1, 1]
    (scalars,) = tmp_path.glob("*/vis_data/scalars.json")
    assert "acc/" not in scalars.read_text()


def test_a_list_of_which_nothing_can_be_decoded(config, checkpoint, videos, tmp_path):
    """Its ends tell before it starts, and who is to look for others."""
    for i in range(8):
        (videos / f"{i}.mp4").write_text("no video\n" * 20)
    with pytest.raises(VideoDecodeError, match=r"^2 of the 8 .*0.mp4.*7.mp4.*check_videos.py "):
        run_here("test", config, checkpoint, *records_of(config, tmp_path), cwd=tmp_path)


FRAMES = """
_base_ = "{config}"
sample = dict(type="SampleFrames", clip_len=4, frame_interval=1, test_mode=True)
pipeline = [sample, dict(type="RawFrameDecode"), *_base_.ends]
raw = dict(type="RawframeDataset", ann_file="{frames}/list.txt", pipeline=pipeline, test_mode=True,
           data_prefix=dict(img="{frames}"), filename_tmpl="{{:05}}.jpg")
test_dataloader = dict(dataset=dict(_delete_=True, **raw))
"""


def test_frames_that_are_fewer_than_listed_or_broken(config, checkpoint, tmp_path):
    """The first before, the second in the test."""
    for video in "abc":
        (tmp_path / "frames" / video).mkdir(parents=True)
        for number in range(1, 6):
            image = np.full((32, 32, 3), 90, np.uint8)
            cv2.imwrite(str(tmp_path / f"frames/{video}/{number:05}.jpg"), image)
    own = tmp_path / "frames.py"
    own.write_text(FRAMES.format(config=config, frames=tmp_path / "frames"))
    given = own, checkpoint, *records_of(config, tmp_path)
    listed = tmp_path / "frames/list.txt"
    listed.write_text("a 5 0\nb 7 1\nd 5 1\n")
    with pytest.raises(VideoDecodeError, match=r"^2 .*/b/00007.jpg: no such.*/d/00001.jpg: no "):
        run_here("test", *given, cwd=tmp_path)
    listed.write_text("a 5 0\nb 5 1\nc 5 1\na 5 0\n")
    for video in "bc":
        (tmp_path / f"frames/{video}/00003.jpg").write_text("no picture")
    with pytest.raises(VideoDecodeError, match=r"^2 .*/b/00003.jpg: it is no .*/c/00003.jpg: it "):
        run_here("test", *given, cwd=tmp_path)
