"""Configs of this package as bases of others."""

import pytest
from mmengine.config import Config, utils

from smallbig_mm.compat import bases
from smallbig_mm.configs import load_config
from smallbig_mm.errors import UserError
from smallbig_mm.files import CONFIGS


def leaf(folder, base: str):
    path = folder / "leaf.py"
    path.write_text(f'_base_ = "{base}"\nhere = _base_.model.backbone.depth\n')
    return path


@pytest.mark.parametrize("name", ["smallbig_r23_k400.py", "table05/05_full.py"])
def test_a_base_of_this_package(tmp_path, name):
    cfg = Config.fromfile(leaf(tmp_path, f"smallbig_mm::{name}"))
    assert cfg.here == 23
    assert cfg.model == Config.fromfile(CONFIGS / name).model


def test_mmengine_alone_refuses_it(tmp_path, monkeypatch):
    """What the repair is for; without this failure it can go."""
    upstream = Config._get_cfg_path.__wrapped__
    monkeypatch.setattr(Config, "_get_cfg_path", staticmethod(upstream))
    with pytest.raises(ValueError, match="_get_package_and_cfg_path"):
        Config.fromfile(leaf(tmp_path, "smallbig_mm::smallbig_r23_k400.py"))
    with pytest.raises(AssertionError, match="does not support"):
        Config.fromfile(leaf(tmp_path, "smallbig_mm::table05/05_full.py"))
    assert "found by its path" in (bases.find_own_bases() or "")


def test_other_packages_bases_stay_mmengines_but_their_metafiles_are_read_once(
    tmp_path, monkeypatch
):
    base = "mmaction::_base_/models/tsn_r50.py"
    first = Config.fromfile(leaf(tmp_path, base))
    assert first.model.type == "Recognizer2D"
    monkeypatch.setattr(utils, "load", lambda path: pytest.fail(f"{path} is read again"))
    assert Config.fromfile(leaf(tmp_path, base)).model == first.model


def test_an_unknown_name_ends_in_the_nearest(tmp_path):
    path = leaf(tmp_path, "smallbig_mm::smalbig_r23_k400.py")
    with pytest.raises(UserError) as error:
        load_config(str(path))
    assert str(error.value).startswith(f"config {path}: smalbig_r23_k400.py: no such config")
    assert "smallbig_r23_k400" in str(error.value).split("nearest: ")[1]


def test_named_on_the_command_line():
    assert load_config("smallbig_mm::r23_k400.py").filename == str(CONFIGS / "r23_k400.py")
