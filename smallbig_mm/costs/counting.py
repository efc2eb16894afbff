"""What a network costs: parameters, multiply-adds and activations, by one rule for every network.

The counter is fvcore's. One multiply-add is one operation; `GMAC` sums convolutions, linear layers
and matrix products, which is what papers print. Batch norms, which fvcore counts too, stand apart;
so do the comparisons and additions of pooling, which fvcore does not count for 3D pooling
(github.com/facebookresearch/fvcore/issues/148); every operator without a count is listed.
"""

from __future__ import annotations

import copy
import math
from collections import Counter
from dataclasses import asdict, dataclass
from importlib.metadata import version
from typing import Any

import torch
from fvcore.nn import FlopCountAnalysis
from mmengine.config import Config
from mmengine.registry import DefaultScope, init_default_scope
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from ..configs.sampling import protocol
from ..errors import last_line
from .memory import peak_activation_bytes

MULTIPLY_ADDS = ("conv", "linear", "addmm", "mm", "matmul", "bmm", "einsum")
POOLS = ("max_pool2d", "max_pool3d", "avg_pool2d", "avg_pool3d")
ADAPTIVE_POOLS = tuple(f"adaptive_{kind}_pool{n}d" for kind in ("max", "avg") for n in (2, 3))


@dataclass(frozen=True)
class Costs:
    """Costs of one clip.

    Attributes:
        params: number of parameters.
        clip: (T, H, W), counted with three channels.
        macs: multiply-adds of convolutions, linear layers and matrix products.
        activation_product_macs: of these, products of activations with activations, as of
            non-local attention and graphs, which papers often leave out.
        norm_ops: operations of norms, as fvcore counts them.
        pool_ops: comparisons of max pooling and additions of average pooling.
        activation_bytes: what inference holds at most beside the weights, see `memory`.
        uncounted: operators without a count, and how often they run.
        modules: per module name (parameters, multiply-adds).
        counter: name and version of the counter.
    """

    params: int
    clip: tuple[int, int, int]
    macs: int
    activation_product_macs: int
    norm_ops: int
    pool_ops: int
    activation_bytes: int
    uncounted: dict[str, int]
    modules: dict[str, tuple[int, int]]
    counter: str

    @property
    def gmac(self) -> float:
        """Multiply-adds in units of 1e9."""
        return self.macs / 1e9

    def as_record(self) -> dict[str, Any]:
        """All figures but the per-module ones, as JSON can hold them."""
        record = asdict(self)
        del record["modules"]
        return record


class _Scores(nn.Module):
    """The recogniser from clip to scores, head included, without the preprocessor."""

    def __init__(self, recognizer: Any) -> None:
        super().__init__()
        self.backbone, self.cls_head = recognizer.backbone, recognizer.cls_head  # for their names
        self.extract_feat: Any = recognizer.extract_feat

    def forward(self, clips: Tensor) -> Tensor:
        features, arguments = self.extract_feat(clips)
        return self.cls_head(features, **arguments)


def _shape(value: Any) -> list[int]:
    return list(value.type().sizes())


def _pool_ops(inputs: list[Any], outputs: list[Any]) -> int:
    """Elements of the output times the kernel's positions but one.

    A kernel as long as the clip is traced as a size, not a constant; it has no padding.
    """
    size, out = _shape(inputs[0]), _shape(outputs[0])
    kernel = [k.toIValue() for k in inputs[1].node().inputs()]
    whole = [i - o + 1 for i, o in zip(size, out, strict=True)][-len(kernel) :]
    positions = math.prod(w if k is None else k for k, w in zip(kernel, whole, strict=True))
    return math.prod(out) * (positions - 1)


def _adaptive_pool_ops(inputs: list[Any], outputs: list[Any]) -> int:
    return math.prod(_shape(inputs[0])) - math.prod(_shape(outputs[0]))


