"""Checkpoints of the authors' code, github.com/xhl-video/SmallBigNet.

Their weights were never published, but their code trains networks whose checkpoints these are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import groupby
from typing import Any

from ..backbones import ResNet3dUnits
from ..errors import CheckpointError
from ..state_dicts import Shapes
from .families import NORM, Family, Network, classes_of, depth_of

# The authors' module -> our module and its tensors, outside and inside a residual block.
_OUTSIDE = {
    "conv1": ("backbone.conv1.conv", ("weight",)),
    "bn1": ("backbone.conv1.bn", NORM),
    "fc": ("cls_head.fc_cls", ("weight", "bias")),
}
_INSIDE = {
    "downsample.0": ("downsample.conv", ("weight",)),
    "downsample.1": ("downsample.bn", NORM),
    "big4_1": ("input_unit.reduce", ("weight",)),
    "big4_2.0": ("input_unit.expand", ("weight",)),
    "big4_2.1": ("input_unit.bn", NORM),
}
for _n in (1, 2, 3):
    _INSIDE |= {
        f"conv{_n}": (f"conv{_n}.conv", ("weight",)),
        f"bn{_n}": (f"conv{_n}.bn", NORM),
        f"big{_n}.1": (f"conv{_n}.big_bn", NORM),
    }
_BLOCK = r"(layer[1-4]\.(?:0|[1-9]\d*)\.)"


def _pair(block: str, official: str, ours: str, tensor: str) -> tuple[str, str]:
    return f"{block}{official}.{tensor}", f"{'backbone.' if block else ''}{block}{ours}.{tensor}"


def to_ours(name: str) -> str | None:
    """Our name of the authors' tensor `name` (without `module.`), None if they have no such."""
    return _rename(name, 0)


def to_official(name: str) -> str | None:
    """The authors' name of our tensor `name`, None if they have no such. Inverse of `to_ours`."""
    return _rename(name, 1)


def _rename(name: str, side: int) -> str | None:
    match = re.match(rf"{'backbone[.]' if side else ''}{_BLOCK}", name)
    block = match[1] if match else ""
    for official, (ours, tensors) in (_INSIDE if block else _OUTSIDE).items():
        for tensor in tensors:
            pair = _pair(block, official, ours, tensor)
            if pair[side] == name:
                return pair[1 - side]
    return None


_STAGES = (3, 4, 5)  # those with units, unless a backbone's arguments say otherwise


def identify(ours: Shapes, _: Mapping[str, Any] = {}) -> Network:
    """Name the network whose tensors, under our names, have the shapes `ours`.

    Raises:
        CheckpointError: if it is none that the authors' code can build.
    """

    def blocks_with(pattern: str) -> dict[int, tuple[int, ...]]:
        """By stage; in order."""
        found = (re.match(rf"backbone\.layer(\d)\.(\d+)\.{pattern}$", name) for name in ours)
        places = sorted((int(match[1]) + 1, int(match[2])) for match in found if match)
        return {
            stage: tuple(block for _, block in blocks)
            for stage, blocks in groupby(places, key=lambda place: place[0])
        }

    blocks = {n: len({m.split(".")[2] for m in ours if m.startswith(f"backbone.layer{n}.")})
              for n in range(1, 5)}  # fmt: skip
    depth = depth_of(ours, ResNet3dUnits.arch_settings, "backbone.layer")
    stem = ours.get("backbone.conv1.conv.weight")
    if depth not in (23, 50, 101, 152) or stem is None:
        raise CheckpointError(
            f"the checkpoint has {'-'.join(map(str, blocks.values()))} bottlenecks in res2 ... res5"
            f" and {'a' if stem else 'no'} stem: it is no SmallBigNet (R23, R50, R101 or R152) or "
            "is incomplete"
        )
    backbone: dict[str, Any] = dict(type="ResNet3dSmallBig", depth=depth)
    if stem[0] != 64:
        backbone["base_channels"] = stem[0]
    stages = tuple(blocks_with(r"conv1\.big_bn\.weight"))
    if not stages:
        backbone["views"] = (None, None, None)
    elif stages != _STAGES:
        backbone["stages"] = stages
    extra = blocks_with(r"input_unit\.reduce\.weight")
    if extra:
        backbone["extra_unit"] = "default"
        if tuple(extra) != _STAGES:
            backbone["extra_stages"] = tuple(extra)
        if any(len(some) < blocks[stage - 1] for stage, some in extra.items()):
            backbone["extra_blocks"] = tuple(extra.values())
    inflate = tuple(int(ours[f"backbone.layer{n}.0.conv1.conv.weight"][2] > 1) for n in range(1, 5))
    if any(inflate):
        backbone["inflate"] = inflate
    head = dict(type="I3DHead", in_channels=32 * stem[0])
    return Network(_name(backbone), backbone, classes_of(ours), head, notes=(CLIP,))


CLIP = "the clip length leaves no trace in the weights: use the one they were trained with"


def _name(backbone: dict[str, Any]) -> str:
    """Such as `SmallBig-R50 full`, full (Fig. 2(f)) being typical (e) with extra units."""
    depth, extra = backbone["depth"], ""
    if "extra_blocks" in backbone:
        extra = f" with {sum(map(len, backbone['extra_blocks']))} extra units"
    elif "extra_unit" in backbone:
        extra = " with extra units"
    if "views" not in backbone:
        return f"SmallBig-R{depth} typical{extra}".replace("typical with extra units", "full")
    return f"{'SlowOnly' if 'inflate' in backbone else '2D'}-R{depth}{extra}"


SMALLBIG = Family("SmallBigNet", "github.com/xhl-video/SmallBigNet", to_ours, identify, ("*",))
