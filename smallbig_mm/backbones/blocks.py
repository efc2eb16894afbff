"""mmaction2's residual blocks with places for units."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Any, ClassVar

import torch
from mmaction.models.backbones.resnet3d import BasicBlock3d, Bottleneck3d
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.utils.checkpoint import checkpoint


class FrozenStatistics:
    """Normalise with batch statistics, as in training, and leave the running ones as they are.

    A context that may be entered again, as it is by a second backward pass.
    """

    def __init__(self, module: nn.Module) -> None:
        norms: list[Any] = [m for m in module.modules() if isinstance(m, _BatchNorm)]
        self._norms = [norm for norm in norms if norm.track_running_stats]

    def __enter__(self) -> None:
        self._kept = [(norm.momentum, norm.num_batches_tracked.clone()) for norm in self._norms]
        for norm in self._norms:
            norm.momentum = 0.0

    def __exit__(self, *_: object) -> None:
        for norm, (momentum, batches) in zip(self._norms, self._kept, strict=True):
            norm.momentum = momentum
            norm.num_batches_tracked.copy_(batches)


class _UnitPlaces(nn.Module):
    """Adds to a block the places `input_unit`, `sum_unit` and `output_unit`.

        z = input_unit(x);  y = output_unit(relu(sum_unit(branch(z) + shortcut(z))))

    With `with_cp`, the whole is recomputed in the backward pass to save memory. The second forward
    pass leaves the batch norms' running statistics alone, which would otherwise be updated twice.
    """

    convs: ClassVar[tuple[str, ...]]
    downsample: nn.Module | None
    relu: nn.Module
    non_local: bool
    non_local_block: nn.Module

    def __init__(self, *args, with_cp: bool = False, **kwargs) -> None:
        super().__init__(*args, with_cp=False, **kwargs)  # type: ignore[call-arg]
        self.recompute = with_cp
        self.input_unit: nn.Module | None = None
        self.sum_unit: nn.Module | None = None
        self.output_unit: nn.Module | None = None

    def _forward(self, x: Tensor) -> Tensor:
        """mmaction2's forward, which has no place between the sum and its ReLU, with the units."""
        if self.input_unit is not None:
            x = self.input_unit(x)
        y = x
        for name in self.convs:
            y = getattr(self, name)(y)
        y = y + (x if self.downsample is None else self.downsample(x))
        if self.sum_unit is not None:
            y = self.sum_unit(y)
        y = self.relu(y)
        if self.non_local:
            y = self.non_local_block(y)
        return y if self.output_unit is None else self.output_unit(y)

    def _contexts(self) -> tuple[AbstractContextManager, AbstractContextManager]:
        """For the first and the second pass; a compiled graph updates statistics once by itself."""
        return nullcontext(), FrozenStatistics(self)

    def forward(self, x: Tensor) -> Tensor:
        """(N, C_in, T, H, W) -> (N, C_out, T', H', W')."""
        if self.recompute and torch.is_grad_enabled():
            options: dict[str, Any] = (
                {} if torch.compiler.is_compiling() else dict(context_fn=self._contexts)
            )
            return checkpoint(self._forward, x, use_reentrant=False, **options)
        return self._forward(x)


class UnitBasicBlock(_UnitPlaces, BasicBlock3d):
    """`BasicBlock3d` with places for units."""

    convs = ("conv1", "conv2")


class UnitBottleneck(_UnitPlaces, Bottleneck3d):
    """`Bottleneck3d` with places for units."""

    convs = ("conv1", "conv2", "conv3")
