"""What a person reads of a training and a test; the log file has it all."""

import os
import re
from pathlib import Path

import pytest

from smallbig_mm import screen
from smallbig_mm.progress import Clock

from .tool import run, run_here, write_config
from .videos import write_dataset

TIME = r"\d:\d\d:\d\d"


@pytest.fixture(scope="module")
def config(tmp_path_factory) -> Path:
    root = tmp_path_factory.mktemp("screen")
    write_dataset(root / "data", number=4)
    return write_config(root, root / "data")


@pytest.fixture
def told(config, tmp_path, capsys):
    """Runs a tool in this process; what it printed, and its log file."""

    def call(
        tool: str, *given, config: Path = config, options: tuple[str, ...] = ()
    ) -> tuple[list[str], str]:
        before = set(tmp_path.glob("run/*/*.log"))
        name = f"experiment_name=n{os.urandom(4).hex()}"  # mmengine's loggers are one a name
        capsys.readouterr()
        where = ["--work-dir", tmp_path / "run", "--cfg-options", name, *options]
        run_here(tool, config, *given, *where, cwd=tmp_path)
        (log,) = set(tmp_path.glob("run/*/*.log")) - before
        return capsys.readouterr().out.splitlines(), log.read_text()

    return call


def test_a_training_and_a_test_are_a_screen(told, config, tmp_path):
    said, log = told("train", options=("train_cfg.val_interval=1",))
    text = "\n".join(said)
    assert f"Training {config}" in said[:5] and len(said) < 25
    assert re.search(
        r"network +ResNet3dSmallBig, depth 23, .*; 0\.\d\d M parameters, 0\.\d+ GMAC", text
    )
    assert f"data        4 videos of {config.parent}/data/list.txt, 2 classes" in text
    assert "2 clips x 1 crop a video" in text and "4 frames 2 apart, 32 x 32" in text
    assert "2 epochs of 2 steps, SGD (momentum 0.9, weight_decay 0.0001)" in text
    assert "Batch 2 = 2 x 1 processes x 1 accumulated; learning rate 0.02" in text
    first, last = (line for line in said if line.startswith("epoch "))
    numbers = r"loss \d+\.\d{4}  lr \S+  top1 \S+  top5 1  mean1 \S+"
    assert re.fullmatch(rf"epoch 1/2  {numbers}  {TIME}, {TIME} left", first)
    assert re.fullmatch(rf"epoch 2/2  {numbers}  {TIME}", last)
    assert f"Last checkpoint: {tmp_path}/run/epoch_2.pth" in said
    assert "System environment" not in text and "mmengine" not in text
    for words in ("System environment", "Config:", "Hooks will be executed", first, "Epoch(train)"):
        assert words in log

    said, log = told("test", tmp_path / "run/epoch_2.pth")
    text = "\n".join(said)
    assert f"Testing {config}" in said[:5] and len(said) < 16
    assert f"weights  {tmp_path}/run/epoch_2.pth" in text and "run by   torch fp32" in text
    assert re.search(r"^acc/top1: [01]\.\d{4}$", text, re.M)
    assert "Epoch(test)" in log and "Epoch(test)" not in text


def test_the_losses_of_an_epoch_are_averaged(told):
    said, log = told("train", "--no-validate", options=("default_hooks.logger.interval=1",))
    logged = [float(x) for x in re.findall(r"Epoch\(train\).* loss: ([\d.]+)", log)]
    window = [logged[0], 2 * logged[1] - logged[0]]  # the log's are running means
    shown = [float(x) for x in re.findall(r"^epoch .* loss ([\d.]+)", "\n".join(said), re.M)]
    assert shown[0] == pytest.approx(sum(window) / 2, abs=2e-4) and len(shown) == 2


ITERATIONS = """
train_cfg = dict(_delete_=True, type="IterBasedTrainLoop", max_iters=4, val_interval=2)
param_scheduler = None
default_hooks = dict(checkpoint=dict(by_epoch=False, interval=2))
"""


@pytest.mark.parametrize("given", [(), ("--no-validate",)])
def test_by_iterations_a_line_is_a_validation(told, config, given):
    """Or, without validations, a twentieth."""
    path = config.with_name("iterations.py")
    path.write_text(f'_base_ = "{config}"\n{ITERATIONS}')
    said, _ = told("train", *given, config=path)
    lines = [line for line in said if line.startswith("step ")]
    every = 1 if given else 2
    assert [x.split("  ")[0] for x in lines] == [f"step {n}/4" for n in range(every, 5, every)]
    assert all(("  top1 " in line) != bool(given) for line in lines)


def test_a_resumed_training_says_where_it_goes_on(told, tmp_path):
    told("train", "--no-validate", options=("train_cfg.max_epochs=1",))
    said, log = told("train", "--no-validate", "--resume")
    assert "Loads checkpoint by" in log and not any("Loads checkpoint" in line for line in said)
    assert f"those of {tmp_path}/run/epoch_1.pth, which the training goes on from" in "\n".join(
        said
    )
    assert [line[:10] for line in said if line.startswith("epoch ")] == ["epoch 2/2 "]


@pytest.mark.parametrize("level", ["ERROR", "DEBUG"])
def test_the_config_s_log_level_is_kept(told, level):
    options = (f"log_level={level}", "train_cfg.max_epochs=1")
    text = "\n".join(told("train", "--no-validate", options=options)[0])
    for words in ("Config:", "Epoch(train)", "Training "):
        assert (words in text) == (level == "DEBUG")


def test_warnings_say_what_they_are(told):
    option = "train_cfg.max_epochs=1"
    said, _ = told("train", "--no-validate", options=(option,))
    ends = "warning: The learning rate's schedule ends after epoch 110, the training after 1"
    assert sum(line.startswith(ends) for line in said) == 1


@pytest.mark.slow
def test_one_of_two_processes_speaks(config, tmp_path):
    done = run("dist_train.sh", config, 2, "--no-validate", "--work-dir", tmp_path, PORT="29671")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("Training ") == 1 and ", 2 processes" in done.stdout
    assert done.stdout.count("epoch 1/2  loss") == 1


def test_long_runs_say_ever_more_seldom_how_far_they_are(monkeypatch):
    now = 0.0
    monkeypatch.setattr("time.monotonic", lambda: now)
    clock, struck = Clock(10), []
    for now in range(0, 200):
        if clock.strikes():
            struck.append(now)
    assert struck == [10, 20, 40, 80, 160]
    assert (
        clock.said(50, 150, "tested") == "50 of 150 batches tested in 0:03:19; about 0:06:38 left"
    )


def test_a_long_epoch_and_validation_say_how_far_they_are(told, monkeypatch):
    monkeypatch.setattr(Clock, "strikes", lambda self: True)
    said, _ = told("train", options=("train_cfg.val_interval=1", "train_cfg.max_epochs=1"))
    assert any(re.fullmatch(rf"step 1/2  loss .*  {TIME}, {TIME} left", line) for line in said)
    assert any(line.startswith("1 of 4 batches validated in 0:00:0") for line in said)


def test_figures_are_named_as_shortly_as_tells_them_apart():
    assert screen.figures({"acc/top1": 0.5, "acc/top5": 1.0}) == "top1 0.5  top5 1"
    both = {"a/top1": 0.25, "b/top1": 0.5}
    assert screen.figures(both) == "a/top1 0.25  b/top1 0.5"
