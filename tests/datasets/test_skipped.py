"""What a training skipped is counted over its processes and its starts."""

import json
from pathlib import Path

import pytest
from mmengine.config import Config
from mmengine.runner import Runner

from smallbig_mm.datasets.skipped import FILE, skipped

from ..tool import CONFIG, ROOT, run
from ..videos import write_dataset

TINY = (
    CONFIG
    + """
custom_hooks = [dict(type="SkippedVideos")]
val_cfg = val_dataloader = val_evaluator = None
train_dataloader["sampler"] = dict(type="DefaultSampler", shuffle=False)
"""
)


@pytest.fixture
def config(tmp_path) -> Path:
    write_dataset(tmp_path / "data", number=8)
    path = tmp_path / "tiny.py"
    path.write_text(TINY.format(configs=ROOT / "configs", data=tmp_path / "data"))
    return path


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
