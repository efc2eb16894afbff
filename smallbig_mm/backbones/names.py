"""Names of 2D weights: those of the network itself, whatever wrapped it when it was saved."""

from __future__ import annotations

import re
from typing import Any

from mmengine.runner import CheckpointLoader

SCHEME = "unwrapped://"
_WRAPPERS = re.compile(r"^(?:(?:module|_orig_mod|backbone)\.)+")


@CheckpointLoader.register_scheme(prefixes=SCHEME)
def load_from_unwrapped(filename: str, map_location: Any = None) -> dict[str, Any]:
    """Load the state dict of `unwrapped://FILE` with the names that torchvision gives.

    What mmpretrain (`backbone.`), data parallel training (`module.`) and `torch.compile`
    (`_orig_mod.`) put before each name is left out. FILE is what mmengine loads: a path, a URL or
    `torchvision://NAME`.
    """
    loaded = CheckpointLoader.load_checkpoint(filename.removeprefix(SCHEME), map_location)
    tensors = loaded.get("state_dict", loaded)
    return {_WRAPPERS.sub("", name): tensor for name, tensor in tensors.items()}
