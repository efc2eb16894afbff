"""What a training skipped is counted over its processes and its starts."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from mmengine.config import Config
from mmengine.hooks import Hook
from mmengine.runner import Runner

from smallbig_mm.datasets.skipped import FILE, skipped

from ..tool import run, write_config
from ..videos import write_dataset

IN_ORDER = """
custom_hooks = [dict(type="SkippedVideos")]
val_cfg = val_dataloader = val_evaluator = None
train_dataloader["sampler"] = dict(type="DefaultSampler", shuffle=False)
"""


@pytest.fixture
def config(tmp_path) -> Path:
    write_dataset(tmp_path / "data", number=8)
    return write_config(tmp_path, tmp_path / "data", IN_ORDER)


def break_videos(config: Path, *numbers: int) -> None:
    for number in numbers:
        (config.parent / f"data/{number}.mp4").write_bytes(b"")


def train(config: Path, work_dir: Path, epochs: int, **options) -> None:
    cfg = Config.fromfile(config)
    cfg.merge_from_dict({"train_cfg.max_epochs": epochs, **options})
    cfg.work_dir, cfg.experiment_name = str(work_dir), f"{work_dir}_{epochs}"
    Runner.from_cfg(cfg).train()


def test_videos_that_the_second_process_skipped_are_counted(config, tmp_path):
    """Of eight videos in their order, the first process has the even ones, and meets no broken."""
    break_videos(config, 1, 3)
    options = ["--no-validate", "--cfg-options", "train_cfg.max_epochs=1"]
    result = run("dist_train.sh", config, 2, "--work-dir", tmp_path / "run", *options, PORT="29631")
    assert result.returncode == 0, result.stderr
    assert skipped(tmp_path / "run") == 2
    lines = [json.loads(line) for line in (tmp_path / "run" / FILE).read_text().splitlines()]
    assert {line["index"]: line["why"] for line in lines} == {
        index: f"{config.parent}/data/{index}.mp4: the file is empty" for index in (1, 3)
    }
    assert {line["list"] for line in lines} == {str(config.parent / "data/list.txt")}


def test_a_resumed_training_goes_on_counting_and_a_new_one_does_not(config, tmp_path):
    break_videos(config, 2)
    train(config, tmp_path / "run", 1)
    assert skipped(tmp_path / "run") == 1
    break_videos(config, 5)
    train(config, tmp_path / "run", 2, resume=True)  # meets both
    assert skipped(tmp_path / "run") == 2
    write_dataset(config.parent / "data", number=8)
    train(config, tmp_path / "run", 1)
    assert skipped(tmp_path / "run") == 0


WRAPPED = """
_base_ = "{config}"
inner = _base_.train_dataloader.dataset
train_dataloader = dict(
    num_workers=1,
    dataset=dict(
        _delete_=True,
        type="ConcatDataset",
        datasets=[
            dict(type="RepeatDataset", times=2, dataset=inner),
            dict(inner, ann_file="{data}/other.txt"),
        ],
    ),
)
"""


@pytest.mark.parametrize("by_epoch", [True, False])
def test_wrapped_datasets_and_loader_processes(config, tmp_path, by_epoch):
    """Those of an iteration-based training start before any hook."""
    break_videos(config, 4)
    (tmp_path / "data/other.txt").write_text("0.mp4 0\n4.mp4 0\n")
    wrapped = tmp_path / "wrapped.py"
    wrapped.write_text(WRAPPED.format(config=config, data=tmp_path / "data"))
    loop = dict(type="IterBasedTrainLoop", max_iters=10)
    options = {} if by_epoch else {"train_cfg": dict(_delete_=True, **loop)}
    train(wrapped, tmp_path / "run", 1, **options)
    assert skipped(tmp_path / "run") == 2  # the same video in two lists


def test_without_the_hook_nothing_is_known(tmp_path):
    assert skipped(tmp_path) == 0


FRAMES = """
_base_ = "{config}"
sample = dict(type="SampleFrames", clip_len=4, frame_interval=1)
pipeline = [sample, dict(type="RawFrameDecode"), *_base_.ends]
raw = dict(type="RawframeDataset", ann_file="{frames}/list.txt", pipeline=pipeline,
           data_prefix=dict(img="{frames}"), filename_tmpl="{{:05}}.jpg")
train_dataloader = dict(num_workers=1, dataset=dict(_delete_=True, **raw))
train_cfg = dict(_delete_=True, type="IterBasedTrainLoop", max_iters=10)
"""


class Stops(Hook):
    def after_train_iter(self, runner, batch_idx, data_batch=None, outputs=None) -> None:
        if batch_idx == 3:
            raise KeyboardInterrupt


def test_frames_skipped_before_a_training_was_stopped_are_counted(config, tmp_path):
    """In loader processes that started before any hook, and without `after_train`."""
    for video in "abcd":
        (tmp_path / "frames" / video).mkdir(parents=True)
        for number in range(1, 5):
            image = np.full((32, 32, 3), 90, np.uint8)
            cv2.imwrite(str(tmp_path / f"frames/{video}/{number:05}.jpg"), image)
    (tmp_path / "frames/list.txt").write_text("".join(f"{video} 4 0\n" for video in "abcd"))
    (tmp_path / "frames/a/00002.jpg").unlink()
    (tmp_path / "frames/d/00003.jpg").write_text("no picture")
    own = tmp_path / "frames.py"
    own.write_text(FRAMES.format(config=config, frames=tmp_path / "frames"))
    cfg = Config.fromfile(own)
    cfg.work_dir, cfg.experiment_name = str(tmp_path / "run"), str(tmp_path)
    runner = Runner.from_cfg(cfg)
    runner.register_hook(Stops())
    with pytest.raises(KeyboardInterrupt):
        runner.train()
    assert skipped(tmp_path / "run") == 2


def test_a_line_cut_short_does_not_cost_the_count(tmp_path):
    line = json.dumps(dict(list="list.txt", index=3, why="the file is empty"))
    (tmp_path / FILE).write_text(f"{line}\n{line[:20]}{line}\n{line[:9]}")
    assert skipped(tmp_path) == 1
