"""Runs a trained network by torch or by another runtime, in one of several precisions."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import torch
from torch import Tensor, nn

from ..errors import UserError
from .classifier import Classifier

BACKENDS = ("torch", "torch-folded", "onnxruntime", "openvino")
PRECISIONS = ("fp32", "bf16", "int8")


def prepare(
    classifier: Classifier,
    clip: Tensor,
    backend: str = "torch",
    precision: str = "fp32",
    *,
    calibration: Iterable[Tensor] | None = None,
    threads: int | None = None,
) -> Callable[[Tensor], Tensor]:
    """Prepare a network for inference on clips of one shape.

    Args:
        classifier: in eval mode; it stays as it is.
        clip: an example of what it will get, of batch 1.
        backend: of `BACKENDS`; all but torch's run on the CPU.
        precision: of `PRECISIONS`.
        calibration: clips, shaped as `clip`, that int8 takes its ranges from.
        threads: of the CPU; as many as torch has in this process, if not given. For torch's
            backends they are set for the process.

    Returns:
        Clips, float32 on the network's device and of any batch -> scores before softmax, float32
        there, without gradients.

    Raises:
        UserError: if the backend cannot run in this precision, on this device or on this
            processor, or its package is missing.
    """
    if backend not in BACKENDS:
        raise UserError(f"backend {backend}: choose one of {', '.join(BACKENDS)}")
    if precision not in PRECISIONS:
        raise UserError(f"precision {precision}: choose one of {', '.join(PRECISIONS)}")
    if backend != "torch":
        raise UserError(f"backend {backend}: choose torch")
    if precision == "int8":
        raise UserError(f"backend {backend} has no int8: choose openvino, or fp32 or bf16")
    if threads is not None:
        torch.set_num_threads(threads)
    return _torch(classifier, precision)


def _torch(network: nn.Module, precision: str) -> Callable[[Tensor], Tensor]:
    @torch.inference_mode()
    def run(clips: Tensor) -> Tensor:
        with torch.autocast(clips.device.type, torch.bfloat16, enabled=precision == "bf16"):
            return network(clips).float()

    return run
