"""UT-Interaction's jobs, and one of them from clips to predictions."""

from pathlib import Path

import pytest

from smallbig_mm.configs import digest
from smallbig_mm.experiments import engine
from smallbig_mm.experiments.ut_interaction import (
    CONTROLS,
    NETWORKS,
    config,
    insert_after_sampling,
    jobs,
)
from smallbig_mm.records import store
from smallbig_mm.report.ut_interaction import top1

from ..videos import write_video

FOLDS = [f"fold{number}" for number in range(1, 6)]


def test_grid_leaves_out_what_says_nothing():
    made = jobs(Path("data"), NETWORKS, CONTROLS, ["fold1", "fold2"], [0])
    assert len({job.name for job in made}) == len(made) == 2 * (4 * 3 - 1)
    order = [list(CONTROLS).index(job.detail["control"]) for job in made]
    assert order == sorted(order)


def test_the_stored_runs_are_those_of_todays_jobs():
    made = jobs(Path("data"), NETWORKS, CONTROLS, FOLDS, [0])
    names = {job.name for job in made}
    stored = {
        record.id.rpartition("-")[0]
        for record in store.read_all()
        if record.id.startswith("ut_interaction/")
    }
    assert len(stored) == 40 and stored <= names


@pytest.mark.parametrize("network", NETWORKS)
def test_controls_act_in_training_and_testing_and_nothing_else_changes(network):
    plain, shuffled = config(network, "clip", "fold2"), config(network, "shuffled", "fold2")
    for loader in ("train_dataloader", "test_dataloader"):
        steps = shuffled[loader].dataset.pipeline
        types = [step["type"] for step in steps]
        assert types[1:3] == ["UniformSample", "ShuffleFrames"]
        assert steps[2]["test_mode"] is (loader == "test_dataloader")
        del steps[2]
    assert digest(plain) == digest(shuffled)
    assert plain.train_dataloader.dataset.ann_file == "fold2_train.txt"
    assert plain.test_dataloader.dataset.ann_file == "fold2_val.txt"


def test_a_learning_rate_changes_the_name():
    own, other = jobs(Path("data"), ["r23"], ["clip"], ["tune"], [0], [None, 1.0])
    assert own.name != other.name and other.cfg.optim_wrapper.optimizer.lr == 1.0


def test_a_control_needs_sampling():
    with pytest.raises(ValueError, match="needs UniformSample"):
        insert_after_sampling([dict(type="DecordInit")], dict(type="SingleFrame"))


def test_predictions_are_those_that_the_metric_saw(tmp_path):
    data = tmp_path / "data"
    clips = [f"kick/{number}_1_2" for number in range(5)]
    for number, clip in enumerate(clips):
        write_video(data / f"short88_every3/{clip}.mp4", seed=number, frames=8, size=(88, 96))
    lines = [f"{clip}.mp4 {number % 3}\n" for number, clip in enumerate(clips)]
    (data / "fold1_train.txt").write_text("".join(lines[:2]))
    (data / "fold1_val.txt").write_text("".join(lines[2:]))
    (job,) = jobs(data, ["r23"], ["single"], ["fold1"], [3])
    job.cfg.train_cfg.max_epochs = 1
    ((_, record, _),) = engine.run([job], tmp_path / "runs", tmp_path / "work", "typed")
    predictions = record.detail["predictions"]
    assert [row[:2] for row in predictions] == [[clips[2], 2], [clips[3], 0], [clips[4], 1]]
    assert top1(record) == pytest.approx(record.metrics["acc/top1"])
    assert (record.seed, record.detail["control"]) == (3, "single")
    assert record.config_sha256 == digest(job.cfg)  # keeping predictions is no part of it
