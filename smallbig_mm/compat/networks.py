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


def check_head_width() -> str | None:
    """Refuse, as it is built, a recogniser whose head does not fit its backbone.

    A backbone of other `base_channels` under a head with the old `in_channels` ends in `mat1 and
    mat2 shapes cannot be multiplied` at the first clip (no thread known). Checked where the
    backbone tells its width, and nothing stands between the two.
    """
    from mmaction.models.recognizers.base import BaseRecognizer

    if hasattr(BaseRecognizer.__init__, "__wrapped__"):
        return None
    BaseRecognizer.__init__ = _checked(BaseRecognizer.__init__)
    return "a head of another width than its backbone is refused when it is built"


def _checked(build: Callable[..., None]) -> Callable[..., None]:
    @functools.wraps(build)
    def checked(self: Any, *args: Any, **kwargs: Any) -> None:
        build(self, *args, **kwargs)
        given = _width(self.backbone)
        taken = getattr(getattr(self, "cls_head", None), "in_channels", None)
        if given and taken and given != taken and not self.with_neck:
            raise ValueError(
                f"model.cls_head.in_channels={taken}, but model.backbone gives {given} channels: "
                f"set model.cls_head.in_channels={given}, or the backbone's base_channels and depth"
            )

    return checked


def _width(backbone: Any) -> int | None:
    """Channels of what a 3D ResNet or a SlowFast gives; None of a network that does not tell."""
    from mmaction.models.backbones import ResNet3d, ResNet3dSlowFast

    if isinstance(backbone, ResNet3dSlowFast):
        paths = [_width(backbone.slow_path), _width(backbone.fast_path)]
        return sum(filter(None, paths)) if all(paths) else None
    if isinstance(backbone, ResNet3d) and tuple(backbone.out_indices) == (backbone.num_stages - 1,):
        return backbone.feat_dim
    return None
