"""Imports of the stack: what is missing, misplaced or of a version that cannot work."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import inspect
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from ..errors import StackError


def provide_importlib_metadata() -> str | None:
    """Put the standard library's `importlib.metadata` where mmaction2 looks for the backport.

    `mmaction.utils.dependency` imports `importlib_metadata`, which mmaction2 1.2.0 does not
    declare. Source: https://github.com/open-mmlab/mmaction2/blob/v1.2.0/mmaction/utils/dependency.py
    (no thread known).
    """
    if "importlib_metadata" in sys.modules or importlib.util.find_spec("importlib_metadata"):
        return None
    sys.modules["importlib_metadata"] = importlib.metadata
    return "importlib_metadata is not installed: the standard library's stands in for it"


def require_stack() -> None:
    """Refuse, in one line, packages that no repair can make work.

    mmaction2 1.2.0 asserts mmcv < 2.2: https://github.com/open-mmlab/mmcv/issues/3096. Checkpoints
    need torch 2.6, the first to load weights only by default.

    Raises:
        StackError: naming the package, the version found and the command that mends it.
    """
    mmcv_fix = 'pip install "mmcv-lite==2.1.0"'
    torch = _import("torch", 'pip install "torch>=2.6"')
    if tuple(int(part) for part in torch.__version__.split(".")[:2]) < (2, 6):
        raise StackError(
            f'torch {torch.__version__} is too old: run `pip install "torch>=2.6"`, '
            "which loads checkpoints without running code in them"
        )
    _import("mmengine", 'pip install "mmengine==0.10.7"')
    mmcv = _import("mmcv", mmcv_fix)
    version = getattr(mmcv, "__version__", None)
    if version is None:
        raise StackError(
            "mmcv is damaged (it has no version; mmcv and mmcv-lite overwrite each other): run "
            f"`pip uninstall -y mmcv mmcv-lite`, then `{mmcv_fix}`"
        )
    try:
        _import("mmaction", 'pip install "mmaction2==1.2.0"')
    except AssertionError as error:
        if "MMCV" not in str(error):
            raise StackError(" ".join(str(error).split())) from None
        raise StackError(
            f"mmaction2 does not accept mmcv {version}: run `pip uninstall -y mmcv mmcv-lite`, "
            f"then `{mmcv_fix}`"
        ) from None


def _import(name: str, fix: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        if isinstance(error, ModuleNotFoundError) and error.name == name:
            raise StackError(f"{name} is not installed: run `{fix}`") from None
        raise StackError(f"{name} cannot be imported: {error}; try `{fix}`") from error


def stand_in_for_drn() -> str | None:
    """Let mmaction2's models be imported though its wheel lacks `localizers/drn`.

    https://github.com/open-mmlab/mmaction2/issues/2714. The stand-in's DRN (temporal
    localisation, of no use here) refuses to be built.
    """
    import mmaction
    from mmaction.registry import MODELS

    package = "mmaction.models.localizers.drn"
    module = Path(mmaction.__file__).parent / "models/localizers/drn/drn.py"
    if package in sys.modules or module.is_file():
        return None

    @MODELS.register_module(force=True)
    class DRN:
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            raise NotImplementedError(
                "DRN is missing from mmaction2's wheel; to use it, install mmaction2 from source: "
                "https://github.com/open-mmlab/mmaction2/issues/2714"
            )

    parent, child = ModuleType(package), ModuleType(f"{package}.drn")
    parent.__path__ = []
    setattr(parent, "drn", child)  # noqa: B010  (a plain assignment is unknown to mypy)
    setattr(child, "DRN", DRN)  # noqa: B010
    sys.modules.update({parent.__name__: parent, child.__name__: child})
    return "mmaction2 lacks mmaction.models.localizers.drn: a stand-in was put in its place"


def replace_pkg_resources() -> str | None:
    """Find packages for `mmaction::` bases in configs without `pkg_resources`.

    setuptools 82 dropped it (https://github.com/open-mmlab/mmcv/issues/3325); mmengine uses it in
    `is_installed` and `get_installed_path` only, which `importlib.metadata` serves as well.
    """
    if importlib.util.find_spec("pkg_resources") is not None:
        return None
    from mmengine.config import config
    from mmengine.hub import hub
    from mmengine.utils import package_utils

    if "pkg_resources" not in inspect.getsource(package_utils.get_installed_path):
        return None
    for module in (package_utils, sys.modules["mmengine.utils"], config, hub):
        for function in (is_installed, get_installed_path):
            if hasattr(module, function.__name__):
                setattr(module, function.__name__, function)
    return "setuptools has no pkg_resources: mmengine finds packages by importlib.metadata"


def is_installed(package: str) -> bool:
    """Whether `package`, the name of a distribution or of a module, is installed."""
    try:
        importlib.metadata.distribution(package)
    except importlib.metadata.PackageNotFoundError:
        spec = importlib.util.find_spec(package)
        return spec is not None and spec.origin is not None
    return True


def get_installed_path(package: str) -> str:
    """Folder of the module that `package`, the name of a distribution or of a module, installs.

    Raises:
        ModuleNotFoundError: if there is no such package.
    """
    names = [package]
    try:
        top_level = importlib.metadata.distribution(package).read_text("top_level.txt")
        names += (top_level or "").split()
    except importlib.metadata.PackageNotFoundError:
        pass
    for name in names:
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.origin is not None:
            return str(Path(spec.origin).parent)
    raise ModuleNotFoundError(f"{package} is not installed", name=package)
