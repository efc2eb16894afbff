"""Pooling against loops, and fast forms against their plain twins."""

import pytest
import torch
from torch import nn

from smallbig_mm.ops.pool import pool_again, pool_clip, pool_view, pool_view_separable

from .brute_force import brute_force_pool


@pytest.mark.parametrize("form", [pool_view, pool_view_separable])
@pytest.mark.parametrize("pool", ["max", "avg"])
@pytest.mark.parametrize(
    "view",
    [
        *((3, 1, 1), (3, 3, 3), (3, 5, 5), (1, 1, 1), (5, 3, 1), ("T", 3, 3)),
        *((("past", 2), 1, 1), (("past", 3), 3, 3), (("past", 5), 1, 3), (("future", 3), 5, 3)),
        *((("both", 2), 3, 3), (("both", 4), 1, 1)),
    ],
)
@pytest.mark.parametrize("size", [(5, 5, 6), (8, 7, 5)])
def test_pool_is_what_a_loop_finds(form, view, pool, size):
    x = torch.randn(2, 3, *size, dtype=torch.float64)
    before = x.clone()
    pooled = form(x, view, pool)
    assert pooled.shape[2] == (1 if view[0] == "T" else size[0])
    torch.testing.assert_close(pooled.expand_as(x), brute_force_pool(x, view, pool))
    assert torch.equal(x, before)


@pytest.mark.parametrize("pool", ["max", "avg"])
@pytest.mark.parametrize("way", ["past", "future", "both"])
def test_gradients_of_one_way_views_are_a_loops(way, pool):
    x = torch.randn(2, 4, 6, 4, 5, dtype=torch.float64, requires_grad=True)
    weight, view = torch.randn_like(x), ((way, 3), 3, 3)
    found, expected = (
        torch.autograd.grad((form(x, view, pool) * weight).sum(), x)[0]
        for form in (pool_view, brute_force_pool)
    )
    torch.testing.assert_close(found, expected)


@pytest.mark.parametrize("form", [pool_view, pool_view_separable])
@pytest.mark.parametrize("pool", ["max", "avg"])
def test_the_past_of_the_reversed_clip_is_the_reversed_future(form, pool):
    x = torch.randn(2, 4, 7, 5, 5, dtype=torch.float64)
    past, future, both = (((way, 3), 3, 3) for way in ("past", "future", "both"))
    reversed_future = form(x, future, pool).flip(2)
    torch.testing.assert_close(form(x.flip(2), past, pool), reversed_future)
    swapped = x.roll(2, dims=1)  # the channels' halves, which look the other ways
    expected = form(x, both, pool).flip(2).roll(2, dims=1)
    torch.testing.assert_close(form(swapped.flip(2), both, pool), expected)


@pytest.mark.parametrize("pool", ["max", "avg"])
@pytest.mark.parametrize("view", [(3, 3, 3), ("T", 3, 3), (("past", 3), 3, 3), (("both", 3), 3, 3)])
def test_pooling_again_gives_the_gradients_of_pooling_once(view, pool):
    """Ties between zeros, as after a ReLU, and between other values go to the same position."""
    conv = nn.Conv3d(8, 6, 1).double()
    x = torch.randn(2, 8, 8, 9, 7, dtype=torch.float64).relu() + 1.0
    again, once = x.clone().requires_grad_(), x.clone().requires_grad_()
    a = pool_again(lambda x: conv(pool_view(x, view, pool)), again)
    b = conv(pool_view(once, view, pool))
    weight = torch.randn_like(b)
    ours = torch.autograd.grad((a * weight).sum(), [again, conv.weight, conv.bias])
    plain = torch.autograd.grad((b * weight).sum(), [once, conv.weight, conv.bias])
    assert torch.equal(a, b)
    assert all(map(torch.equal, ours, plain))


def kept_bytes(run, x: torch.Tensor) -> int:
    """What a forward pass keeps for the backward pass beside its input, each storage once."""
    kept = {}

    def pack(tensor):
        kept[tensor.untyped_storage().data_ptr()] = tensor.untyped_storage().nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        y = run(x)
    kept.pop(x.untyped_storage().data_ptr(), None)
    assert y.requires_grad
    return sum(kept.values())


@pytest.mark.parametrize("view", [(3, 3, 3), (("past", 3), 3, 3), (("both", 3), 3, 3)])
def test_pooling_again_keeps_nothing_and_convolves_once(view):
    conv = nn.Conv3d(8, 6, 1, bias=False)
    runs = []
    conv.register_forward_hook(lambda *_: runs.append(1))
    x = torch.randn(1, 8, 4, 9, 9, requires_grad=True)
    weights = conv.weight.nbytes

    def pooled(x):
        return conv(pool_view(x, view))

    assert kept_bytes(pooled, x) > 3 * x.nbytes  # the features, and an index of 8 bytes each
    assert kept_bytes(lambda x: pool_again(pooled, x), x) <= weights
    runs.clear()
    pool_again(pooled, x).sum().backward()
    assert len(runs) == 1


def test_whole_clip():
    x = torch.randn(2, 3, 4, 5, 6)
    flat = x.flatten(2)
    assert torch.equal(pool_clip(x, "max").flatten(1), flat.amax(-1))
    torch.testing.assert_close(pool_clip(x, "avg").flatten(1), flat.mean(-1))
