"""From a notebook to a network: names, configs, models."""

import subprocess
import sys

import pytest
import torch
from mmaction.registry import MODELS
from mmengine.model import BaseModule
from mmengine.runner.checkpoint import CheckpointLoader

import smallbig_mm
from smallbig_mm.configs.identity import leaves
from smallbig_mm.errors import UserError
from smallbig_mm.files import CONFIGS

from .tool import ROOT, fails, run


def test_names_and_what_they_build():
    found = smallbig_mm.list_models("*r50*")
    assert "smallbig_r50_k400" in found and "table08/04_smallbig_r50" in found
    assert all("r50" in name for name in found)
    assert "full (Fig. 2(f))" in found["smallbig_r50_k400"]
    assert "smallbig_r50_k400 " in str(found) and found["smallbig_r50_k400"] in str(found)
    every = smallbig_mm.list_models()
    paths = {p for p in CONFIGS.rglob("*.py") if "_base_" not in p.parts}
    assert {CONFIGS / f"{name}.py" for name in every} == paths
    assert all(every.values())
    assert smallbig_mm.list_models("nothing*") == {}


def test_configs_by_name():
    cfg = smallbig_mm.get_config("table05/04_typical")
    assert cfg.model.backbone.type == "ResNet3dSmallBig" and cfg.model.backbone.extra_unit is None
    with pytest.raises(
        UserError, match=r"typcal: no such config here; nearest: table05/04_typical"
    ):
        smallbig_mm.get_config("table05/04_typcal")
    with pytest.raises(UserError, match="no such config here"):
        smallbig_mm.get_config("../setup.py")


def test_models_by_name():
    torch.manual_seed(0)
    model = smallbig_mm.get_model("motion_shapes/smallbig_r23", num_classes=3).eval()
    scores = model.cls_head(model.extract_feat(torch.rand(1, 1, 3, 8, 32, 32))[0])
    assert scores.shape == (1, 3)
    torch.manual_seed(0)
    direct = MODELS.build(dict(model.cfg.model, _scope_="mmaction"))
    direct.init_weights()
    assert all(a.equal(b) for a, b in zip(model.parameters(), direct.parameters(), strict=True))


def test_weights_by_path_and_what_cannot_be(tmp_path):
    name = "motion_shapes/r23"
    model = smallbig_mm.get_model(name)
    torch.save(dict(state_dict=model.state_dict()), tmp_path / "x.pth")
    loaded = smallbig_mm.get_model(name, pretrained=tmp_path / "x.pth")
    assert all(a.equal(b) for a, b in zip(model.parameters(), loaded.parameters(), strict=True))
    for given, words in (
        (dict(pretrained=True), "names no ImageNet weights"),
        (dict(pretrained="none.pth"), "none.pth: no such file"),
        (dict(pretrained=tmp_path / "x.pth", num_classes=3), "another architecture"),
        (dict(num_classes=0), "num_classes=0"),
    ):
        with pytest.raises(UserError, match=words):
            smallbig_mm.get_model(name, **given)
    with pytest.raises(UserError, match="an ensemble's; its networks are 17_smallbig_r50"):
        smallbig_mm.get_model("table10/26_smallbig_en")


def test_no_network_names_weights_unless_asked_for(monkeypatch):
    """Random weights need no download, whatever the config names."""
    built = []

    def build(cfg):
        built.append(cfg)
        return BaseModule()

    monkeypatch.setattr(smallbig_mm.catalog.MODELS, "build", build)
    for name in smallbig_mm.list_models("table1*"):
        if "_en" not in name:
            smallbig_mm.get_model(name)
    assert len(built) > 20
    for cfg in built:
        assert not [value for value in leaves(cfg).values() if "://" in value]


def test_imagenet_weights_are_the_configs(monkeypatch):
    asked = []

    def load(cls, filename, *args, **kwargs):
        asked.append(filename)
        raise OSError("no network")

    monkeypatch.setattr(CheckpointLoader, "load_checkpoint", classmethod(load))
    smallbig_mm.get_model("r23_k400")
    assert not asked
    with pytest.raises(OSError, match="no network"):
        smallbig_mm.get_model("r23_k400", pretrained=True)
    assert [name.endswith("torchvision://resnet50") for name in asked] == [True]


def test_a_model_comes_without_a_log(capfd):
    smallbig_mm.get_model("motion_shapes/r23")
    assert capfd.readouterr() == ("", "")


def test_bases_by_name_in_a_config_anywhere(tmp_path):
    path = tmp_path / "own.py"
    path.write_text('_base_ = "smallbig_mm::smallbig_r23_k400.py"\n')
    result = run("flops.py", path, "--size", 32, "--json")
    assert result.returncode == 0, result.stderr
    assert '"params": 13244880' in result.stdout
    assert run("flops.py", "smallbig_mm::r23_k400.py", "--size", 32).returncode == 0
    path.write_text('_base_ = "smallbig_mm::smallbig_r32_k400.py"\n')
    result = run("test.py", path, "x.pth")
    fails(result, "own.py", "smallbig_r32_k400.py: no such config here", "smallbig_r23_k400")


def test_list_command():
    command = [sys.executable, "-m", "smallbig_mm", "list", "tsm*"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith("tsm_r50_8f_k400  ")
