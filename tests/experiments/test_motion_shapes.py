"""The grid: which networks it holds, and its tool."""

import pytest
from mmaction.registry import MODELS
from mmengine.config import Config

from smallbig_mm.errors import UserError
from smallbig_mm.experiments.motion_shapes import jobs
from smallbig_mm.files import SHARE
from smallbig_mm.pretrained import count_loaded
from smallbig_mm.records import store

from ..tool import fails, run
from .conftest import write_grid

CONFIG = SHARE / "configs/motion_shapes/grid.py"
EVENTS = CONFIG.with_name("events.py")


def test_every_distinct_network_once_a_seed():
    made = jobs(CONFIG, range(3))
    assert len(made) == 60 and len({job.name for job in made}) == 60
    assert [job.seed for job in made] == sorted(job.seed for job in made)
    covered = [name for job in made[:20] for name in job.detail["rows"]]
    assert len(covered) == len(set(covered)) == 35


def test_a_row_keeps_what_is_its_own():
    (job,) = jobs(CONFIG, [1], "table06/04*")
    backbone, plain = job.cfg.model.backbone, Config.fromfile(CONFIG).model.backbone
    assert (backbone.type, backbone.share_weights) == ("ResNet3dSmallBig", False)
    assert backbone.extra_unit == "default" and backbone.depth == 23
    for key in ("base_channels", "conv1_kernel", "with_pool1", "norm_eval", "pretrained"):
        assert backbone[key] == plain[key]
    assert job.cfg.randomness.seed == 1
    assert job.cfg.val_dataloader is None


def test_patterns_choose_networks_by_any_of_their_rows():
    assert [job.detail["rows"] for job in jobs(CONFIG, [0], "table09/02*")] == [
        ["table08/04_smallbig_r50", "table09/02_default"]
    ]
    assert jobs(CONFIG, [0], "table10/*") == []
    assert len(jobs(CONFIG, [0], "table05")) == 5


def test_networks_that_are_no_rows_are_configs_and_weights_to_begin_with_fit_the_depth():
    made = jobs(EVENTS, [0])
    assert {job.cfg.model.backbone.depth: job.cfg.model.backbone.pretrained for job in made} == {
        depth: f"results/stills/r{depth}.pth" for depth in (23, 50)
    }
    assert all(job.detail["rows"] or job.detail["configs"] for job in made)
    (tei,) = jobs(EVENTS, [0], "units/tei*")
    assert tei.detail == dict(rows=[], configs=["configs/units/tei_r23.py"])
    assert tei.name.startswith("motion_shapes/units-tei_r23-seed0-")
    (full,) = jobs(EVENTS, [0], "units/smallbig_full*")
    assert "table05/05_full" in full.detail["rows"]
    assert full.detail["configs"] == ["configs/units/smallbig_full_r23.py"]


@pytest.mark.parametrize("name", ["table02/01_r23", "table02/02_r23_3d", "table08/03_r50"])
def test_the_stored_weights_fill_the_grids_2d_convolutions(name):
    (job,) = jobs(EVENTS, [0], name)
    file = SHARE / job.cfg.model.backbone.pretrained
    network = MODELS.build(dict(job.cfg.model.backbone, pretrained=str(file)))
    network.init_weights()
    found = count_loaded(network, file)
    assert found.loaded == found.tensors > 20


def test_a_pattern_that_fits_no_config_is_refused(tmp_path):
    grid = write_grid(tmp_path / "grid.py", tmp_path)
    grid.write_text(grid.read_text().replace("table05/*", "table99/*"))
    with pytest.raises(UserError, match=r"grid\.py: networks has 'table99/\*'"):
        jobs(grid, [0])


def test_the_stored_runs_are_those_of_todays_grid():
    todo = [job.name for job in jobs(CONFIG, range(5)) if not store.succeeded(job.name, store.RUNS)]
    assert todo == []


def test_tool_lists_and_refuses(tiny, tmp_path):
    listed = run("run_grid.py", tiny, "--list", "--seeds", 2, "--records", tmp_path)
    assert listed.stdout.count("todo seed 1") == 5
    fails(run("run_grid.py", "none.py"), "none.py", "no such file")
    fails(run("run_grid.py", tiny, "--networks", "table99"), "table99", "no network")
    fails(run("run_grid.py", SHARE / "configs/r23_k400.py"), "r23_k400.py", "grid's has `networks`")
    fails(run("run_grid.py", tiny, "--seeds", 0), "--seeds 0")
    fails(run("run_grid.py", tiny, "--workers", -1), "--workers -1")
    elsewhere = write_grid(tmp_path / "grid.py", tmp_path / "none")
    fails(run("run_grid.py", elsewhere, "--records", tmp_path), "none/train.txt", "how to write")
    weights = tmp_path / "weights.py"
    weights.write_text(tiny.read_text() + '\nsmall = dict(pretrained="none_r{depth}.pth")\n')
    fails(run("run_grid.py", weights, "--records", tmp_path), "none_r23.pth", "how to write")
