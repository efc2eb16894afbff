"""Faults between processes and machines: what they may cost, and what they must say."""

import pytest

from .machines import (
    Run,
    absent_machine,
    dead_machine,
    free_port,
    killed_worker,
    nodes,
    skipped_videos,
    tiny,
    two_machines,
)


@pytest.mark.parametrize("rank", [0, pytest.param(1, marks=pytest.mark.slow)])
def test_a_machine_that_never_appears_is_waited_for_as_long_as_said(tmp_path, rank):
    seconds, code, line = absent_machine(tmp_path, rank, seconds=2)
    assert code == 1 and 2 < seconds < 60
    assert line.startswith("error: not all 2 machines met at MASTER_ADDR=127.0.0.1 within ")
    assert "DIST_TIMEOUT=2 s" in line and "NODE_RANK" in line


@pytest.mark.slow
def test_two_machines_train_to_the_loss_of_one_process(tmp_path):
    """The mean of two halves' gradients is the whole batch's, but for float32's rounding."""
    for step, one, two in two_machines(tmp_path):
        assert two == pytest.approx(one, rel=1e-5), step


@pytest.mark.slow
@pytest.mark.parametrize("machines", [1, 2])
@pytest.mark.parametrize("rank", [0, 1])
def test_a_killed_process_costs_the_steps_since_the_newest_checkpoint(tmp_path, rank, machines):
    """Killed in epoch 4, of two steps; the surviving process may have ended another step."""
    lost = killed_worker(tmp_path, rank, machines)
    assert (lost["restarts"], lost["steps"]) == (1, 40)
    assert lost["resumed_after_epoch"] in (3, 4) and lost["steps_lost"] <= 2


@pytest.mark.slow
def test_a_restart_does_not_go_on_with_an_earlier_trainings_checkpoint(tmp_path):
    """Killed before its first own one, it starts anew."""
    config, work_dir = tiny(tmp_path, 1), tmp_path / "run"
    earlier = Run(config, work_dir, PORT=free_port())
    assert earlier.wait() == 0, earlier.said()
    options = ["train_cfg.max_epochs=3", "default_hooks.checkpoint.interval=3"]
    run = Run(config, work_dir, options=options, PORT=free_port(), MAX_RESTARTS="1")
    run.until(4 + 3)  # the file goes on with the earlier training's
    run.kill(0)
    assert run.wait() == 0, run.said()
    (start,) = run.record().training.starts
    assert (start.epoch, start.restarts) == (0, 1)


@pytest.mark.slow
def test_a_machine_that_dies_ends_the_other(tmp_path):
    seconds, code, line = dead_machine(tmp_path)
    assert code == 1 and seconds < 60
    assert line.startswith("error: another process of this run ended, or did not answer for")


@pytest.mark.slow
@pytest.mark.parametrize("by_epoch", [True, False])
@pytest.mark.parametrize("start_method", ["fork", "spawn"])
def test_videos_skipped_on_machines_with_work_dirs_of_their_own_are_counted(
    tmp_path, start_method, by_epoch
):
    """Also in loader processes, and in those that started before any hook."""
    counted, named, broken = skipped_videos(tmp_path, start_method, by_epoch)
    assert counted == 3 and named == broken == {1, 4, 6}


@pytest.mark.slow
def test_a_checkpoint_that_only_one_machine_has_is_not_resumed_from(tmp_path):
    config = tiny(tmp_path, 1)
    first = Run(config, tmp_path / "run0", PORT=free_port())
    assert first.wait() == 0, first.said()
    options = ["resume=True", "train_cfg.max_epochs=2"]
    runs = [
        Run(config, tmp_path / f"run{rank}", options=options, **node)
        for rank, node in enumerate(nodes())
    ]
    for run in runs:
        assert run.wait() == 2
        assert "not every machine has the checkpoint" in run.said()
