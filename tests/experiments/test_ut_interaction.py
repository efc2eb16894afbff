"""UT-Interaction's jobs, and one of them from clips and weights to predictions."""

import json
import sys

import pytest
from mmaction.registry import MODELS
from mmengine.registry import init_default_scope

from smallbig_mm.commands import run_ut_interaction
from smallbig_mm.compat.precision import has_bfloat16
from smallbig_mm.configs.identity import digest
from smallbig_mm.datasets.ut_interaction import SHAPE_ONLY
from smallbig_mm.errors import UserError
from smallbig_mm.experiments import engine
from smallbig_mm.experiments.ut_interaction import NETWORKS, TUNE, config, jobs
from smallbig_mm.records import store
from smallbig_mm.report.ut_interaction import hits, top1

from ..videos import write_video

FOLDS = [f"fold{number}" for number in range(1, 6)]


@pytest.fixture
def data(tmp_path):
    (tmp_path / SHAPE_ONLY).write_text(json.dumps({"length": 0.3}))
    return tmp_path


def test_a_seed_of_all_networks_comes_before_the_next(data):
    made = jobs(data, NETWORKS, FOLDS, [0, 1])
    assert len({job.name for job in made}) == len(made) == 2 * 9 * 5
    assert [job.seed for job in made] == [0] * 45 + [1] * 45
    assert [job.detail["network"] for job in made[:45:5]] == list(NETWORKS)
    assert [job.detail["part"] for job in made[:5]] == FOLDS
    fold2 = made[1].cfg
    assert fold2.train_dataloader.dataset.ann_file == "fold2_train.txt"
    assert fold2.test_dataloader.dataset.ann_file == "fold2_val.txt"


def test_the_stored_runs_are_those_of_todays_jobs(data):
    lrs = (1e-4, 2e-4, 5e-4, 1e-3)
    names = {
        job.name
        for float32 in (False, True)
        for job in (
            *jobs(data, NETWORKS, FOLDS, range(3), float32=float32),
            *jobs(data, NETWORKS, [TUNE], [0], lrs, float32=float32),
        )
    }
    stored = {
        record.id.rpartition("-")[0]
        for record in store.read_all()
        if record.id.startswith("ut_interaction/")
    }
    assert stored <= names


def test_every_network_is_a_digest_of_its_own():
    assert len({digest(config(network, "fold1")) for network in NETWORKS}) == len(NETWORKS)


def test_tuning_has_no_test_clips_and_no_controls(data):
    own, other = jobs(data, ["r23"], [TUNE], [0], [None, 1.0])
    assert own.name != other.name and other.cfg.optim_wrapper.optimizer.lr == 1.0
    assert own.cfg.test_dataloader.dataset.ann_file == "tune_val.txt"
    assert own.cfg.controls == {} != config("r23", "fold1").controls


def test_weights_in_a_file_are_the_config_s_own():
    """Their place is none of what makes the figure."""
    given = config("r23", "fold1", pretrained="some.pth")
    assert given.model.backbone.pretrained == "some.pth"
    assert digest(given) == digest(config("r23", "fold1"))


@pytest.mark.parametrize("network", NETWORKS)
def test_what_starts_without_effect_learns_fast(network):
    """Every batch norm that starts at zero, every unit beside a convolution, and the head."""
    cfg = config(network, "fold1")
    cfg.model.backbone.pretrained = None
    init_default_scope("mmaction")
    model = MODELS.build(cfg.model)
    model.init_weights()
    keys = cfg.optim_wrapper.paramwise_cfg.custom_keys
    units = {name for name, _ in model.backbone.named_units() if not name.endswith(("1", "2", "3"))}
    for name, tensor in model.named_parameters():
        new = any(f"{unit}." in name for unit in units) or name.startswith("cls_head")
        if "big_bn" in name or (name.endswith("weight") and tensor.ndim == 1 and not tensor.any()):
            new = True
        assert any(key in name for key in keys) is new, name


def test_float32_is_recorded_apart(data):
    half, single = (jobs(data, ["r23"], ["fold1"], [0], float32=own)[0] for own in (False, True))
    assert half.name != single.name
    assert (half.detail["precision"], single.detail["precision"]) == ("bfloat16", "float32")
    assert (
        single.cfg.optim_wrapper.type == "OptimWrapper" and "dtype" not in single.cfg.optim_wrapper
    )


def test_a_processor_without_bfloat16_is_told_of_float32(data, monkeypatch):
    (data / "fold1_train.txt").write_text("")
    monkeypatch.setattr(run_ut_interaction, "has_bfloat16", lambda: False)
    monkeypatch.setattr(sys, "argv", ["run_ut_interaction.py", "--data", str(data)])
    with pytest.raises(UserError, match="no bfloat16: give --fp32"):
        run_ut_interaction.main()


def test_a_job_is_tested_on_clips_and_on_controls(data):
    clips = [f"kick/{number}_1_2" for number in range(5)]
    for number, clip in enumerate(clips):
        write_video(data / f"short128_every3/{clip}.mp4", seed=number, frames=8, size=(64, 72))
    lines = [f"{clip}.mp4 {number % 3}\n" for number, clip in enumerate(clips)]
    (data / "fold1_train.txt").write_text("".join(lines[:2]))
    (data / "fold1_val.txt").write_text("".join(lines[2:]))
    (job,) = jobs(data, ["tsm_r23"], ["fold1"], [3], float32=not has_bfloat16())
    job.cfg.merge_from_dict({"model.backbone.pretrained": None, "train_cfg.max_epochs": 1})
    job.cfg.merge_from_dict({"model.backbone.base_channels": 8, "model.cls_head.in_channels": 256})
    ((_, record, _),) = engine.run([job], data / "runs", data / "work", "typed")
    predictions = record.detail["predictions"]
    assert [row[:2] for row in predictions] == [[clips[2], 2], [clips[3], 0], [clips[4], 1]]
    assert top1(record) == pytest.approx(record.metrics["acc/top1"])
    assert set(record.detail["controls"]) == {"single", "shuffled", "reversed"}
    for control, rows in record.detail["controls"].items():
        assert [row[:2] for row in rows] == [row[:2] for row in predictions]
        right = hits([record], control).values()
        assert sum(right) / 3 == pytest.approx(record.metrics[f"{control}/acc/top1"])
    assert record.env["dtype"] == job.detail["precision"] == record.training.starts[0].precision
    assert record.seed == 3 and record.detail["shape_only"] == {"length": 0.3}
    assert record.config_sha256 == digest(job.cfg)  # keeping predictions is no part of it


def test_records_name_the_data_as_they_were_given(data, monkeypatch):
    """Not by where a checkout happens to lie."""
    (data / "fold1_train.txt").write_text("")
    monkeypatch.chdir(data.parent)
    monkeypatch.setattr(sys, "argv", ["run_ut_interaction.py", "--fp32", "--data", data.name])
    todo = []
    monkeypatch.setattr(engine, "run", lambda jobs, *_: todo.extend(jobs) or [])
    run_ut_interaction.main()
    assert {job.cfg.test_dataloader.dataset.data_root for job in todo} == {data.name}


def test_missing_weights_are_said_before_anything_runs(data, monkeypatch):
    (data / "fold1_train.txt").write_text("")
    arguments = ["--fp32", "--data", str(data), "--pretrained", str(data / "none.pth")]
    monkeypatch.setattr(sys, "argv", ["run_ut_interaction.py", *arguments])
    with pytest.raises(UserError, match=r"none\.pth: no such file; leave --pretrained out"):
        run_ut_interaction.main()
