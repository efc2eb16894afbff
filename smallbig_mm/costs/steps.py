"""What is timed of a network: inference by a backend, a step of training; on random clips."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from mmaction.structures import ActionDataSample
from mmengine.config import Config
from mmengine.optim import build_optim_wrapper
from torch import Tensor, nn
from torch.nn.modules.conv import _ConvNd

from ..compat.precision import require_bfloat16
from ..deploy.backends import prepare
from ..deploy.classifier import Classifier
from ..errors import UserError
from .fast_paths import compiled, graphed

BY_TORCH = ("torch", "torch-compiled", "torch-cuda-graph")  # of these, the two last in a suite only
CALIBRATION_CLIPS = 4
LAYOUTS = {4: torch.channels_last, 5: torch.channels_last_3d}


def random_clips(
    classifier: Classifier, batch: int, clip: tuple[int, int, int], device: torch.device
) -> Tensor:
    """Clips of normal noise, as the classifier takes them, contiguous."""
    frames, height, width = clip
    shape = (frames, 3) if classifier.by_frames else (3, frames)
    return torch.randn(batch, *shape, height, width, device=device)


def inference(
    classifier: Classifier,
    clips: Tensor,
    backend: str,
    precision: str,
    threads: int,
) -> Callable[[], Any]:
    """A pass over a batch without gradients, see `deploy.backends.prepare`.

    int8's ranges come from noise, so that its scores mean nothing and only its time counts.

    Raises:
        UserError: if the backend cannot run in this precision here.
    """
    calibration = None
    if precision == "int8":
        calibration = [torch.randn_like(clips[:1]) for _ in range(CALIBRATION_CLIPS)]
    run = prepare(
        classifier,
        clips[:1],
        "torch" if backend in BY_TORCH else backend,
        precision,
        calibration=calibration,
        threads=threads,
    )
    if backend == "torch-compiled":
        run = compiled(run)
    if backend == "torch-cuda-graph":
        run = graphed(run, clips)
    return lambda: run(clips)


class _Least(nn.Module):
    """The least that is a recogniser: one convolution."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv3d(3, 2, 1)

    def forward(self, views: Tensor, stage: str) -> Tensor:
        return self.conv(views.flatten(0, 1)).mean((2, 3, 4))


def load(backend: str, precision: str, threads: int) -> None:
    """Run the least network once, so that no other is charged for the packages that this loads.

    Raises:
        UserError: as `inference`.
    """
    least = Classifier(_Least()).eval()
    clips = random_clips(least, 1, (2, 8, 8), torch.device("cpu"))
    inference(least, clips, backend, precision, threads)()


def training_step(
    recogniser: nn.Module, cfg: Config, clips: Tensor, backend: str, precision: str
) -> Callable[[], Any]:
    """Forward, backward and the optimiser's step on a batch.

    The loss is the recogniser's own, the optimiser the config's; every call is a step, though the
    config accumulates. Labels are random, reading and normalising clips is not in it.

    Args:
        recogniser: mmaction2's, which is trained.
        cfg: its config.
        clips: as `Classifier` takes them.
        backend: `'torch'`, or `'torch-compiled'`, which compiles the backbone.
        precision: `'fp32'`, or `'bf16'`, by autocast.

    Raises:
        UserError: if the config has no optimiser, or nothing is trained in this precision here.
    """
    if "optim_wrapper" not in cfg:
        raise UserError(f"{cfg.filename}: no optim_wrapper, so nothing says how to train")
    _check_training_precision(precision, clips.device)
    settings = {k: v for k, v in cfg.optim_wrapper.items() if k not in ("dtype", "loss_scale")}
    optimiser = build_optim_wrapper(
        recogniser.train(), dict(settings, type="OptimWrapper", accumulative_counts=1)
    )
    views = clips if Classifier(recogniser).by_frames else clips.unsqueeze(1)
    classes = cfg.model.cls_head.num_classes
    samples = [
        ActionDataSample().set_gt_label(int(label))
        for label in torch.randint(classes, (len(clips),))
    ]
    model: Any = recogniser
    if backend == "torch-compiled":
        model.backbone.compile(fullgraph=True, dynamic=False)

    def step() -> None:
        with torch.autocast(clips.device.type, torch.bfloat16, enabled=precision == "bf16"):
            losses = model(views, [sample.to(clips.device) for sample in samples], mode="loss")
        optimiser.update_params(model.parse_losses(losses)[0])

    return step


def _check_training_precision(precision: str, device: torch.device) -> None:
    if precision == "int8":
        raise UserError("nothing is trained in int8: choose fp32 or bf16")
    if precision == "bf16" and device.type == "cpu":
        require_bfloat16("--precision bf16")


def weights_layout(network: nn.Module) -> str:
    """How the kernels of convolutions lie: `'contiguous'`, `'channels last'` or `'mixed'`.

    A kernel of one position is both, and does not count.
    """
    kernels = [m.weight for m in network.modules() if isinstance(m, _ConvNd) and m.weight.ndim > 3]
    last = {
        kernel.is_contiguous(memory_format=LAYOUTS[kernel.ndim])
        for kernel in kernels
        if not (kernel.is_contiguous(memory_format=LAYOUTS[kernel.ndim]) and kernel.is_contiguous())
    }
    return "mixed" if len(last) > 1 else "channels last" if True in last else "contiguous"
