"""Checkpoints of TSM's authors, github.com/mit-han-lab/temporal-shift-module: ResNets.

They shift in a residual block's first convolution (`blockres`), as mmaction2's ResNetTSM does, in
every block, or in every second one of R101 and deeper; without `.net` in its names it is a TSN.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from mmaction.models.backbones import ResNet

from ..errors import CheckpointError
from ..state_dicts import Shapes
from .families import Family, Network, classes_of, depth_of
from .smallbig import to_ours

_FC = re.compile(r"(?:new_fc|base_model\.fc)\.(weight|bias)")


def _rename(name: str) -> str | None:
    if match := _FC.fullmatch(name):
        return f"cls_head.fc_cls.{match[1]}"
    if not name.startswith("base_model."):
        return None
    ours = to_ours(name.removeprefix("base_model.").replace("conv1.net.", "conv1."))
    if ours is None or "big" in ours or "input_unit" in ours:
        return None
    return ours.replace("conv1.conv.", "conv1.conv.net.") if ".conv1.net." in name else ours


def _network(ours: Shapes, _: Mapping[str, Any]) -> Network:
    depth = depth_of(ours, ResNet.arch_settings, "backbone.layer")
    if not depth:
        raise CheckpointError("the checkpoint has the blocks of no ResNet (R18, R34, R50, ...)")
    shifted = any(".net." in name for name in ours)
    width = 512 if depth < 50 else 2048
    segments = "the number of segments and how they are sampled leave no trace in the weights"
    if not shifted:
        head = dict(type="TSNHead", in_channels=width)
        return Network(f"TSN-R{depth}", dict(type="ResNet", depth=depth), classes_of(ours), head)
    return Network(
        f"TSM-R{depth}",
        dict(type="ResNetTSM", depth=depth, shift_div=8),
        classes_of(ours),
        dict(type="TSMHead", in_channels=width),
        notes=(f"{segments}: use those of the file's name or of its training",),
    )


TSM = Family(
    "TSM",
    "github.com/mit-han-lab/temporal-shift-module",
    _rename,
    _network,
    configs=("*tsm*",),
    dims=4,
)
