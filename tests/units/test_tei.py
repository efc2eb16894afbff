"""TEI against its equations, in float64, frame by frame."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from smallbig_mm.units.tei import MotionEnhanced, TEIConv
from smallbig_mm.units.temporal_shift import temporal_shift


def linear(conv: nn.Conv1d, x: torch.Tensor) -> torch.Tensor:
    return torch.einsum("oc,nc->no", conv.weight[:, :, 0], x) + conv.bias


@pytest.mark.parametrize("frames", [1, 2, 5])
def test_a_frame_is_weighed_by_its_distance_from_the_next(frames):
    torch.manual_seed(0)
    mem, x = MotionEnhanced(16, 8).double(), torch.randn(2, 16, frames, 3, 4).double()
    found = mem(x)
    for t in range(frames - 1):
        then, now = x[:, :, t + 1].mean((2, 3)), x[:, :, t].mean((2, 3))
        weights = linear(mem.expand, linear(mem.then, then) - linear(mem.now, now)).sigmoid()
        torch.testing.assert_close(found[:, :, t], x[:, :, t] * weights[:, :, None, None])
    assert torch.equal(found[:, :, -1], x[:, :, -1])


@pytest.mark.parametrize("frames", [1, 2, 5])
def test_neighbours_mix_and_outside_the_clip_is_nothing(frames):
    torch.manual_seed(0)
    tim, x = TEIConv(16, 4, 1).tim.double(), torch.randn(2, 16, frames, 3, 4).double()
    nn.init.normal_(tim.weight)
    before, same, after = tim.weight.reshape(16, 3).T[..., None, None]
    for t, found in enumerate(tim(x).unbind(2)):
        expected = same * x[:, :, t]
        if t > 0:
            expected = expected + before * x[:, :, t - 1]
        if t < frames - 1:
            expected = expected + after * x[:, :, t + 1]
        torch.testing.assert_close(found, expected)


def test_interaction_starts_as_the_shift_whatever_was_drawn():
    unit, x = TEIConv(24, 4, 1, conv_cfg=dict(type="Conv3d")), torch.randn(2, 24, 5, 3, 4)
    nn.init.normal_(unit.tim.weight)
    kept = {name: value.clone() for name, value in unit.state_dict().items() if "tim" not in name}
    unit.init_unit()
    assert torch.equal(unit.tim(x), temporal_shift(x))
    assert all(torch.equal(unit.state_dict()[name], value) for name, value in kept.items())
