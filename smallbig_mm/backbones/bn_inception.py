"""BN-Inception (Inception-v2), frame by frame: the network of TSN and TRN, and half of ECO.

    y = concat(1x1(x), 3x3(1x1(x)), 3x3(3x3(1x1(x))), 1x1(pool(x)))

The network of Ioffe and Szegedy (arXiv 1502.03167) as TSN's authors trained it in Caffe
(github.com/yjxiong/tsn-pytorch): every convolution has a bias and a batch norm, and pooling counts
windows that begin inside the map and end outside (ceil mode). Its input is BGR, 0 to 255, less
(104, 117, 128).
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable

import torch
from mmaction.registry import MODELS
from mmengine.logging import print_log
from mmengine.model import BaseModule
from torch import Tensor, nn

from ..errors import WeightsError
from ..state_dicts import SCHEME, load_from_unwrapped

# Block: channels of 1x1; of 3x3's reduction and of 3x3; of the double 3x3's reduction and of each
# of its two; of the pool's projection; the pool. A block without 1x1 and projection has stride 2.
BLOCKS = {
    "3a": (64, (64, 64), (64, 96), 32, "avg"),
    "3b": (64, (64, 96), (64, 96), 64, "avg"),
    "3c": (0, (128, 160), (64, 96), 0, "max"),
    "4a": (224, (64, 96), (96, 128), 128, "avg"),
    "4b": (192, (96, 128), (96, 128), 128, "avg"),
    "4c": (160, (128, 160), (128, 160), 128, "avg"),
    "4d": (96, (128, 192), (160, 192), 128, "avg"),
    "4e": (0, (128, 192), (192, 256), 0, "max"),
    "5a": (352, (192, 320), (160, 224), 128, "avg"),
    "5b": (352, (192, 320), (192, 224), 128, "max"),
}


def conv_bn(in_channels: int, channels: int, kernel: int, stride: int = 1) -> nn.Sequential:
    """Convolution with bias, batch norm, ReLU."""
    conv = nn.Conv2d(in_channels, channels, kernel, stride, kernel // 2)
    norm, relu = nn.BatchNorm2d(channels), nn.ReLU(inplace=True)
    return nn.Sequential(OrderedDict(conv=conv, bn=norm, relu=relu))


class Inception(nn.Module):
    """A block: four ways through the map, concatenated; see `BLOCKS` for its arguments.

    Shapes: (N, C, H, W) -> (N, channels, H, W), or (N, channels, H/2, W/2) with stride 2, where
    the pool hands all C channels on.
    """

    def __init__(
        self,
        in_channels: int,
        one: int,
        three: tuple[int, int],
        deep: tuple[int, int],
        projection: int,
        pool: str,
    ) -> None:
        super().__init__()
        stride = 1 if one else 2
        self.one = conv_bn(in_channels, one, 1) if one else None
        self.three = nn.Sequential(
            conv_bn(in_channels, three[0], 1), conv_bn(three[0], three[1], 3, stride)
        )
        self.deep = nn.Sequential(conv_bn(in_channels, deep[0], 1), conv_bn(deep[0], deep[1], 3))
        self.deep_2 = conv_bn(deep[1], deep[1], 3, stride)
        pooling = nn.AvgPool2d if pool == "avg" else nn.MaxPool2d
        self.pool = nn.Sequential(pooling(3, stride, padding=2 - stride, ceil_mode=True))
        if projection:
            self.pool.append(conv_bn(in_channels, projection, 1))
        self.channels = one + three[1] + deep[1] + (projection or in_channels)

    def forward(self, x: Tensor) -> Tensor:
        return self.join(x, self.deep(x))

    def join(self, x: Tensor, deep: Tensor) -> Tensor:
        """The block's output from its input and from the first 3x3 of the double one."""
        ways = [self.three(x), self.deep_2(deep), self.pool(x)]
        return torch.cat([*([] if self.one is None else [self.one(x)]), *ways], 1)


# --------------------------------------------------------------------------------------------------
# Weights under Caffe's names, which tsn-pytorch, TRN-pytorch and ECO-pytorch keep

_STEM = {"conv1_7x7_s2": "conv1", "conv2_3x3_reduce": "conv2.0", "conv2_3x3": "conv2.1"}
_WAYS = {
    "1x1": "one",
    "3x3_reduce": "three.0",
    "3x3": "three.1",
    "double_3x3_reduce": "deep.0",
    "double_3x3_1": "deep.1",
    "double_3x3_2": "deep_2",
    "pool_proj": "pool.1",
}
_HEAD = {
    "new_fc.": "cls_head.fc_cls.",  # with dropout
    "base_model.fc.": "cls_head.fc_cls.",  # without
    "base_model.fc_final.": "cls_head.fc_cls.",
    "consensus.": "cls_head.consensus.",
}


