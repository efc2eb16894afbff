"""The SmallBig unit against its equation, in float64."""

import pytest
import torch
import torch.nn.functional as F
from mmaction.registry import MODELS
from torch import nn

from smallbig_mm.units import SmallBig

from ..ops.brute_force import brute_force_pool

ACT = dict(act_cfg=None)


def build(**kwargs):
    torch.manual_seed(0)
    unit = MODELS.build(dict(type="SmallBig", in_channels=4, out_channels=6, **kwargs)).double()
    for norm in (m for m in unit.modules() if isinstance(m, nn.BatchNorm3d)):
        nn.init.uniform_(norm.weight, 0.5, 1.5)
        nn.init.normal_(norm.bias)
        nn.init.normal_(norm.running_mean)
        nn.init.uniform_(norm.running_var, 0.5, 1.5)
    return unit.eval()


@pytest.mark.parametrize("kernel, stride", [(1, 1), ((1, 3, 3), (1, 2, 2)), ((3, 1, 1), 1)])
@pytest.mark.parametrize("view", [(3, 3, 3), ("T", 3, 3), (("past", 2), 3, 3), (("both", 3), 3, 3)])
def test_equation_2(kernel, stride, view):
    kernel = (kernel,) * 3 if isinstance(kernel, int) else kernel
    padding = tuple(k // 2 for k in kernel)
    unit = build(kernel_size=kernel, stride=stride, padding=padding, view=view, **ACT)
    x = torch.randn(2, 4, 4, 7, 6, dtype=torch.float64)
    conv = dict(weight=unit.conv.weight, stride=stride, padding=padding)
    if view[0] == "T" and kernel[0] > 1:
        big = brute_force_pool(x, view, "max")[:, :, :1]  # one frame is convolved, then broadcast
    else:
        big = brute_force_pool(x, view, "max")
    expected = unit.bn(F.conv3d(x, **conv)) + unit.big_bn(F.conv3d(big, **conv))
    torch.testing.assert_close(unit(x), expected)


@pytest.mark.parametrize("frames", [4, 8, 16, 32])
def test_whole_clip_view_at_any_length(frames):
    unit = build(kernel_size=1, view=("T", 3, 3), **ACT)
    x = torch.randn(1, 4, frames, 5, 5, dtype=torch.float64)
    big = unit(x) - unit.bn(unit.conv(x))
    torch.testing.assert_close(big, big[:, :, :1].expand_as(big))  # the same in all frames


def test_weights_are_one_tensor_and_get_both_gradients():
    unit = build(kernel_size=1, **ACT).train()
    assert sum(p.numel() for p in unit.parameters()) == 4 * 6 + 2 * 6 + 2 * 6
    x = torch.randn(2, 4, 4, 5, 5, dtype=torch.float64)
    unit(x).square().sum().backward()
    shared = unit.conv.weight.grad.clone()
    apart = build(kernel_size=1, share_weights=False, **ACT).train()
    apart.load_state_dict({**unit.state_dict(), "big_conv.weight": unit.conv.weight.detach()})
    apart(x).square().sum().backward()
    torch.testing.assert_close(shared, apart.conv.weight.grad + apart.big_conv.weight.grad)
    assert apart.big_conv.weight.grad.abs().sum() > 0


@pytest.mark.parametrize("kernel", [1, (1, 3, 3)])
@pytest.mark.parametrize("view", [(3, 3, 3), ("T", 3, 3)])
def test_gradients_are_the_equations(kernel, view):
    """With the ties that a ReLU leaves: the first of equal maxima has the gradient."""
    padding = 0 if kernel == 1 else (0, 1, 1)
    unit = build(kernel_size=kernel, padding=padding, view=view, **ACT).train()
    x = torch.randn(2, 4, 4, 7, 6, dtype=torch.float64).relu().requires_grad_()
    window = (4 if view[0] == "T" else 3, 3, 3)
    around = (0 if view[0] == "T" else 1, 1, 1)
    big = F.conv3d(F.max_pool3d(x, window, 1, around), unit.conv.weight, padding=padding)
    plain = unit.bn(F.conv3d(x, unit.conv.weight, padding=padding)) + unit.big_bn(big)
    weight = torch.randn_like(plain)
    into = [x, *unit.parameters()]
    expected = torch.autograd.grad((plain * weight).sum(), into)
    found = torch.autograd.grad((unit(x) * weight).sum(), into)
    for one, other in zip(found, expected, strict=True):
        torch.testing.assert_close(one, other)


def test_single_norm_is_one_convolution_of_small_plus_big():
    unit = build(kernel_size=1, norm="single", **ACT)
    x = torch.randn(2, 4, 4, 5, 5, dtype=torch.float64)
    big = brute_force_pool(x, (3, 3, 3), "max")
    torch.testing.assert_close(unit(x), unit.bn(unit.conv(x) + unit.conv(big)))
    calls = []
    unit.conv.register_forward_hook(lambda *_: calls.append(1))
    unit(x)
    assert len(calls) == 1


@pytest.mark.parametrize("view", [(3, 3, 3), (("past", 3), 3, 3), (("both", 3), 3, 3)])
def test_starts_as_the_plain_convolution(view):
    unit = SmallBig(4, 6, (1, 3, 3), padding=(0, 1, 1), share_weights=False, view=view)
    x = torch.randn(2, 4, 4, 5, 5)
    assert torch.equal(unit(x), F.relu(unit.bn(unit.conv(x))))
    torch.testing.assert_close(unit.big_conv.weight, unit.conv.weight)


@pytest.mark.parametrize(
    "wrong, words",
    [
        (dict(view=(2, 3, 3)), "odd sizes"),
        (dict(view=(3, "T", 3)), "odd sizes"),
        (dict(view=(3, 3)), "odd sizes"),
        (dict(view=(("past", 3), 2, 3)), "odd sizes"),
        (dict(view=("past", 3, 3)), r"\(\('past', 3\), 3, 3\)"),
        (dict(view=(("past", 1), 3, 3)), "two frames or more"),
        (dict(view=(("past", "T"), 3, 3)), "two frames or more"),
        (dict(view=(("both",), 3, 3)), "two frames or more"),
        (dict(view=(("before", 3), 3, 3)), "'past', t.*'future', t.*'both', t"),
        (dict(pool="median"), "'max' or 'avg'"),
        (dict(norm="both"), "'individual' or 'single'"),
        (dict(norm="single", share_weights=False), "share the weights"),
    ],
)
def test_wrong_arguments_are_named(wrong, words):
    with pytest.raises(ValueError, match=words):
        SmallBig(4, 6, 1, **wrong)


def test_view_larger_than_the_map_is_named():
    unit = SmallBig(4, 6, 1, view=(3, 7, 7))
    unit.check_input(torch.empty(1, 4, 3, 7, 7))
    with pytest.raises(ValueError, match="3x7x7 is larger than the feature map 3x6x7"):
        unit.check_input(torch.empty(1, 4, 3, 6, 7))
    unit = SmallBig(4, 6, 1, view=[["past", 4], 1, 1])  # as JSON has it
    unit.check_input(torch.empty(1, 4, 4, 7, 7))
    with pytest.raises(ValueError, match="view past 4x1x1 is larger than the feature map 3x7x7"):
        unit.check_input(torch.empty(1, 4, 3, 7, 7))
