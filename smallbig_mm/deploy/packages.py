"""Packages that only some backends need."""

from __future__ import annotations

import importlib
from types import ModuleType

from ..errors import UserError


def load(module: str, extra: str) -> ModuleType:
    """Import a module of an optional package.

    Args:
        module: its name.
        extra: of setup.cfg's, the one that installs it.

    Raises:
        UserError: if it is not installed.
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        raise UserError(
            f"{error.name} is not installed: pip install 'smallbig_mm[{extra}]'"
        ) from None
