"""How much memory a network's activations take at most, without running it.

The network runs on torch's meta device, whose tensors have shapes and no data, so that the figure
is that of the network and no machine's: eager float32 inference, every tensor from the operator
that makes it until the last reference to it is gone. What kernels and allocators take besides, and
what a compiler would save, is not in it.
"""

from __future__ import annotations

import weakref
from typing import Any

import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves
from torch.utils.weak import WeakIdKeyDictionary


class _Held(TorchDispatchMode):
    """Sums the storages that operators made and that are not freed yet."""

    def __init__(self, others: list[Tensor]) -> None:
        super().__init__()
        self.now = self.peak = 0
        self.known = WeakIdKeyDictionary()
        for tensor in others:
            self.known[tensor.untyped_storage()] = True

    def __torch_dispatch__(
        self, operator: Any, types: Any, args: tuple = (), kwargs: dict | None = None
    ) -> Any:
        made = operator(*args, **(kwargs or {}))
        for tensor in tree_leaves(made):
            if isinstance(tensor, Tensor):
                self._hold(tensor.untyped_storage())
        return made

    def _hold(self, storage: Any) -> None:
        if storage not in self.known:  # a view has the storage of what it looks at
            self.known[storage] = True
            self.now += storage.nbytes()
            self.peak = max(self.peak, self.now)
            weakref.finalize(storage, self._free, storage.nbytes())

    def _free(self, number: int) -> None:
        self.now -= number


@torch.no_grad()
def peak_activation_bytes(network: nn.Module, clip: Tensor) -> int:
    """What one forward pass holds at most beside the weights, the clip included.

    Args:
        network: in eval mode; it stays as it is.
        clip: its input; only the shape counts.
    """
    state = {name: tensor.to("meta") for name, tensor in network.state_dict().items()}
    clip = clip.to("meta")
    with _Held([*state.values(), clip]) as held:
        functional_call(network, state, clip)
    return held.peak + clip.untyped_storage().nbytes()
