"""On one GPU, in nine minutes: each fast path beside its plain twin, and how fast each runs."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
import torch.nn.functional as F
from mmengine.config import Config
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from ..backbones.blocks import UnitBasicBlock, UnitBottleneck
from ..costs.counting import build_model
from ..costs.fast_paths import compiled, graphed
from ..costs.speed import why_not
from ..costs.steps import random_clips
from ..costs.subjects import Setting, Way
from ..deploy.backends import prepare
from ..deploy.classifier import Classifier
from ..errors import UserError
from ..files import own_config
from ..units.smallbig import SmallBig
from .speed import Effort, Trial

CHECKED, MEASURED = "smallbig_r23_k400", ("r50_k400", "smallbig_r50_k400")
CLIP, BATCH = (8, 112, 112), 2
PREPARING = 300  # seconds after which nothing is compiled any more, which takes some 200 at most
AGREES = "agrees"
Pair = tuple[Tensor, Tensor]


class Paths:
    """The fast paths of a network with random weights, in which every branch counts.

    A path is a method that gives what the fast form gives, and what its plain twin does.

    Args:
        cfg: the network's config.
        device: where.
        clip: (T, H, W).
        compiler: backend of torch.compile.
    """

    def __init__(
        self,
        cfg: Config,
        device: torch.device,
        clip: tuple[int, int, int] = CLIP,
        compiler: str = "inductor",
    ) -> None:
        self.compiler = compiler
        self.classifier = Classifier(_awake(build_model(cfg))).to(device).eval()
        self.clips, self.others = (
            random_clips(self.classifier, BATCH, clip, device) for _ in range(2)
        )
        self.run = prepare(self.classifier, self.clips[:1])

    def units(self) -> Pair:
        """Scores of units, in channels-last, and of their equation, contiguous."""
        with torch.no_grad():
            fast, plain = zip(
                *((unit(x), _plain(unit, x)) for unit, x in self._units()), strict=True
            )
        return _joined(fast), _joined(plain)

    def gradients(self) -> Pair:
        """Gradients of units in float64, pooled again in the backward pass, and of the equation."""
        found = [
            (_gradients(unit, unit, x), _gradients(unit, partial(_plain, unit), x))
            for unit, x in self._units(torch.float64)
        ]
        fast, plain = zip(*found, strict=True)
        return _joined(fast), _joined(plain)

    def _units(self, dtype: torch.dtype = torch.float32) -> list[tuple[SmallBig, Tensor]]:
        """Copies of the SmallBig units, and what each is given in the network."""
        network = copy.deepcopy(self.classifier).to(dtype)
        inputs: dict[SmallBig, Tensor] = {}
        for unit in (m for m in network.modules() if isinstance(m, SmallBig)):
            unit.register_forward_pre_hook(lambda unit, x: inputs.setdefault(unit, x[0].clone()))
        with torch.no_grad():
            network(self.clips.to(dtype))
        for unit in inputs:
            unit._forward_pre_hooks.clear()
        return list(inputs.items())

    def folded(self) -> Pair:
        """Without batch norms."""
        fast = prepare(self.classifier, self.clips[:1], "torch-folded")
        return fast(self.clips), self.run(self.clips)

    def compiled(self) -> Pair:
        """One graph, which two clips of a shape share."""
        fast = compiled(self.run, self.compiler)
        fast(self.others)
        with torch._dynamo.config.patch(error_on_recompile=True):
            return fast(self.clips), self.run(self.clips)

    def cuda_graph(self) -> Pair:
        """One clip, by kernels that were recorded with another."""
        replay = graphed(self.run, self.others[:1])
        return replay(self.clips[:1]), self.run(self.clips[:1])

    def bf16(self) -> Pair:
        """Autocast."""
        fast = prepare(self.classifier, self.clips[:1], precision="bf16")
        return fast(self.clips), self.run(self.clips)

    def recomputed(self) -> Pair:
        """Gradients in float64, whole blocks computed again in the backward pass."""
        found = []
        for recompute in (True, False):
            network = copy.deepcopy(self.classifier).double().train()
            for module in network.modules():
                if isinstance(module, nn.Dropout):
                    module.p = 0
                if isinstance(module, (UnitBasicBlock, UnitBottleneck)):
                    module.recompute = recompute
            found.append(_gradients(network, network, self.clips.double()))
        return found[0], found[1]


@dataclass(frozen=True)
class Check:
    """A path and how far it may be from its plain twin: the difference's norm over the twin's."""

    name: str
    tolerance: float
    path: Callable[[Paths], Pair]

    def run(self, paths: Paths) -> dict[str, Any]:
        """Name, difference, tolerance and verdict: `AGREES`, `differs`, or `not run: <why>`."""
        found: dict[str, Any] = dict(check=self.name, difference="", tolerance=self.tolerance)
        try:
            with _exact():
                fast, plain = (result.detach().double() for result in self.path(paths))
        except Exception as error:
            return {**found, "verdict": why_not(error)}
        difference = float((fast - plain).norm() / plain.norm())
        verdict = AGREES if difference <= self.tolerance else "differs"
        return {**found, "difference": f"{difference:.1e}", "verdict": verdict}


CHECKS = (
    Check("units, channels-last", 1e-5, Paths.units),
    Check("folded", 1e-5, Paths.folded),
    Check("compiled, one graph", 1e-5, Paths.compiled),
    Check("CUDA graph, batch 1", 1e-5, Paths.cuda_graph),
    Check("bf16 autocast", 5e-2, Paths.bf16),
    Check("gradients, pooled again", 1e-9, Paths.gradients),
    Check("gradients, blocks recomputed", 1e-9, Paths.recomputed),
)


def gpu() -> torch.device:
    """The GPU.

    Raises:
        UserError: if there is none.
    """
    if not torch.cuda.is_available():
        raise UserError("--suite gpu: torch finds no GPU here")
    return torch.device("cuda")


def checks(device: torch.device) -> Iterator[dict[str, Any]]:
    """What each of `CHECKS` finds."""
    paths = Paths(Config.fromfile(own_config(CHECKED)), device)
    for check in CHECKS:
        yield check.run(paths)


def trials(device: torch.device, threads: int, began: float) -> Iterator[tuple[Trial, Effort]]:
    """What is measured, in the order of what matters; what is compiled comes last.

    Args:
        device: a GPU.
        threads: of the CPU.
        began: when the suite did, by `time.monotonic`.
    """
    both = [Config.fromfile(own_config(name)) for name in MEASURED]
    ways = {
        backend: [Way("inference", backend, precision) for precision in ("fp32", "bf16")]
        for backend in ("torch", "torch-folded", "torch-compiled", "torch-cuda-graph")
    }
    torch_s, folded, by_compiler, graph = ways.values()
    steps = [Way("training", "torch", precision) for precision in ("fp32", "bf16")]
    plans = [
        (both, [*torch_s, *folded, *graph], Setting(threads)),
        (both, [*torch_s, *folded], Setting(threads, batch=16)),
        (both, steps, Setting(threads, batch=8)),
        *((both, [*torch_s, *folded], Setting(threads, frames=t)) for t in (16, 32, 64)),
        (both[1:], [*torch_s, by_compiler[1]], Setting(threads, batch=16)),
        (both[1:], [*steps, Way("training", "torch-compiled", "bf16")], Setting(threads, batch=8)),
    ]
    for cfgs, asked, setting in plans:
        effort = Effort(rounds=30, seconds=10, deadline=began + PREPARING)
        yield Trial(cfgs, asked, setting, device), effort


def _plain(unit: SmallBig, x: Tensor) -> Tensor:
    """Eq. 2 by torch's own operators on contiguous tensors, of a unit that shares its weights."""
    assert unit.big_bn is not None and unit.big_conv is None
    x, (t, h, w) = x.contiguous(), unit.view
    assert not isinstance(t, tuple)
    size = (x.shape[2] if t == "T" else t, h, w)
    padding = (0 if t == "T" else t // 2, h // 2, w // 2)
    big = F.max_pool3d(x, size, stride=1, padding=padding)
    small, large = (
        F.conv3d(view, unit.conv.weight.contiguous(), None, unit.stride, unit.padding)
        for view in (x, big)
    )
    y = unit.norm(small) + unit.big_bn(large)
    return y.relu() if unit.with_activation else y


def _gradients(module: nn.Module, run: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
    """Of the squared output's mean, to the input and the module's parameters, in training mode."""
    module.train()
    x = x.detach().requires_grad_()
    grads = torch.autograd.grad(
        run(x).square().mean(), [x, *module.parameters()], materialize_grads=True
    )
    return _joined(grads)


def _joined(tensors: Sequence[Tensor]) -> Tensor:
    """All numbers in one row."""
    return torch.cat([tensor.flatten() for tensor in tensors])


def _awake(network: nn.Module) -> nn.Module:
    """Random norms: units begin with norms of zero, behind which a difference would not show."""
    for norm in (m for m in network.modules() if isinstance(m, _BatchNorm)):
        nn.init.uniform_(norm.weight, 0.5, 1.0)
        nn.init.normal_(norm.bias, std=0.1)
    return network


@contextmanager
def _exact() -> Iterator[None]:
    """Float32 that is not TF32."""
    kept = torch.backends.cudnn.allow_tf32
    torch.backends.cudnn.allow_tf32 = False
    try:
        yield
    finally:
        torch.backends.cudnn.allow_tf32 = kept
