"""Pooling against loops, and fast forms against their plain twins."""

import pytest
import torch

from smallbig_mm.ops.pool import pool_clip, pool_view, pool_view_plain

from .brute_force import brute_force_pool


@pytest.mark.parametrize("pool", ["max", "avg"])
@pytest.mark.parametrize("view", [(3, 1, 1), (3, 3, 3), (3, 5, 5), (1, 1, 1), ("T", 3, 3)])
@pytest.mark.parametrize("size", [(4, 5, 6), (3, 5, 5), (8, 7, 5)])
def test_pool_view_is_what_a_loop_finds(view, pool, size):
    x = torch.randn(2, 3, *size, dtype=torch.float64)
    pooled = pool_view(x, view, pool)
    assert pooled.shape[2] == (1 if view[0] == "T" else size[0])
    torch.testing.assert_close(pooled.expand_as(x), brute_force_pool(x, view, pool))


@pytest.mark.parametrize("pool", ["max", "avg"])
@pytest.mark.parametrize("view", [(3, 3, 3), ("T", 3, 3)])
def test_fast_and_plain_agree_in_values_and_gradients(view, pool):
    """Ties between zeros, as after a ReLU, go to the same position."""
    fast = torch.randn(2, 8, 8, 9, 7).relu().requires_grad_()
    plain = fast.detach().clone().requires_grad_()
    a, b = pool_view(fast, view, pool), pool_view_plain(plain, view, pool)
    weight = torch.randn_like(b)
    (a * weight).sum().backward()
    (b * weight).sum().backward()
    same = dict(rtol=0, atol=0) if pool == "max" else {}
    torch.testing.assert_close(a, b, **same)
    torch.testing.assert_close(fast.grad, plain.grad, **same)


def test_whole_clip():
    x = torch.randn(2, 3, 4, 5, 6)
    flat = x.flatten(2)
    assert torch.equal(pool_clip(x, "max").flatten(1), flat.amax(-1))
    torch.testing.assert_close(pool_clip(x, "avg").flatten(1), flat.mean(-1))