def rename_official(name: str) -> str:
    """Our name of a tensor that Caffe's graph calls `name`; other names as they are."""
    layer, _, tensor = name.removeprefix("base_model.").rpartition(".")
    conv, bn = re.subn("_bn$", "", layer)
    kind = f"{'bn' if bn else 'conv'}.{tensor}"
    if conv in _STEM:
        return f"{_STEM[conv]}.{kind}"
    match = re.match(r"inception_(\d\w)_(\w+)$", conv)
    if match and match[2] in _WAYS:
        return f"inception.{match[1]}.{_WAYS[match[2]]}.{kind}"
    return name


def rename_checkpoint(name: str, rename: Callable[[str], str] = rename_official) -> str:
    """Our recogniser's name of a tensor of a checkpoint of tsn-, TRN- or ECO-pytorch.

    Args:
        name: with or without `module.`.
        rename: for the names of the backbone.
    """
    name = name.removeprefix("module.")
    for theirs, ours in _HEAD.items():
        if name.startswith(theirs):
            return ours + name.removeprefix(theirs)
    return f"backbone.{rename(name)}"


def load_renamed(network: nn.Module, file: str, rename: Callable[[str], str]) -> None:
    """Load what fits of a file, and say what of it and of the network is left.

    Batch norms of the first PyTorch versions' files are (1, C):
    https://github.com/yjxiong/tsn-pytorch/issues/104.

    Raises:
        WeightsError: if nothing fits.
    """
    wanted = network.state_dict()
    found = {
        rename(name): tensor[0] if tensor.dim() == 2 and len(tensor) == 1 else tensor
        for name, tensor in load_from_unwrapped(f"{SCHEME}{file}", "cpu").items()
    }
    fits = {n: t for n, t in found.items() if n in wanted and t.shape == wanted[n].shape}
    if not fits:
        raise WeightsError(f"{file}: none of its {len(found)} tensors fits this network")
    network.load_state_dict(fits, strict=False)
    drawn = [n for n in wanted if n not in fits and not n.endswith("num_batches_tracked")]
    unused = [n for n in found if n not in fits]
    print_log(
        f"{file}: {len(fits)} tensors loaded; not in it, or of another shape, and drawn: "
        f"{', '.join(drawn) or 'none'}; left: {', '.join(unused) or 'none'}",
        logger="current",
    )


# --------------------------------------------------------------------------------------------------
# The network


@MODELS.register_module()
class BNInception(BaseModule):
    """BN-Inception without its classifier.

    Args:
        pretrained: file, URL or `torchvision://`-like name of weights to begin with, under
            tsn-pytorch's names or this network's; None to draw them (Xavier's uniform).
        partial_bn: keep all batch norms but the first as they are loaded, as TSN and TRN do.

    Shapes: (N, 3, H, W) -> (N, 1024, H/32, W/32); H and W multiples of 32, or such that 3c and 4e
    halve maps of even sizes (in both, convolution and pool differ on an odd one).
    """

    rename = staticmethod(rename_official)

    def __init__(self, pretrained: str | None = None, partial_bn: bool = False) -> None:
        super().__init__(
            init_cfg=[
                dict(type="Xavier", layer=["Conv2d", "Conv3d"], distribution="uniform"),
                dict(type="Constant", layer="_BatchNorm", val=1),
            ]
        )
        self.pretrained = pretrained
        self.conv1 = conv_bn(3, 64, 7, 2)
        self.conv2 = nn.Sequential(conv_bn(64, 64, 1), conv_bn(64, 192, 3))
        self.pool = nn.MaxPool2d(3, 2, ceil_mode=True)
        self.inception = nn.ModuleDict()
        channels = 192
        for name, widths in BLOCKS.items():
            self.inception[name] = block = Inception(channels, *widths)
            channels = block.channels
        self.frozen = [m for m in self.modules() if isinstance(m, nn.BatchNorm2d)][1:]
        self.frozen = self.frozen if partial_bn else []
        for norm in self.frozen:
            norm.requires_grad_(False)

    def stem(self, x: Tensor) -> Tensor:
        """(N, 3, H, W) -> (N, 192, H/8, W/8), the input of 3a."""
        x = self.pool(self.conv2(self.pool(self.conv1(x))))
        if x.shape[-2] % 4 or x.shape[-1] % 4:
            raise ValueError(
                f"frames have {x.shape[-2]}x{x.shape[-1]} positions where 3a begins: 3c and 4e "
                "halve maps of even sizes only; give height and width that 32 divides, e.g. 224"
            )
        return x

    def forward(self, x: Tensor) -> Tensor:
        """(N, 3, H, W) -> (N, 1024, H/32, W/32)."""
        x = self.stem(x)
        for block in self.inception.values():
            x = block(x)
        return x

    def train(self, mode: bool = True) -> BNInception:
        """Set training mode, except for batch norms that are kept."""
        super().train(mode)
        for norm in self.frozen:
            norm.eval()
        return self

    def init_weights(self) -> None:
        """Draw the weights, then load those of `pretrained`."""
        super().init_weights()
        if self.pretrained:
            load_renamed(self, self.pretrained, self.rename)
