"""The temporal shift unit against mmaction2's own."""

from __future__ import annotations

import torch
from mmaction.models.backbones.resnet_tsm import TemporalShift
from mmaction.registry import MODELS

import smallbig_mm  # noqa: F401
from smallbig_mm.units.temporal_shift import TemporalShiftConv, temporal_shift


def test_equals_mmaction2s_shift() -> None:
    torch.manual_seed(0)
    clip = torch.randn(2, 16, 8, 3, 5)
    frames = clip.transpose(1, 2).reshape(16, 16, 3, 5)
    expected = TemporalShift.shift(frames, num_segments=8, shift_div=8)
    expected = expected.view(2, 8, 16, 3, 5).transpose(1, 2)
    torch.testing.assert_close(temporal_shift(clip), expected, rtol=0, atol=0)


def test_host_shifts_every_residual_branch_and_adds_no_parameter() -> None:
    plain = dict(type="ResNet3dUnits", depth=23, base_channels=8, pretrained=None)
    unit = dict(type="TemporalShiftConv", position="conv1", stages=(2, 3, 4, 5))
    host, shifted = MODELS.build(plain), MODELS.build(dict(plain, units=[unit]))
    assert sum(isinstance(m, TemporalShiftConv) for m in shifted.modules()) == 1 + 2 + 3 + 1
    assert shifted.load_state_dict(host.state_dict()) is not None
    clip = torch.randn(1, 3, 4, 32, 32)
    shifted.eval(), host.eval()
    with torch.no_grad():
        assert not torch.allclose(shifted(clip), shifted(clip.flip(2)).flip(2))
        torch.testing.assert_close(host(clip), host(clip.flip(2)).flip(2))
