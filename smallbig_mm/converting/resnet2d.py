"""ImageNet ResNets with torchvision's names, which timm's have too: `pretrained` of any config.

Names stay, as it is under these that 2D weights are inflated; the classifier goes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..backbones import ResNet3dUnits
from ..errors import CheckpointError
from ..state_dicts import Shapes
from .families import Family, Network, depth_of
from .smallbig import to_official, to_ours


def _same(name: str) -> str | None:
    ours = to_ours(name)
    return name if ours and "big" not in ours and "input_unit" not in ours else None


def _network(tensors: Shapes, _: Mapping[str, Any]) -> Network:
    depth = depth_of(tensors, ResNet3dUnits.arch_settings, "layer")
    if not depth:
        raise CheckpointError("the checkpoint has the blocks of no ResNet (R18, R34, R50, ...)")
    return Network(f"2D ResNet-{depth}", dict(type="ResNet3dUnits", depth=depth), notes=(USE,))


USE = "2D weights to begin a training with: --cfg-options model.backbone.pretrained=OUT"


def _expected(network: Network) -> Shapes:
    """Those of our ResNet frame by frame, without the kernels' time."""
    return {
        to_official(name) or name: shape[:2] + shape[3:] if len(shape) == 5 else shape
        for name, shape in network.shapes().items()
    }


RESNET2D = Family(
    "torchvision's and timm's ResNets",
    "github.com/pytorch/vision, github.com/huggingface/pytorch-image-models",
    _same,
    _network,
    dims=4,
    left_out={r"fc\.(weight|bias)": "ImageNet's classifier"},
    expected=_expected,
)
