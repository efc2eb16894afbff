"""The STC block: gates of the clip and of each frame."""

import torch

from smallbig_mm.backbones.resnext3d import ChannelCorrelation


def gate(layers, z):
    weight1, weight2 = (layers[i].weight.flatten(1) for i in (0, 2))
    hidden = (torch.einsum("oc,nct->not", weight1, z) + layers[0].bias[:, None]).clamp(min=0)
    return (torch.einsum("oc,nct->not", weight2, hidden) + layers[2].bias[:, None]).sigmoid()


def test_equation():
    torch.manual_seed(0)
    block = ChannelCorrelation(32).double()
    x = torch.randn(2, 32, 3, 5, 4).double()
    clip, frames = x.mean((2, 3, 4))[..., None], x.mean((3, 4))
    gates = (gate(block.spatial, clip) + gate(block.temporal, frames)) / 2
    assert (gates[:, :, 0] - gates[:, :, 1]).abs().max() > 1e-3
    torch.testing.assert_close(block(x), x * gates[..., None, None])
