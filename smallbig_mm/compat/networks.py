"""Networks of mmaction2 that do not behave as torch's modules do."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping, Sequence
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


def load_tsm_silently() -> str | None:
    """Have mmaction2's `ResNetTSM` load 2D weights without printing a line a tensor.

    Source: https://github.com/open-mmlab/mmaction2/blob/v1.2.0/mmaction/models/backbones/resnet_tsm.py
    (`print(f'wrapped_name {wrapped_name}')`; no thread known).
    """
    from mmaction.models.backbones import resnet_tsm

    if hasattr(resnet_tsm, "print") or "print(" not in inspect.getsource(resnet_tsm):
        return None
    resnet_tsm.print = lambda *_: None  # in place of Python's, in this module alone
    return "ResNetTSM: 2D weights are loaded without a line a tensor"


# Frames x height x width that go through a network at a time in testing: 8 clips of 8x256x256.
POSITIONS = 64 * 256 * 256


def bound_testing() -> str | None:
    """Test a few views (a clip's crop) at a time, so that memory does not grow with clips x crops.

    mmaction2 sends all views of a batch through the network at once, unless
    `model.test_cfg.max_testing_views` is set; then a `Recognizer3D` asserts a batch of one video,
    in validation, too, and a `Recognizer2D` fails (its backbone has no `get`):
    https://github.com/open-mmlab/mmaction2/blob/v1.2.0/mmaction/models/recognizers/recognizer2d.py
    (no thread known). Here as many views as `POSITIONS` allows are the default, whatever the batch;
    of a `Recognizer2D`, whose views are frames, whole clips.
    """
    from mmaction.models import Recognizer2D, Recognizer3D

    if hasattr(Recognizer3D.extract_feat, "bounded"):
        return None
    for recogniser in (Recognizer2D, Recognizer3D):
        recogniser.extract_feat = _by_few_views(recogniser.extract_feat)
    return "clips x crops are tested a few at a time, in bounded memory"


def views_at_a_time(test_cfg: Mapping[str, Any], positions: int) -> int:
    """How many views, or frames, of so many positions go through a network at a time in testing."""
    return test_cfg.get("max_testing_views") or POSITIONS // positions


def _by_few_views(extract: Callable[..., tuple]) -> Callable[..., tuple]:
    """`extract_feat`, in test mode for a part of the views after the other."""

    @functools.wraps(extract)
    def extract_by_few(
        self: Any,
        inputs: Any,
        stage: str = "neck",
        data_samples: Any = None,
        test_mode: bool = False,
    ) -> tuple:
        """`inputs`: (N, views, C, T, H, W), or (N, frames of all views, C, H, W)."""
        given, frames = self.test_cfg, inputs.ndim == 5
        options = dict(given or {})
        whole = frames and self.with_neck and not options.get("fcn_test")  # it sees all clips
        if not test_mode or whole:
            return extract(self, inputs, stage, data_samples, test_mode)
        segments: Any = options.get("num_segs") or getattr(self.backbone, "num_segments", 1)
        clip = segments if frames else 1
        most = views_at_a_time(options, inputs[0, 0, 0].numel())
        options.pop("max_testing_views", None)
        self.test_cfg = None if given is None else options  # mmaction2's own way stays off
        try:
            parts = [
                extract(self, part, stage, data_samples, test_mode)
                for part in inputs.flatten(0, 1).unsqueeze(0).split(max(most // clip, 1) * clip, 1)
            ]
        finally:
            self.test_cfg = given
        said = dict(parts[0][1])
        if frames:
            said["num_segs"] = inputs.shape[1]
        return _joined([features for features, _ in parts]), said

    extract_by_few.bounded = True  # type: ignore[attr-defined]
    return extract_by_few


def _joined(parts: Sequence[Any]) -> Any:
    """Features of several parts, tensors or nested tuples of them, along their first axis."""
    import torch

    if isinstance(parts[0], torch.Tensor):
        return torch.cat(tuple(parts))
    return tuple(map(_joined, zip(*parts, strict=True)))


def feed_channels_last() -> str | None:
    """Give networks their clips in channels-last, which they hand on from layer to layer.

    mmaction2 stacks clips contiguously, in which convolutions, norms and pooling are slower on CPU
    and GPU; it has no option for it (no thread known).
    """
    from mmaction.models import Recognizer2D, Recognizer3D

    if hasattr(Recognizer3D.extract_feat, "channels_last"):
        return None
    for recogniser in (Recognizer2D, Recognizer3D):
        recogniser.extract_feat = _channels_last(recogniser.extract_feat)
    return "clips reach the networks in channels-last"


def _channels_last(extract: Callable[..., tuple]) -> Callable[..., tuple]:
    @functools.wraps(extract)
    def extract_channels_last(self: Any, inputs: Any, *args: Any, **kwargs: Any) -> tuple:
        """`inputs`: (N, views, C, T, H, W), or (N, frames of all views, C, H, W)."""
        import torch

        views = inputs.flatten(0, 1)
        if not torch.onnx.is_in_onnx_export():  # the older exporter knows no layouts
            by_frames = views.ndim == 4
            layout = torch.channels_last if by_frames else torch.channels_last_3d
            views = views.contiguous(memory_format=layout)
        return extract(self, views.unflatten(0, inputs.shape[:2]), *args, **kwargs)

    extract_channels_last.channels_last = True  # type: ignore[attr-defined]
    return extract_channels_last


def draw_without_file() -> str | None:
    """Let a TSM without `pretrained` begin with random weights.

    `ResNetTSM` reads its file of 2D weights though there is none, and ends in a traceback:
    https://github.com/open-mmlab/mmaction2/blob/v1.2.0/mmaction/models/backbones/resnet_tsm.py (no
    thread known).
    """
    from mmaction.models import ResNetTSM

    if hasattr(ResNetTSM.init_weights, "__wrapped__"):
        return None
    upstream = ResNetTSM.init_weights

    @functools.wraps(upstream)
    def init_weights(self: Any) -> None:
        self.pretrained2d = self.pretrained2d and self.pretrained is not None
        upstream(self)

    ResNetTSM.init_weights = init_weights
    return "a TSM without a file of weights draws them"


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
