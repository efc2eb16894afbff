"""The UT-Interaction grid: its cells, records, resuming, failures and table."""

from __future__ import annotations

import time
from pathlib import Path
from statistics import mean

import pytest

from smallbig_mm.configs import digest
from smallbig_mm.datasets.ut_interaction import Clip, write_annotations
from smallbig_mm.experiments import ut_interaction as grid_module
from smallbig_mm.experiments.ut_interaction import (
    NETWORKS,
    Run,
    grid,
    insert_after_sampling,
    mean_by_lr,
    run_grid,
    sign_test,
    table,
    wilson,
)
from smallbig_mm.records import store
from smallbig_mm.records.schema import Record

CONFIGS = Path(__file__).resolve().parents[2] / "configs/ut_interaction"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    clips = [Clip(Path(f"kick/0_{s}_{c}.mp4"), s, c) for s in range(1, 21) for c in range(6)]
    write_annotations(clips, tmp_path / "data")
    return tmp_path / "data"


def fake_training(cfg) -> dict:
    if "inflate" in cfg.model.backbone:
        raise RuntimeError("no luck")
    rows = [(f"kick/{i}", 2, 2 if i % 3 else 1) for i in range(24)]
    count = dict.fromkeys(("attention_macs", "norm_ops", "pool_ops"), 0)
    count |= dict(clip=(8, 72, 72), params=1_000_000, macs=500_000_000)
    return dict(
        counts=[dict(count, uncounted={}, counter="by hand")],
        metrics=dict(top1=2 / 3, correct=16, clips=24),
        predictions=rows,
    )


def test_grid_leaves_out_what_says_nothing() -> None:
    runs = grid(NETWORKS, ["clip", "single", "shuffled"], ["fold1", "fold2"], [0])
    assert len(runs) == len(set(runs)) == 2 * (4 * 3 - 1)
    assert [run.control for run in runs] == sorted(
        (run.control for run in runs), key=["clip", "single", "shuffled"].index
    )


@pytest.mark.parametrize("network", NETWORKS)
def test_controls_act_in_training_and_testing_and_nothing_else_changes(network: str) -> None:
    plain = Run(network, "clip", "fold2", 0).config(CONFIGS)
    shuffled = Run(network, "shuffled", "fold2", 0).config(CONFIGS)
    for loader in ("train_dataloader", "test_dataloader"):
        steps = shuffled[loader].dataset.pipeline
        types = [step["type"] for step in steps]
        assert types[1:3] == ["UniformSample", "ShuffleFrames"]
        assert steps[2]["test_mode"] is (loader == "test_dataloader")
        del steps[2]
    assert digest(plain) == digest(shuffled)
    assert plain.train_dataloader.dataset.ann_file == "fold2_train.txt"
    assert plain.test_dataloader.dataset.ann_file == "fold2_val.txt"


def test_every_setting_changes_the_id() -> None:
    run = Run("r23", "clip", "fold1", 0)
    cfg = run.config(CONFIGS)
    longer = run.config(CONFIGS)
    longer.train_cfg.max_epochs += 1
    faster = Run("r23", "clip", "fold1", 0, lr=1.0)
    names = {run.name(cfg), run.name(longer), faster.name(faster.config(CONFIGS))}
    assert len(names) == 3


def test_a_control_needs_sampling() -> None:
    with pytest.raises(ValueError, match="needs UniformSample"):
        insert_after_sampling([dict(type="DecordInit")], dict(type="SingleFrame"))


def test_grid_resumes_and_survives_a_failing_run(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grid_module, "_train_and_test", fake_training)
    runs = grid(["r23", "r23_3d", "smallbig_r23"], ["clip"], ["fold1", "fold2"], [0])

    def go() -> list:
        return list(run_grid(runs, CONFIGS, data, tmp_path / "runs", tmp_path / "work"))

    first = go()
    assert len(list((tmp_path / "runs/ut_interaction").glob("*.json"))) == 6
    failed = [record for run, record, _ in first if run.network == "r23_3d"]
    assert [record.metrics for record in failed] == ["not run: RuntimeError: no luck"] * 2
    time.sleep(1)  # a failed run's second record has an id of its own, by its time
    for run, record, there in go():
        assert there is (run.network != "r23_3d")
        assert store.read(tmp_path / f"runs/{record.id}.json").detail["lr"] > 0

    text = table([record for _, record, _ in first], data)
    assert "| 3D R23 (3x1x1) | clip | not run: RuntimeError: no luck |" in text
    assert "| 2D R23 | clip | 1.00 | 0.500 | 66.7 | 0.0 |" in text
    assert "| 2D R23 | shuffled | not run: it averages" in text
    widths = {line.count("|") for line in text.splitlines() if line.startswith("|")}
    assert widths == {11}


def test_mean_by_lr() -> None:
    found = [
        (0.1, dict(top1=0.5)),
        (0.1, dict(top1=0.3)),
        (0.2, dict(top1=0.1)),
        (0.2, "not run: x"),
    ]
    records = [Record.model_construct(detail=dict(lr=lr), metrics=m) for lr, m in found]
    assert mean_by_lr(records) == {0.1: mean((0.5, 0.3)), 0.2: 0.1}


def test_statistics_by_hand() -> None:
    low, high = wilson(60, 120)
    assert low == pytest.approx(0.412, abs=1e-3) and high == pytest.approx(0.588, abs=1e-3)
    assert sign_test(0, 0) == 1
    assert sign_test(5, 0) == sign_test(0, 5) == pytest.approx(2 / 32)
    assert sign_test(8, 8) == 1
