"""Graphs over regions, and the head that classifies by them."""

from itertools import product

import pytest
import torch
from mmaction.registry import MODELS
from mmaction.structures import ActionDataSample
from mmengine.structures import InstanceData

from smallbig_mm.heads.region_graph_head import SimilarityGraph, SpaceTimeGraph
from smallbig_mm.ops.boxes import box_iou, grid_boxes

from ..ops.test_boxes import random_boxes

K = 5


def head(**arguments):
    torch.manual_seed(0)
    cfg = dict(num_classes=4, in_channels=12, width=8, regions=K, dropout_ratio=0)
    found = MODELS.build(dict(type="RegionGraphHead", **cfg, **arguments))
    found.init_weights()
    return found.double()


def clip(n: int = 2, t: int = 3) -> tuple[torch.Tensor, torch.Tensor]:
    """Features (n, 12, t, 4, 6) and boxes (n, t, K, 4)."""
    torch.manual_seed(1)
    return torch.randn(n, 12, t, 4, 6, dtype=torch.float64), random_boxes(n, t, K)


def samples(boxes: torch.Tensor, size: tuple[int, int]) -> list[ActionDataSample]:
    """A video for each of (N, M, 4) boxes, in pixels of `size` = (height, width)."""
    found = []
    for label, of_video in enumerate(boxes):
        sample = ActionDataSample(metainfo=dict(img_shape=size)).set_gt_label(label)
        pixels = of_video * of_video.new_tensor([*size[::-1], *size[::-1]])
        sample.proposals = InstanceData(bboxes=pixels)
        found.append(sample)
    return found


def test_similarity_is_a_softmax_over_rows():
    torch.manual_seed(0)
    graph = SimilarityGraph(8, layers=1).double()
    x = torch.randn(2, 7, 8, dtype=torch.float64)
    found = graph.graph(x)
    w, v = graph.query.weight, graph.key.weight
    powers = torch.einsum("nia,ca,cb,njb->nij", x, w, v, x).exp()
    torch.testing.assert_close(found, powers / powers.sum(2, keepdim=True))
    torch.testing.assert_close(found.sum(2), torch.ones(2, 7, dtype=torch.float64))
    mixed = torch.einsum("nij,nja,ca->nic", found, x, graph.weights[0].weight)
    expected = torch.nn.functional.layer_norm(mixed, (8,)).relu()
    torch.testing.assert_close(graph(x), expected)


def dense_graphs(boxes: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Over all (T K) regions of a clip's (T, K, 4) boxes, pair by pair."""
    t, k = boxes.shape[:2]
    forth, back = torch.zeros(2, t, k, t, k, dtype=torch.float64)
    for a, b, i, j in product(range(t), range(t), range(k), range(k)):
        if abs(b - a) == 1:
            iou = box_iou(boxes[a, i : i + 1], boxes[b, j : j + 1]).item()
            (forth if b > a else back)[a, i, b, j] = iou
    flat = [graph.reshape(t * k, t * k) for graph in (forth, back)]
    return tuple(graph / graph.sum(1, keepdim=True).clamp(min=1e-12) for graph in flat)


def test_frames_are_tied_to_the_next_and_the_one_before():
    """Blocks and shifts against dense graphs over all regions."""
    (_, boxes), width = clip(t=4), 8
    torch.manual_seed(0)
    graph = SpaceTimeGraph(width, layers=1).double()
    x = torch.randn(2, 4, K, width, dtype=torch.float64)
    found = graph(x, boxes)
    for n in range(2):
        forth, back = dense_graphs(boxes[n])
        nodes = x[n].flatten(0, 1)
        mixed = forth @ nodes @ graph.forth[0].weight.T + back @ nodes @ graph.back[0].weight.T
        expected = torch.nn.functional.layer_norm(mixed, (width,)).relu()
        torch.testing.assert_close(found[n].flatten(0, 1), expected)


def test_rows_of_overlaps_sum_to_one_or_are_empty():
    _, boxes = clip(t=4)
    forth, back = SpaceTimeGraph.graphs(boxes)
    assert not forth[:, -1].any() and not back[:, 0].any()
    assert not forth[:, :, 0].any()  # a box without an area
    for sums in (forth[:, :-1].sum(-1), back[:, 1:].sum(-1)):
        assert ((sums - 1).abs().lt(1e-9) | sums.eq(0)).all() and sums.gt(0).any()


def test_a_single_time_step_has_no_overlaps_and_finite_scores():
    x, boxes = clip(t=1)
    forth, back = SpaceTimeGraph.graphs(boxes)
    assert not forth.any() and not back.any()
    assert head()(x, boxes).isfinite().all()


def test_the_order_of_regions_does_not_matter():
    x, boxes = clip()
    order = torch.stack([torch.randperm(K) for _ in range(3)])
    shuffled = boxes.gather(2, order[None, :, :, None].expand_as(boxes))
    network = head()
    assert not torch.equal(shuffled, boxes)
    torch.testing.assert_close(network(x, shuffled), network(x, boxes))
    assert (network(x, boxes.flip(1)) - network(x, boxes)).abs().max() > 1e-4


def test_a_flipped_clip_with_flipped_boxes_is_the_same():
    x, boxes = clip()
    x1, y1, x2, y2 = boxes.unbind(-1)
    flipped = torch.stack([1 - x2, y1, 1 - x1, y2], -1)
    network = head()
    torch.testing.assert_close(network(x.flip(-1), flipped), network(x, boxes))
    assert (network(x.flip(-1), boxes) - network(x, boxes)).abs().max() > 1e-4


def test_without_proposals_the_regions_are_the_grid():
    x, boxes = clip()
    network = head(average_clips=None)
    grid = network(x, grid_boxes().double().expand(2, 3, -1, -1))
    torch.testing.assert_close(network(x), grid)
    bare = [ActionDataSample(metainfo=dict(img_shape=(8, 12))) for _ in range(2)]
    found = network.predict(x, bare)
    torch.testing.assert_close(torch.cat([sample.pred_score for sample in found]), grid)
    assert (network(x, boxes) - grid).abs().max() > 1e-4


def test_boxes_in_pixels_go_to_their_own_clip_and_frame():
    """Two videos of two clips of three time steps."""
    x, boxes = clip(n=4)
    network = head(average_clips=None)
    found = network.predict(x, samples(boxes.view(2, -1, 4), (40, 60)))
    scores = torch.cat([sample.pred_score for sample in found])
    torch.testing.assert_close(scores, network(x, boxes))


def test_boxes_that_do_not_fit_the_clips():
    x, boxes = clip()
    network = head()
    whole = samples(boxes.flatten(1, 2), (40, 60))
    with pytest.raises(ValueError, match=r"\[15, 15\] boxes; needed are 45 .* 3 clips x 3 time"):
        network.predict(torch.cat([x, x, x]), whole)  # as ThreeCrop does
    with pytest.raises(ValueError, match="proposals of 1 of 2 videos"):
        network.loss(x, [whole[0], ActionDataSample(metainfo=dict(img_shape=(40, 60)))])


def test_every_parameter_gets_a_gradient_under_bf16_autocast():
    x, boxes = clip()
    network = head().float()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        scores = network(x.float(), boxes.float())
        network.loss_cls(scores, torch.tensor([1, 3])).backward()
    for name, parameter in network.named_parameters():
        assert parameter.grad.isfinite().all() and parameter.grad.any(), name


def test_torch_compile_agrees():
    x, boxes = clip()
    network = head(layers=1)
    compiled = torch.compile(network, backend="aot_eager", fullgraph=True)
    torch.testing.assert_close(compiled(x, boxes), network(x, boxes))
