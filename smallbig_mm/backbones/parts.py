"""What networks that are not the host are made of: convolutions with norms, and initial weights."""

from __future__ import annotations

from mmcv.cnn import ConvModule
from mmengine.logging import MMLogger
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.nn.modules.conv import _ConvNd

from ..errors import WeightsError
from ..ops.layout import CONV3D
from ..state_dicts import SCHEME, load_from_unwrapped
from .official_names import Rules, renamed

PREACT = ("norm", "act", "conv")  # He et al., ECCV 2016
Size = int | tuple[int, int, int]


def triple(size: Size) -> tuple[int, int, int]:
    """A size along T, H and W."""
    return (size, size, size) if isinstance(size, int) else size


def conv3d(in_channels: int, out_channels: int, kernel: Size, **kwargs) -> ConvModule:
    """A 3D convolution without bias, its batch norm and ReLU, as mmcv's `ConvModule`.

    Args:
        in_channels: of the input.
        out_channels: of the convolution.
        kernel: (t, h, w), odd; padded so that a stride of 1 keeps the size.
        **kwargs: further arguments of `ConvModule`, e.g. `stride`, `groups`, `order=PREACT`.
    """
    defaults: dict = dict(
        padding=tuple(k // 2 for k in triple(kernel)),
        bias=False,
        conv_cfg=CONV3D,
        norm_cfg=dict(type="BN3d"),
    )
    return ConvModule(in_channels, out_channels, kernel, **{**defaults, **kwargs})


def xavier(network: nn.Module) -> None:
    """Draw all weights anew: Xavier's uniform ones, no biases, norms without effect."""
    for module in network.modules():
        if isinstance(module, (_ConvNd, nn.Linear)):
            nn.init.xavier_uniform_(module.weight)
            if module.bias is not None:
                nn.init.zeros_(module.bias)
        elif isinstance(module, _BatchNorm):
            nn.init.ones_(module.weight)
            nn.init.zeros_(module.bias)


def load_2d(network: nn.Module, file: str, rules: Rules) -> None:
    """Load weights of a 2D network, its kernels inflated: W[:, :, t] = W_2D / kernel's frames.

    What is loaded of neither is logged.

    Args:
        network: whose state dict is filled.
        file: a path, a URL or `torchvision://NAME`.
        rules: from the file's names to the network's.

    Raises:
        WeightsError: if nothing fits, or a tensor of the network's name has not its shape.
    """
    own, loaded, left = network.state_dict(), {}, []
    for name, tensor in load_from_unwrapped(f"{SCHEME}{file}", "cpu").items():
        target = own.get(renamed(name, rules))
        if target is None:
            left.append(name)
            continue
        if tensor.dim() == 4 and target.dim() == 5:
            tensor = (tensor[:, :, None] / target.shape[2]).expand(-1, -1, target.shape[2], -1, -1)
        if tensor.shape != target.shape:
            raise WeightsError(
                f"{file}: {name} is {tuple(tensor.shape)}, the network's {tuple(target.shape)}; "
                "give weights of this network's 2D form"
            )
        loaded[renamed(name, rules)] = tensor
    if not loaded:
        raise WeightsError(f"{file}: no name in it is one of this network's 2D form")
    network.load_state_dict(loaded, strict=False)
    logger, rest = MMLogger.get_current_instance(), sorted(set(own) - set(loaded))
    logger.info(f"These parameters in the 2d checkpoint are not loaded: {left}")
    logger.info(f"These of the network are not in the 2d checkpoint: {rest}")
