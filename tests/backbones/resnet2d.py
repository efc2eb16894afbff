"""Random 2D weights as torchvision names and shapes them, and mmaction2's names of them."""

from math import prod

import torch

BLOCKS = {50: (3, 4, 6, 3), 101: (3, 4, 23, 3)}


def resnet2d_weights(depth: int, base: int = 64) -> dict[str, torch.Tensor]:
    """Random weights with torchvision's names and shapes of a 2D ResNet."""
    shapes: dict[str, tuple[int, ...]] = {}

    def conv_bn(conv, bn, *shape):
        shapes[f"{conv}.weight"] = shape
        for name in ("weight", "bias", "running_mean", "running_var"):
            shapes[f"{bn}.{name}"] = shape[:1]

    conv_bn("conv1", "bn1", base, 3, 7, 7)
    width_in = base
    for stage, number in enumerate(BLOCKS[depth]):
        width = base * 2**stage
        for b in range(number):
            name = f"layer{stage + 1}.{b}"
            conv_bn(f"{name}.conv1", f"{name}.bn1", width, width_in, 1, 1)
            conv_bn(f"{name}.conv2", f"{name}.bn2", width, width, 3, 3)
            conv_bn(f"{name}.conv3", f"{name}.bn3", width * 4, width, 1, 1)
            if b == 0:
                conv_bn(f"{name}.downsample.0", f"{name}.downsample.1", width * 4, width_in, 1, 1)
            width_in = width * 4
    shapes |= {"fc.weight": (1000, width_in), "fc.bias": (1000,)}
    return {name: _random(name, shape) for name, shape in shapes.items()}


def _random(name: str, shape: tuple[int, ...]) -> torch.Tensor:
    if len(shape) > 1:
        return torch.randn(shape) / prod(shape[1:]) ** 0.5
    return torch.rand(shape) + 0.5 if name.endswith(("weight", "var")) else torch.randn(shape) * 0.1


def our_name(name: str) -> str:
    """torchvision's name of a tensor -> mmaction2's."""
    for bn in ("bn1", "bn2", "bn3"):
        name = name.replace(f"{bn}.", f"conv{bn[-1]}.bn.")
    for conv in ("conv1", "conv2", "conv3"):
        name = name.replace(f"{conv}.weight", f"{conv}.conv.weight")
    return name.replace("downsample.0", "downsample.conv").replace("downsample.1", "downsample.bn")
