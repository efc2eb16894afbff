"""Missing, misplaced and outdated packages."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest
import torch

from smallbig_mm.compat import imports, repairs
from smallbig_mm.errors import StackError


def test_importlib_metadata_falls_back_on_the_standard_library(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "importlib_metadata", None)  # as if not installed
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("importlib_metadata")
    monkeypatch.delitem(sys.modules, "importlib_metadata")
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)

    assert "is not installed" in (imports.provide_importlib_metadata() or "")
    assert importlib.import_module("importlib_metadata") is importlib.metadata
    assert imports.provide_importlib_metadata() is None


def test_models_import_only_with_the_stand_in_for_drn(monkeypatch: pytest.MonkeyPatch) -> None:
    if repairs()["stand_in_for_drn"] is None:
        pytest.skip("this mmaction2 has DRN")
    package = "mmaction.models.localizers.drn"
    with monkeypatch.context() as patch:
        patch.delitem(sys.modules, f"{package}.drn")
        patch.delitem(sys.modules, package)
        with pytest.raises(ModuleNotFoundError, match=re.escape(f"No module named '{package}'")):
            importlib.import_module(f"{package}.drn")

    from mmaction.registry import MODELS

    assert MODELS.get("ResNet3d") is not None
    with pytest.raises(NotImplementedError, match="mmaction2/issues/2714"):
        MODELS.build({"type": "DRN"})


def test_mmaction_bases_without_pkg_resources(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from mmengine.config import Config, config
    from mmengine.hub import hub
    from mmengine.utils import package_utils

    for module in (package_utils, sys.modules["mmengine.utils"], config, hub):
        for name in ("is_installed", "get_installed_path"):  # undone after the test
            if hasattr(module, name):
                monkeypatch.setattr(module, name, getattr(package_utils, name))
    monkeypatch.setitem(sys.modules, "pkg_resources", None)
    leaf = tmp_path / "leaf.py"
    leaf.write_text("_base_ = 'mmaction::_base_/models/tsn_r50.py'\n")

    with pytest.raises(ModuleNotFoundError, match="pkg_resources"):
        Config.fromfile(leaf)
    assert "importlib.metadata" in (imports.replace_pkg_resources() or "")
    assert Config.fromfile(leaf).model.backbone.type == "ResNet"
    assert imports.replace_pkg_resources() is None
    assert not package_utils.is_installed("no-such-package")
    with pytest.raises(ModuleNotFoundError, match="no-such-package"):
        package_utils.get_installed_path("no-such-package")


def test_package_paths_agree_with_pkg_resources() -> None:
    pytest.importorskip("pkg_resources", reason="setuptools >= 82 has no pkg_resources")
    from mmengine.utils import package_utils

    for package in ("mmaction2", "mmengine", "torch"):
        assert imports.get_installed_path(package) == package_utils.get_installed_path(package)
        assert imports.is_installed(package) is package_utils.is_installed(package) is True


@pytest.mark.parametrize(
    ("missing", "command"),
    [
        ("torch", "torch>=2.6"),
        ("mmengine", "mmengine==0.10.7"),
        ("mmcv", "mmcv-lite==2.1.0"),
        ("mmaction", "mmaction2==1.2.0"),
    ],
)
def test_a_missing_package_is_named_with_its_command(
    monkeypatch: pytest.MonkeyPatch, missing: str, command: str
) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(StackError) as error:
        imports.require_stack()
    assert str(error.value).startswith(f"{missing} is not installed: run `pip install")
    assert command in str(error.value)


def test_mmcv_2_2_is_refused_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = ModuleType("mmcv")
    fake.__version__ = "2.2.0"  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "mmcv", fake)
    monkeypatch.delitem(sys.modules, "mmaction")
    with pytest.raises(AssertionError):  # upstream's own words
        importlib.import_module("mmaction")
    with pytest.raises(StackError) as error:
        imports.require_stack()
    message = str(error.value)
    assert "mmcv 2.2.0" in message
    assert 'pip install "mmcv-lite==2.1.0"' in message
    assert "\n" not in message


def test_a_damaged_mmcv_and_an_old_torch_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setitem(sys.modules, "mmcv", ModuleType("mmcv"))
        with pytest.raises(StackError, match="mmcv is damaged"):
            imports.require_stack()
    monkeypatch.setattr(torch, "__version__", "2.5.1+cu121")
    with pytest.raises(StackError, match=r"torch 2\.5\.1\+cu121 is too old"):
        imports.require_stack()
