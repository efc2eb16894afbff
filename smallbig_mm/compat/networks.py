"""Networks of mmaction2 that do not behave as torch's modules do."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any


def chain_train() -> str | None:
    """Make `train()`, and so `eval()`, of mmaction2's networks return the module, as torch's do.

    `ResNet3d.train` and eight others return None, so that `backbone.eval()(x)` fails. Source:
    https://github.com/open-mmlab/mmaction2/blob/v1.2.0/mmaction/models/backbones/resnet3d.py (no
    thread known).
    """
    import mmaction.models  # noqa: F401  (fills the registry)
    from mmaction.registry import MODELS

    kinds = filter(inspect.isclass, MODELS.module_dict.values())  # placeholders are functions
    bases = {base for kind in kinds for base in inspect.getmro(kind)}
    mended = 0
    for base in bases:
        train: Any = vars(base).get("train")
        if base.__module__.startswith("mmaction.") and _returns_nothing(train):
            setattr(base, "train", _returning_self(train))  # noqa: B010
            mended += 1
    return f"train() and eval() return the network ({mended} classes)" if mended else None


def _returns_nothing(train: Any) -> bool:
    if not inspect.isfunction(train) or hasattr(train, "__wrapped__"):
        return False
    return "    return " not in inspect.getsource(train)


def _returning_self(train: Callable[..., None]) -> Callable[..., Any]:
    @functools.wraps(train)
    def chained(self: Any, mode: bool = True) -> Any:
        train(self, mode)
        return self

    return chained
