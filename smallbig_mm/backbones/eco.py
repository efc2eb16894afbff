"""ECO: frames through half of BN-Inception, their maps through a 3D ResNet-18 (arXiv 1804.09066).

    z = res5b(... res3b(conv(f(x_1), ..., f(x_N))))        f: BN-Inception to 3c's first double 3x3
    Lite: scores = FC(mean z)     Full: scores = FC(mean_t g(x_t), mean z)     g: all BN-Inception

The layout is that of github.com/mzolfaghari/ECO-pytorch: one frame of each of N segments; the 3D
blocks normalise and rectify their input (pre-activation), and their shortcut is the sum before.
It is a backbone of `Recognizer3D`, which hands it whole clips and takes one map a clip back;
`Recognizer2D` hands over frames and wants as many maps back.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from itertools import pairwise
from typing import Any

import torch
from mmaction.registry import MODELS
from torch import Tensor, nn

from .bn_inception import BNInception, rename_official


def conv3d(in_channels: int, channels: int, stride: int = 1) -> nn.Conv3d:
    return nn.Conv3d(in_channels, channels, 3, stride, 1)


class PreActBlock(nn.Module):
    """A 3D residual block: y = shortcut + conv2(relu(bn1(conv1(relu(bn(x))))).

    The shortcut is x, or with stride 2 a 3x3x3 convolution of relu(bn(x)).

    Shapes: (N, C, T, H, W) -> (N, channels, T/stride, H/stride, W/stride).
    """

    def __init__(self, in_channels: int, channels: int, stride: int = 1) -> None:
        super().__init__()
        self.bn = nn.BatchNorm3d(in_channels)
        self.conv1 = conv3d(in_channels, channels, stride)
        self.bn1 = nn.BatchNorm3d(channels)
        self.conv2 = conv3d(channels, channels)
        self.down = conv3d(in_channels, channels, stride) if stride > 1 else None

    def forward(self, x: Tensor) -> Tensor:
        y = self.bn(x).relu()
        shortcut = x if self.down is None else self.down(y)
        return shortcut + self.conv2(self.bn1(self.conv1(y)).relu())


# A norm that follows a sum is the first of the block after it.
_AFTER = dict(pairwise(("res3a", "res3b", "res4a", "res4b", "res5a", "res5b")))
_LAYERS = {"1": "conv1", "1_bn": "bn1", "2": "conv2", "down": "down"}


def rename_eco(name: str) -> str:
    """Our name of a tensor that ECO-pytorch calls `name`; other names as they are."""
    match = re.match(r"(?:base_model\.)?(res\d\w)_(1|1_bn|2|bn|down)\.(\w+)$", name)
    if match is None:
        return rename_official(name)
    block, layer, tensor = match.groups()
    if (block, layer) == ("res3a", "2"):
        return f"res.conv.{tensor}"
    if layer == "bn":
        return f"res.{_AFTER[block]}.bn.{tensor}" if block in _AFTER else f"res.bn.{tensor}"
    return f"res.{block}.{_LAYERS[layer]}.{tensor}"


@MODELS.register_module()
class ECO(BNInception):
    """ECO Full or Lite without the classifier.

    Args:
        full: also run the whole of BN-Inception on each frame; Lite otherwise.
        pretrained: file, URL or `torchvision://`-like name of weights to begin with: of
            BN-Inception, the 3D part or all of ECO, under their authors' names or this network's;
            None to draw them. What a file has not is drawn.

    Shapes: (N, 3, T, H, W) -> Lite (N, 512, T/4, H/32, W/32); Full (N, 1536, 1, 1, 1), already
    averaged, as each half has a dropout of its own (0.5 a frame, 0.3 a clip).
    """

    rename = staticmethod(rename_eco)

    def __init__(self, full: bool = True, pretrained: str | None = None) -> None:
        super().__init__(pretrained)
        self.full = full
        if not full:
            self.inception = nn.ModuleDict({k: self.inception[k] for k in ("3a", "3b", "3c")})
            del self.inception["3c"].three, self.inception["3c"].deep_2
        self.res = nn.Sequential(
            OrderedDict(
                conv=conv3d(96, 128),
                res3b=PreActBlock(128, 128),
                res4a=PreActBlock(128, 256, stride=2),
                res4b=PreActBlock(256, 256),
                res5a=PreActBlock(256, 512, stride=2),
                res5b=PreActBlock(512, 512),
                bn=nn.BatchNorm3d(512),
                relu=nn.ReLU(inplace=True),
            )
        )
        self.frame_dropout, self.clip_dropout = nn.Dropout(0.5), nn.Dropout(0.3)

    def forward(self, clips: Tensor) -> Tensor:
        """(N, 3, T, H, W) -> (N, 512, T/4, H/32, W/32), or (N, 1536, 1, 1, 1) if full."""
        size = clips.shape[0], clips.shape[2]  # N, T
        x = self.stem(clips.transpose(1, 2).flatten(0, 1))
        blocks: list[Any] = list(self.inception.values())
        for block in blocks[:2]:  # 3a, 3b
            x = block(x)
        half = blocks[2].deep(x)
        z = self.res(half.unflatten(0, size).transpose(1, 2))
        if not self.full:
            return z
        x = blocks[2].join(x, half)
        for block in blocks[3:]:
            x = block(x)
        x = self.frame_dropout(x.mean((2, 3))).unflatten(0, size).mean(1)
        z = self.clip_dropout(z.mean((2, 3, 4)))
        return torch.cat([x, z], 1)[..., None, None, None]
