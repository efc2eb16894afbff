"""Runs a trained network by torch or by another runtime, in one of several precisions."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import torch
from torch import Tensor, nn

from ..errors import UserError
from .classifier import Classifier
from .graphs import INPUT, onnx_model
from .packages import load
from .quantise import quantise

BACKENDS = ("torch", "torch-folded", "onnxruntime", "openvino")
PRECISIONS = ("fp32", "bf16", "int8")
HAVE = {  # what each precision is to be had from
    "fp32": BACKENDS,
    "bf16": ("torch", "torch-folded", "openvino"),
    "int8": ("openvino",),
}
Run = Callable[[Tensor], Tensor]


def prepare(
    classifier: Classifier,
    clip: Tensor,
    backend: str = "torch",
    precision: str = "fp32",
    *,
    calibration: Iterable[Tensor] | None = None,
    threads: int | None = None,
) -> Run:
    """Prepare a network for inference on clips of one shape.

    Args:
        classifier: in eval mode; it stays as it is.
        clip: an example of what it will get, of batch 1.
        backend: of `BACKENDS`; onnxruntime and openvino run on the CPU.
        precision: of `PRECISIONS`. bf16 is torch's autocast, and openvino's inference precision;
            int8 is openvino's, in bf16 where the processor has it and a layer is not quantised.
        calibration: clips, shaped as `clip`, that int8 takes its ranges from; they are gone through
            more than once.
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
    if backend not in HAVE[precision]:
        raise UserError(
            f"backend {backend} has no {precision}: choose fp32, or for {precision} the backend "
            f"{' or '.join(HAVE[precision])}"
        )
    if backend.startswith("torch"):
        if threads is not None:
            torch.set_num_threads(threads)
        return _torch(classifier, precision)
    if clip.device.type != "cpu":
        raise UserError(
            f"backend {backend} runs on the CPU: choose --device cpu, or the backend torch"
        )
    threads = threads or torch.get_num_threads()
    if backend == "onnxruntime":
        return onnxruntime_run(onnx_model(classifier, clip).SerializeToString(), threads)
    if precision == "int8" and calibration is None:
        raise UserError("precision int8: takes its ranges from clips: give --calibration LIST")
    return _openvino(classifier, clip, precision, calibration, threads)


def _torch(network: nn.Module, precision: str) -> Run:
    @torch.no_grad()
    def run(clips: Tensor) -> Tensor:
        with torch.autocast(clips.device.type, torch.bfloat16, enabled=precision == "bf16"):
            return network(clips).float()

    return run


def onnxruntime_run(model: bytes, threads: int) -> Run:
    """Run a serialised `onnx_model` by ONNX Runtime.

    Raises:
        UserError: if it is not installed.
    """
    runtime = load("onnxruntime", "onnxruntime")
    options = runtime.SessionOptions()
    options.intra_op_num_threads = threads
    session = runtime.InferenceSession(model, options, providers=["CPUExecutionProvider"])

    def run(clips: Tensor) -> Tensor:
        return torch.from_numpy(session.run(None, {INPUT: clips.contiguous().numpy()})[0])

    return run


def _openvino(
    classifier: Classifier,
    clip: Tensor,
    precision: str,
    calibration: Iterable[Tensor] | None,
    threads: int,
) -> Run:
    ov = load("openvino", "openvino")
    properties = load("openvino.properties", "openvino")
    hints = load("openvino.properties.hint", "openvino")
    core = ov.Core()
    known = core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    if precision == "bf16" and "BF16" not in known:
        raise UserError(
            "backend openvino: this processor has no bf16: choose fp32 or int8, or torch's bf16, "
            "which is slow here"
        )
    model = core.read_model(onnx_model(classifier, clip).SerializeToString())
    if calibration is not None:
        model = quantise(model, calibration)
    # OpenVINO's own choice for float32 is bf16 where the processor has it.
    floats = ov.Type.bf16 if precision != "fp32" and "BF16" in known else ov.Type.f32
    compiled = core.compile_model(
        model,
        "CPU",
        {
            hints.inference_precision: floats,
            hints.performance_mode: hints.PerformanceMode.LATENCY,
            properties.inference_num_threads: threads,
        },
    )
    return lambda clips: torch.from_numpy(compiled(clips.contiguous().numpy())[0])
