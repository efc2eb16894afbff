"""Correspondences against a brute-force search and the module's equation, in float64."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from smallbig_mm.backbones import ResNet3dUnits
from smallbig_mm.ops.neighbours import nearest_elsewhere
from smallbig_mm.units import CorrespondenceUnit


def by_hand(points: list[list[float]], area: int, k: int) -> list[list[float]]:
    """The k least squared distances of each position of a clip to those of other frames."""
    found = []
    for p, one in enumerate(points):
        others = [
            sum((a - b) ** 2 for a, b in zip(one, other, strict=True))
            for q, other in enumerate(points)
            if q // area != p // area
        ]
        found.append(sorted(others)[:k])
    return found


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("frames, k", [(5, 4), (3, 4), (2, 6), (2, 1)])
def test_nearest_positions_of_other_frames(frames, k, ties):
    """Whole numbers, so that ties are exact; also with fewer frames than neighbours."""
    torch.manual_seed(0)
    x = torch.randint(0, 2 if ties else 1000, (2, 3, frames, 2, 3)).float()
    found = nearest_elsewhere(x, k)
    for clip, index in zip(x, found, strict=True):
        points = clip.flatten(1).T
        distances = (points[:, None] - points[index]).square().sum(2)
        assert distances.tolist() == by_hand(points.tolist(), 6, k)
        own = torch.arange(6 * frames)[:, None] // 6
        assert (index // 6 != own).all()
        assert all(len(set(row)) == k for row in index.tolist())


def test_a_clip_of_equal_frames_finds_each_position_again():
    x = torch.randn(1, 4, 1, 3, 3).expand(-1, -1, 4, -1, -1)
    found = nearest_elsewhere(x, 3) % 9
    assert torch.equal(found, torch.arange(36).view(1, 36, 1).expand(-1, -1, 3) % 9)


def test_half_precision_does_not_choose_other_neighbours():
    x = torch.randn(1, 8, 3, 4, 4) + 30  # where bfloat16 resolves 0.125
    with torch.autocast("cpu", dtype=torch.bfloat16):
        found = nearest_elsewhere(x, 4)
    assert torch.equal(found, nearest_elsewhere(x, 4))


def norm(bn: nn.BatchNorm3d, y: torch.Tensor) -> torch.Tensor:
    return y / (1 + bn.eps) ** 0.5 * bn.weight + bn.bias


@pytest.mark.parametrize("reduction, mlp", [(4, (4,)), (None, (4, 2))])
def test_module_by_hand(reduction, mlp):
    torch.manual_seed(0)
    unit = CorrespondenceUnit(8, k=2, reduction=reduction, mlp=mlp).double().eval()
    nn.init.uniform_(unit.expand[1].weight, 0.5, 1.5), nn.init.normal_(unit.expand[1].bias)
    x = torch.randn(2, 8, 3, 2, 4).double()
    features = unit.reduce(x)
    index = nearest_elsewhere(features, 2)
    expected = x.clone()
    for n in range(2):
        points = features[n].flatten(1).T
        for p in range(24):
            answers = []
            for q in index[n, p].tolist():
                offset = [
                    (q // 8 - p // 8) / 3,
                    (q // 4 % 2 - p // 4 % 2) / 2,
                    (q % 4 - p % 4) / 4,
                ]
                y = torch.cat([torch.tensor(offset).double(), points[p], points[q]])
                for conv, bn, _ in unit.mlp:
                    y = norm(bn, conv.weight.flatten(1) @ y).relu()
                answers.append(y)
            conv, bn = unit.expand
            y = norm(bn, conv.weight.flatten(1) @ torch.stack(answers).amax(0))
            expected[n].flatten(1)[:, p] += y
    torch.testing.assert_close(unit(x), expected, rtol=1e-6, atol=1e-6)


def test_half_size_looks_at_means_of_four():
    torch.manual_seed(0)
    whole = CorrespondenceUnit(8, reduction=None).double().eval()
    half = CorrespondenceUnit(8, reduction=None, half_size=True).double().eval()
    nn.init.ones_(whole.expand[1].weight)
    half.load_state_dict(whole.state_dict())
    small = torch.randn(1, 8, 3, 3, 4).double()
    x = small.repeat_interleave(2, 3).repeat_interleave(2, 4)
    added = whole(small) - small
    expected = F.interpolate(added[0].transpose(0, 1), scale_factor=2, mode="bilinear")
    torch.testing.assert_close(half(x) - x, expected.transpose(0, 1)[None])
    assert half(torch.randn(1, 8, 3, 5, 7).double()).shape == (1, 8, 3, 5, 7)


@pytest.mark.parametrize("k, frames", [(33, 3), (17, 2), (1, 1)])
@pytest.mark.parametrize("half", [False, True])
def test_more_neighbours_than_positions_are_refused_when_built(k, frames, half):
    """At 64x64 pixels res4 has 4x4 positions a frame; res3 has them when halved."""
    unit = dict(type="CorrespondenceUnit", position="block_sum", stages=(3 if half else 4,))
    small = dict(depth=23, base_channels=4, clip_size=(frames, 64, 64))
    unit |= dict(half_size=half)
    fits = dict(unit, k=max(k - 1, 1))
    if frames > 1:
        ResNet3dUnits(units=[fits], **small)
    with pytest.raises(ValueError, match=rf"sum_unit, for clips.*k={k} neighbours.*smaller k"):
        ResNet3dUnits(units=[dict(unit, k=k)], **small)


def test_no_neighbours_are_refused():
    with pytest.raises(ValueError, match="k=0"):
        CorrespondenceUnit(8, k=0)
