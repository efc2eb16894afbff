"""Inception-v1 over clips: TensorFlow's padding, 2D weights, and S3D-G against HowTo100M's code."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from mmaction.registry import MODELS
from mmengine.registry import init_default_scope
from torch import Tensor, nn

from smallbig_mm.backbones import Inception3D
from smallbig_mm.backbones.inception3d import BLOCKS, pad_same, stem_from_blocks
from smallbig_mm.backbones.official_names import GOOGLENET, S3D, renamed
from smallbig_mm.pretrained import count_loaded

from ..golden import reference
from ..golden.weights import clip


@pytest.mark.parametrize("size, kernel, stride", [(8, 7, 2), (9, 7, 2), (7, 3, 2), (8, 2, 2)])
def test_padding_is_tensorflow_s(size, kernel, stride):
    """ceil(n / s) windows, as few zeros as that takes, the odd one after."""
    x = torch.ones(1, 1, size, 1, 1)
    padded = pad_same(x, (kernel, 1, 1), (stride, 1, 1)).flatten()
    windows = -(-size // stride)
    assert len(padded) == max((windows - 1) * stride + kernel, size)
    before = int(padded.nonzero()[0])
    assert before == (len(padded) - size) // 2


@pytest.mark.parametrize("case", reference.cases("s3dg"))
def test_s3dg_is_howto100m_s(case):
    """At sizes whose last pooling meets odd ones; its stem needs even ones."""
    init_default_scope("mmaction")
    model = MODELS.build(
        dict(
            type="Recognizer3D",
            backbone=dict(type="Inception3D", gated_separable=True, stem=((5, 9, 9),), eps=1e-5),
            cls_head=dict(type="I3DHead", num_classes=100, in_channels=1024, dropout_ratio=0),
        )
    )
    tensors = reference.state_dict("s3dg")
    tensors["conv1.conv1.weight"] = stem_from_blocks(tensors["conv1.conv1.weight"])
    reference.fill(model, tensors, lambda name: renamed(name, S3D))
    errors = reference.errors(model, "s3dg", case)
    assert max(errors.values()) < 1e-5, errors


def test_a_stem_over_blocks_is_one_over_the_clip():
    weight = torch.randn(5, 24, 2, 4, 4).double()
    x = clip("1x6x8x10").double()
    blocks = F.pixel_unshuffle(x.transpose(1, 2), 2).unflatten(2, (3, 4))  # N T C 4 H W
    blocks = blocks.unflatten(1, (3, 2)).permute(0, 2, 4, 3, 1, 5, 6).flatten(1, 3)
    expected = F.conv3d(blocks, weight, padding=(1, 2, 2))[:, :, 1:, 1:, 1:]
    found = F.conv3d(pad_same(x, (5, 9, 9), (2, 2, 2)), stem_from_blocks(weight), stride=2)
    torch.testing.assert_close(found, expected)


def googlenet_weights() -> dict[str, Tensor]:
    """Random tensors with the names and shapes of torchvision's GoogLeNet, classifiers cut."""
    shapes = {"conv1": (64, 3, 7), "conv2": (64, 64, 1), "conv3": (192, 64, 3)}
    channels = 192
    for stage, blocks in enumerate(BLOCKS, start=3):
        for letter, (a, b, c, d, e, f) in zip("abcde", blocks, strict=False):
            for branch, shape in {
                **{"1": (a, channels, 1), "2.0": (b, channels, 1), "2.1": (c, b, 3)},
                **{"3.0": (d, channels, 1), "3.1": (e, d, 3), "4.1": (f, channels, 1)},
            }.items():
                shapes[f"inception{stage}{letter}.branch{branch}"] = shape
            channels = a + c + e + f
    weights = {"fc.weight": torch.randn(10, 1024), "aux1.conv.conv.weight": torch.ones(8, 8, 1, 1)}
    for name, (out, channels, k) in shapes.items():
        weights[f"{name}.conv.weight"] = torch.randn(out, channels, k, k)
        for part in ("weight", "bias", "running_mean", "running_var"):
            weights[f"{name}.bn.{part}"] = torch.rand(out)
    return weights


@pytest.mark.parametrize("gated_separable", [False, True])
def test_imagenet_weights(gated_separable, tmp_path):
    """All of GoogLeNet but its classifiers, whatever is inflated; other kernels are the identity
    over time."""
    torch.manual_seed(0)
    weights = googlenet_weights()
    torch.save(weights, tmp_path / "googlenet.pth")
    net = Inception3D(gated_separable, pretrained=str(tmp_path / "googlenet.pth"))
    net.init_weights()
    assert count_loaded(net, tmp_path / "googlenet.pth").loaded == 57
    state, loaded = net.state_dict(), set()
    for name, value in weights.items():
        ours = renamed(name, GOOGLENET)
        if name.startswith(("fc.", "aux")):
            assert ours not in state
            continue
        held = state[ours].sum(2) if value.dim() == 4 else state[ours]
        torch.testing.assert_close(held, value, msg=name)
        loaded.add(ours)
    rest = {n for n in state if n not in loaded and not n.endswith("num_batches_tracked")}
    assert bool(rest) == gated_separable
    for name in rest:
        if name.endswith("conv.weight"):
            assert state[name].shape[2:] in ((3, 1, 1), (7, 1, 1))
            assert torch.equal(state[name], nn.init.dirac_(torch.empty_like(state[name])))
        else:
            assert ".fc." in name or ".bn." in name


def test_a_stem_that_strides_twice_or_never_is_refused():
    for stem in (((7, 7, 7), (7, 1, 1)), ((1, 7, 7),)):
        with pytest.raises(ValueError, match="each axis one kernel longer than 1"):
            Inception3D(stem=stem)


def macs_without_padded_time(net: nn.Module, frames: int) -> float:
    """Multiply-adds in G at 224x224, kernels' taps on zeros before and after the clip left out."""
    total = 0.0

    def add(conv, inputs, output):
        nonlocal total
        kernel, step = conv.kernel_size[0], conv.stride[0]
        length = frames if step > 1 else inputs[0].shape[2]
        before = max(kernel - step, 0) // 2
        first = [t * step - before for t in range(output.shape[2])]
        taps = sum(0 <= start + k < length for start in first for k in range(kernel))
        size = conv.kernel_size[1] * conv.kernel_size[2] * output.shape[3] * output.shape[4]
        total += conv.in_channels * conv.out_channels * size * taps / 1e9

    for module in net.modules():
        if isinstance(module, nn.Conv3d):
            module.register_forward_hook(add)
    with torch.no_grad():
        net(torch.empty(1, 3, frames, 224, 224, device="meta"))
    return total


@pytest.mark.parametrize("gated_separable, printed", [(False, 108), (True, 71.4)])
def test_without_padded_time_the_printed_costs_are_near(gated_separable, printed):
    """As results/notes.csv says of I3D; one reading brings both near, and none is exact."""
    with torch.device("meta"):
        net = Inception3D(gated_separable).eval()
    assert macs_without_padded_time(net, 64) == pytest.approx(printed, rel=5e-3)
