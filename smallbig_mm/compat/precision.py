"""Training in bfloat16."""

from __future__ import annotations

import functools
import platform
from typing import Any

from ..errors import UserError


def judge_bfloat16() -> str | None:
    """Let heads judge scores in bfloat16, as autocast gives them; the loss is taken in float32.

    mmaction2 makes NumPy arrays of the scores for the training's accuracy, and NumPy has no such
    type, so that every training with `dtype='bfloat16'` ends at its first step: `loss_by_feat` in
    https://github.com/open-mmlab/mmaction2/blob/v1.2.0/mmaction/models/heads/base.py (no thread
    known).
    """
    from mmaction.models.heads import BaseHead

    upstream = BaseHead.loss_by_feat
    if hasattr(upstream, "__wrapped__"):
        return None

    @functools.wraps(upstream)
    def loss_by_feat(self: Any, cls_scores: Any, data_samples: Any) -> dict:
        return upstream(self, cls_scores.float(), data_samples)

    BaseHead.loss_by_feat = loss_by_feat
    return "scores in bfloat16 can be trained on"


def has_bfloat16() -> bool:
    """Whether this processor computes in bfloat16, instead of PyTorch in its place, and slower."""
    import torch

    known = torch.ops.mkldnn._is_mkldnn_bf16_supported()
    return known and (platform.machine() != "x86_64" or torch.cpu._is_avx512_bf16_supported())


def autocast_on_cpu() -> str | None:
    """Let a training in bfloat16 run on a processor that has it.

    mmengine's `AmpOptimWrapper` asserts a GPU, whose gradients in float16 it scales; bfloat16 needs
    no scaling: https://github.com/open-mmlab/mmengine/blob/v0.10.7/mmengine/optim/optimizer/
    amp_optimizer_wrapper.py (no thread known).
    """
    from mmengine.optim import AmpOptimWrapper

    if hasattr(AmpOptimWrapper.__init__, "__wrapped__"):
        return None
    AmpOptimWrapper.__init__ = _on_cpu(AmpOptimWrapper.__init__)
    AmpOptimWrapper.load_state_dict = _from_cpu(AmpOptimWrapper.load_state_dict)
    return "trainings in bfloat16 run on CPUs that have it"


def _on_cpu(upstream: Any) -> Any:
    @functools.wraps(upstream)
    def init(
        self: Any,
        loss_scale: Any = "dynamic",
        dtype: Any = None,
        use_fsdp: bool = False,
        **kwargs: Any,
    ) -> None:
        import torch
        from mmengine.device import get_device
        from mmengine.optim import OptimWrapper

        if get_device() != "cpu":
            return upstream(self, loss_scale, dtype, use_fsdp, **kwargs)
        if dtype not in ("bfloat16", torch.bfloat16):
            raise UserError(
                f"optim_wrapper.dtype={dtype!r}: mixed precision on a CPU is in 'bfloat16'"
            )
        require_bfloat16("optim_wrapper.type=AmpOptimWrapper")
        OptimWrapper.__init__(self, **kwargs)
        self.cast_dtype, self._scale_update_param = torch.bfloat16, None
        self.loss_scaler = torch.amp.GradScaler("cpu", enabled=False)

    return init


def _from_cpu(upstream: Any) -> Any:
    @functools.wraps(upstream)
    def load_state_dict(self: Any, state_dict: dict) -> None:
        state = dict(state_dict)
        if not state.get("loss_scaler"):  # a CPU's, which scales nothing, and a GPU's refuses
            state.pop("loss_scaler", None)
        upstream(self, state)

    return load_state_dict


def require_bfloat16(asked: str) -> None:
    """Raise UserError on a processor without bfloat16, naming what `asked` for it."""
    if not has_bfloat16():
        raise UserError(
            f"{asked}: this processor has no bfloat16 (AVX-512 BF16 or AMX, or ARM's), with which "
            "it would be slower than float32: train without"
        )
