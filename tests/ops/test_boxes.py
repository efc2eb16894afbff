"""Boxes against loops."""

from itertools import product

import pytest
import torch

from smallbig_mm.ops.boxes import box_iou, grid_boxes, roi_align


def random_boxes(*shape: int) -> torch.Tensor:
    """Boxes with corners in order, the first one empty."""
    boxes = torch.rand(*shape, 2, 2, dtype=torch.float64).sort(-2).values.flatten(-2)
    boxes[..., 0, 2:] = boxes[..., 0, :2]
    return boxes


def value_at(image: torch.Tensor, x: float, y: float) -> torch.Tensor:
    """Bilinear between the centres of the nearest positions of (C, H, W); x and y in positions."""
    height, width = image.shape[1:]
    x, y = min(max(x - 0.5, 0), width - 1), min(max(y - 0.5, 0), height - 1)
    left, top = int(x), int(y)
    right, bottom = min(left + 1, width - 1), min(top + 1, height - 1)
    a, b = x - left, y - top
    above = (1 - a) * image[:, top, left] + a * image[:, top, right]
    below = (1 - a) * image[:, bottom, left] + a * image[:, bottom, right]
    return (1 - b) * above + b * below


@pytest.mark.parametrize("height, width", [(5, 4), (7, 9)])
def test_roi_align_is_the_mean_of_bilinear_values(height, width):
    torch.manual_seed(0)
    x = torch.randn(2, 3, 2, height, width, dtype=torch.float64)
    boxes = random_boxes(2, 2, 4)
    boxes[..., 1, :] = torch.tensor([0, 0, 1, 1])
    found = roi_align(x, boxes, size=3, samples=2)
    assert found.shape == (2, 2, 4, 3, 3, 3)
    for n, t, k, i, j in product(*map(range, (2, 2, 4, 3, 3))):
        x1, y1, x2, y2 = (boxes[n, t, k] * torch.tensor([width, height] * 2)).tolist()
        values = [
            value_at(x[n, :, t], x1 + (x2 - x1) * (j + p) / 3, y1 + (y2 - y1) * (i + q) / 3)
            for p, q in product((0.25, 0.75), repeat=2)
        ]
        expected = torch.stack(values).mean(0)
        torch.testing.assert_close(found[n, t, k, :, i, j], expected)


def test_positions_are_exact_whatever_the_features_precision():
    torch.manual_seed(0)
    x, boxes = torch.randn(1, 3, 2, 28, 28), random_boxes(1, 2, 6).float()
    half = x.bfloat16()
    found = roi_align(half, boxes)
    assert found.dtype == torch.bfloat16
    torch.testing.assert_close(found, roi_align(half.float(), boxes).bfloat16())


def test_iou_is_what_a_loop_finds():
    torch.manual_seed(0)
    a, b = random_boxes(3, 4), random_boxes(3, 5)
    b[:, 1] = a[:, 1]
    found = box_iou(a, b)
    for n, i, j in product(range(3), range(4), range(5)):
        (ax1, ay1, ax2, ay2), (bx1, by1, bx2, by2) = a[n, i].tolist(), b[n, j].tolist()
        shared = max(min(ax2, bx2) - max(ax1, bx1), 0) * max(min(ay2, by2) - max(ay1, by1), 0)
        union = (ax2 - ax1) * (ay2 - ay1) + (bx2 - bx1) * (by2 - by1) - shared
        assert found[n, i, j].item() == pytest.approx(shared / union if union else 0)
    assert found[:, 1, 1].eq(1).all() and found[:, 0, 0].eq(0).all()


def test_each_scale_of_the_grid_covers_the_frame_once():
    boxes = grid_boxes()
    assert boxes.shape == (50, 4)
    for tiles, side in zip(boxes.split([1, 4, 9, 36]), (1, 2, 3, 6), strict=True):
        torch.testing.assert_close(tiles[:, 2:] - tiles[:, :2], torch.full((side**2, 2), 1 / side))
        assert len({tuple(tile) for tile in tiles.tolist()}) == side**2
        assert tiles.min() == 0 and tiles.max() == 1
