"""What is not finite: a training ends before it saves it, a test before it makes a figure of it."""

from __future__ import annotations

from typing import Any

import torch
from mmengine.dist import all_reduce
from mmengine.hooks import Hook
from mmengine.runner import Runner
from torch import Tensor

from ..errors import UserError

ADVICE = (
    "lower optim_wrapper.optimizer.lr, warm up for longer, or clip gradients with "
    "optim_wrapper.clip_grad.max_norm=40, and begin anew, or with load_from=FILE from one of the "
    "checkpoints, which are from before this"
)


class Finite(Hook):
    """Raises UserError at a loss, weights or scores that are not finite."""

    def after_train_iter(
        self, runner: Runner, batch_idx: int, data_batch: Any = None, outputs: Any = None
    ) -> None:
        """Look at the loss, before a checkpoint is written, which is done later."""
        loss = (outputs or {}).get("loss")
        if not isinstance(loss, Tensor):
            return
        spoilt = (~torch.isfinite(loss)).any().float()
        all_reduce(spoilt, "max")  # so that all processes end, and the first one records why
        if spoilt:
            where = f"{loss.item():g}" if not _finite(loss) else "not finite in another process"
            raise UserError(f"the loss is {where} at step {runner.iter + 1}: {ADVICE}")

    def before_save_checkpoint(self, runner: Runner, checkpoint: dict[str, Any]) -> None:
        """Look at the weights: the last step may have spoilt them."""
        averaged = checkpoint.get("ema_state_dict", {})  # or what is, with `EMAHook`
        for name, value in [*checkpoint["state_dict"].items(), *averaged.items()]:
            if not _finite(value):
                raise UserError(f"{name} is not finite, nor saved: {ADVICE}")

    def after_val_iter(
        self, runner: Runner, batch_idx: int, data_batch: Any = None, outputs: Any = None
    ) -> None:
        """Look at the scores."""
        _require_finite(outputs)

    def after_test_iter(
        self, runner: Runner, batch_idx: int, data_batch: Any = None, outputs: Any = None
    ) -> None:
        """Look at the scores."""
        _require_finite(outputs)


def _finite(value: Tensor) -> bool:
    return not value.is_floating_point() or bool(torch.isfinite(value).all())


def _require_finite(samples: Any) -> None:
    for sample in samples if isinstance(samples, (list, tuple)) else ():  # or a tensor of features
        scores = getattr(sample, "pred_score", None)
        if isinstance(scores, Tensor) and not _finite(scores):
            raise UserError(
                "scores are not finite: these weights give none, or in this precision; no figure "
                "is made of them"
            )
