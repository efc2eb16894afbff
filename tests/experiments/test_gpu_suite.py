"""The suite's checks, run on the CPU with a tiny network; what needs a GPU says so."""

import pytest
import torch
from mmengine.config import Config

from smallbig_mm.costs import fast_paths
from smallbig_mm.experiments import gpu_suite
from smallbig_mm.experiments.gpu_suite import AGREES, CHECKS, MEASURED, Paths, trials
from smallbig_mm.files import own_config

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def paths():
    cfg = Config.fromfile(own_config("motion_shapes/smallbig_r23"))
    return Paths(cfg, CPU, (4, 32, 32), compiler="eager")


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_every_path_agrees_with_its_twin(paths, check):
    """Compiled without a break and not again for the second clip, or this fails."""
    found = check.run(paths)
    if "CUDA" in check.name:
        assert found["verdict"].startswith("not run: ") and "CUDA" in found["verdict"]
    else:
        assert found["verdict"] == AGREES, found


def test_a_path_that_differs_is_seen(paths, monkeypatch):
    real = gpu_suite.prepare

    def off(*args, **kwargs):
        run = real(*args, **kwargs)
        return lambda clips: 1.2 * run(clips)

    monkeypatch.setattr(gpu_suite, "prepare", off)
    by_name = {check.name: check for check in CHECKS}
    assert by_name["bf16 autocast"].run(paths)["verdict"] == "differs"


def test_a_gradient_that_differs_is_seen(paths, monkeypatch):
    """Running statistics that are updated twice change no gradient; a unit left out does."""
    forward = gpu_suite.UnitBottleneck.forward
    kept = lambda self, x: forward(self, x) * (2 if self.recompute else 1)  # noqa: E731
    monkeypatch.setattr(gpu_suite.UnitBottleneck, "forward", kept)
    by_name = {check.name: check for check in CHECKS}
    assert by_name["gradients, recomputed"].run(paths)["verdict"] == "differs"


def test_trials_end_in_time_and_compile_last():
    plans = list(trials(CPU, threads=1, began=0.0))
    compiling = [any("compiled" in way.backend for way in trial.ways) for trial, _ in plans]
    assert compiling == sorted(compiling) and any(compiling)
    assert {s.cfg.filename.split("/")[-1] for trial, _ in plans for s in trial.subjects} == {
        f"{name}.py" for name in MEASURED
    }
    rounds = sum(effort.seconds for _, effort in plans)
    assert gpu_suite.PREPARING + rounds + 150 < 9 * 60
    assert fast_paths.graphed is gpu_suite.graphed
