"""Peak activations of networks that a hand can follow."""

import torch
from torch import nn

from smallbig_mm.costs.memory import peak_activation_bytes

CLIP = torch.zeros(1, 2, 4, 5, 5)  # 200 numbers


def peak(network: nn.Module) -> float:
    """In numbers of float32."""
    return peak_activation_bytes(network.eval(), CLIP) / 4


def test_a_chain_holds_an_operators_input_and_output():
    narrow, wide = nn.Conv3d(2, 3, 1), nn.Conv3d(3, 10, 1)
    assert peak(narrow) == 200 + 300
    assert peak(nn.Sequential(narrow, wide, nn.Conv3d(10, 1, 1))) == 200 + 300 + 1000
    assert peak(nn.Sequential(narrow, wide, nn.ReLU(inplace=True))) == 200 + 300 + 1000
    assert peak(nn.Sequential(narrow, wide, nn.ReLU())) == 200 + 1000 + 1000


def test_a_view_takes_nothing_and_a_branch_is_held():
    class Branches(nn.Module):
        def __init__(self, kept: bool) -> None:
            super().__init__()
            self.one, self.two, self.kept = nn.Conv3d(2, 10, 1), nn.Conv3d(2, 10, 1), kept

        def forward(self, x):
            y = self.one(x).flatten(2).transpose(1, 2)
            if not self.kept:
                y = y[:, :1].clone()  # 10 numbers
            return self.two(x).flatten(2).transpose(1, 2), y

    assert peak(Branches(kept=True)) == 200 + 1000 + 1000
    assert peak(Branches(kept=False)) == 200 + 1000 + 10


def test_the_network_stays_as_it_is():
    network = nn.Sequential(nn.Conv3d(2, 3, 1), nn.BatchNorm3d(3)).eval()
    before = {name: value.clone() for name, value in network.state_dict().items()}
    assert peak(network) >= 200 + 300 + 300
    assert all(torch.equal(value, before[n]) for n, value in network.state_dict().items())
