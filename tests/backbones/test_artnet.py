"""The SMART block against its equation, in float64."""

import torch
import torch.nn.functional as F
from torch import nn

from smallbig_mm.backbones.artnet import Smart


def test_equation():
    torch.manual_seed(0)
    block = Smart(3, 4, stride=2).double().eval()
    for p in block.parameters():
        nn.init.normal_(p)
    x = torch.randn(2, 3, 6, 7, 9).double()
    appearance = F.conv3d(x, block.appearance.conv.weight, stride=2, padding=(0, 1, 1))
    relation = F.conv3d(x, block.relation.conv.weight, stride=2, padding=1)
    relation = block.relation.bn(relation)
    pairs = [(relation[:, i] ** 2 + relation[:, i + 1] ** 2) / 2 for i in (0, 2)]
    energy = block.energy_bn(torch.stack(pairs, 1))
    both = torch.cat([block.appearance.bn(appearance), energy], 1).clamp(min=0)
    y = torch.einsum("oi,nithw->nothw", block.reduce.conv.weight.flatten(1), both)
    torch.testing.assert_close(block(x), block.reduce.bn(y))


def test_the_pooling_of_energies_is_no_parameter_and_no_buffer():
    block = Smart(3, 4)
    convs = {name for name, m in block.named_modules() if isinstance(m, nn.Conv3d)}
    assert convs == {"appearance.conv", "relation.conv", "reduce.conv"}
    assert {name for name, _ in block.named_parameters()} == {
        *(f"{name}.weight" for name in convs),
        *(f"{n}.{p}" for n in ("appearance.bn", "relation.bn", "energy_bn", "reduce.bn")
          for p in ("weight", "bias")),
    }  # fmt: skip
    assert all("bn." in name for name, _ in block.named_buffers())