def clip_of(cfg: Config) -> tuple[int, int, int]:
    """(T, H, W) of the clips that a config trains on.

    Raises:
        ValueError: if the config's train pipeline names no frames or no size.
    """
    try:
        return protocol(cfg, "train").clip
    except ValueError as error:
        raise ValueError(f"{error}; give --clip T H W") from error


def build_model(cfg: Config) -> nn.Module:
    """The config's recogniser with random weights, in eval mode; nothing is downloaded.

    Raises:
        ValueError: if the config holds no model, or one that cannot be built.
    """
    from mmaction.registry import MODELS

    if DefaultScope.get_current_instance() is None:
        init_default_scope(cfg.get("default_scope", "mmaction"))
    if "model" not in cfg:
        raise ValueError(f"{cfg.filename}: holds no model")
    try:
        return MODELS.build(cfg.model).eval()
    except (KeyError, TypeError) as error:
        raise ValueError(f"{cfg.filename}: {last_line(error)}") from error


def _input_shape(recognizer: nn.Module, clip: tuple[int, int, int]) -> tuple[int, ...]:
    """Of a clip as a recogniser takes it."""
    frames, height, width = clip
    if type(recognizer).__name__ == "Recognizer2D":
        return 1, frames, 3, height, width
    return 1, 1, 3, frames, height, width


@torch.no_grad()
def quick_macs(recognizer: nn.Module, clip: tuple[int, int, int]) -> int:
    """The multiply-adds that `count` finds, from shapes alone: in a moment, whatever they are.

    PyTorch's counter, which unlike fvcore's traces nothing, runs the network on the meta device.

    Args:
        recognizer: as `count` takes it; it stays as it is.
        clip: (T, H, W).
    """
    shapes = _Scores(copy.deepcopy(recognizer).to("meta").eval())
    counter = FlopCounterMode(display=False)
    with counter:
        shapes(torch.zeros(_input_shape(recognizer, clip), device="meta"))
    return counter.get_total_flops() // 2  # a multiply-add is two of its operations


@torch.no_grad()
def count(recognizer: nn.Module, clip: tuple[int, int, int]) -> Costs:
    """Count one clip through a recogniser, from backbone to scores.

    Args:
        recognizer: mmaction2's `Recognizer3D`, or `Recognizer2D`, which takes the clip as images.
        clip: (T, H, W).
    """
    scores, zeros = _Scores(recognizer), torch.zeros(_input_shape(recognizer, clip))
    analysis = FlopCountAnalysis(scores, zeros)
    analysis.unsupported_ops_warnings(False).uncalled_modules_warnings(False)
    analysis.set_op_handle(**{f"aten::{name}": _pool_ops for name in POOLS})
    analysis.set_op_handle(**{f"aten::{name}": _adaptive_pool_ops for name in ADAPTIVE_POOLS})
    ops = Counter(analysis.by_operator())
    uncounted = {name.removeprefix("aten::"): n for name, n in analysis.unsupported_ops().items()}
    modules = {
        name: (
            sum(p.numel() for p in module.parameters()),
            int(sum(analysis.by_module_and_operator()[name][op] for op in MULTIPLY_ADDS)),
        )
        for name, module in recognizer.named_modules()
        if name in analysis.by_module_and_operator()
    }
    return Costs(
        params=sum(p.numel() for p in recognizer.parameters()),
        clip=clip,
        macs=int(sum(ops[name] for name in MULTIPLY_ADDS)),
        activation_product_macs=int(sum(ops[name] for name in ("mm", "matmul", "bmm", "einsum"))),
        norm_ops=int(sum(n for name, n in ops.items() if "norm" in name)),
        pool_ops=int(sum(n for name, n in ops.items() if "pool" in name)),
        activation_bytes=peak_activation_bytes(scores, zeros),
        uncounted=dict(sorted(uncounted.items())),
        modules=modules,
        counter=f"fvcore {version('fvcore')}",
    )
