"""CoST against its equations, its parts, and the authors' release."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from mmaction.registry import MODELS
from mmengine.registry import init_default_scope
from torch import nn

from smallbig_mm.units.cost import CoSTConv, rename_released

from ..golden.weights import GOLDEN, clip, official_tensor

CONV = dict(kernel_size=(1, 3, 3), padding=(0, 1, 1), bias=False)
CONV |= dict(conv_cfg=dict(type="Conv3d"), norm_cfg=dict(type="BN3d"))
# The blocks that the authors' configs inflate.
R50 = ((1,), (0, 2), (0, 2, 4), (0, 2))
R101 = ((1,), (0, 2), range(0, 23, 2), (1,))
RELEASED = {
    "costa_r50": (50, R50, False),
    "costb_r50": (50, R50, True),
    "costb_r101": (101, R101, True),
}


def unit(**arguments) -> CoSTConv:
    torch.manual_seed(0)
    return CoSTConv(2, 3, **CONV | arguments).double().eval()


def test_each_view_is_the_one_kernel_on_its_plane():
    """A convolution answers a single one with its kernel, mirrored."""
    cost, x = unit(), torch.zeros(1, 2, 5, 5, 5).double()
    x[:, 1, 2, 2, 2] = 1
    hw, tw, th = (view[0] for view in cost.views(x))
    mirrored = cost.conv.weight[:, 1, 0].flip(1, 2)
    for view, plane in ((hw, hw[:, 2]), (tw, tw[:, :, 2]), (th, th[:, :, :, 2])):
        torch.testing.assert_close(plane[:, 1:4, 1:4], mirrored)
        assert view.count_nonzero() == mirrored.numel()


@pytest.mark.parametrize("view", range(3))
def test_the_views_share_one_weight(view):
    cost, x = unit(), torch.randn(2, 2, 4, 5, 6).double()
    assert sum(p.numel() for p in cost.parameters()) == 3 * 2 * 9 + 2 * 3 + 3 * 3 + 3 * 3
    (slope,) = torch.autograd.grad(cost.views(x)[view].square().sum(), [cost.conv.weight])
    assert (slope != 0).all()


@pytest.mark.parametrize("stride", [1, (1, 2, 2)])
def test_coefficients_from_the_clip(stride):
    cost, x = unit(stride=stride), torch.randn(2, 2, 4, 5, 6).double()
    nn.init.normal_(cost.channel_fc.weight), nn.init.normal_(cost.view_fc.weight)
    views = torch.stack(cost.views(x))  # (3, N, C, T, H, W)
    pooled = views.flatten(3).amax(3)
    inner = torch.einsum("dc,vnc->vnd", cost.channel_fc.weight, pooled)
    alpha = torch.einsum("uv,vnd->und", cost.view_fc.weight, inner).softmax(0)
    y = torch.einsum("vnc,vncthw->ncthw", alpha, views)
    torch.testing.assert_close(cost(x), (y / (1 + cost.norm.eps) ** 0.5).relu())
    assert not torch.allclose(alpha[:, 0], alpha[:, 1])


def test_coefficients_of_their_own():
    cost, x = unit(per_clip=False), torch.randn(2, 2, 4, 5, 6).double()
    ratio = np.exp(0.7) / (np.exp(0.7) + 2 * np.exp(-0.7))
    hw, tw, th = cost.views(x)
    y = ratio * hw + (1 - ratio) / 2 * (tw + th)
    # alpha starts as float32's 0.7
    torch.testing.assert_close(
        cost(x), (y / (1 + cost.norm.eps) ** 0.5).relu(), rtol=1e-6, atol=1e-6
    )


@pytest.mark.parametrize(
    "arguments",
    [
        dict(kernel_size=(1, 1, 1), padding=0),
        dict(kernel_size=(3, 3, 3), padding=1),
        dict(stride=(2, 1, 1)),
    ],
)
def test_a_convolution_that_lies_in_no_plane_is_refused(arguments):
    with pytest.raises(ValueError, match="place it at a 1xkxk one"):
        unit(**arguments)


@pytest.mark.parametrize(
    "name", ["costa_r50", "costb_r50", pytest.param("costb_r101", marks=pytest.mark.slow)]
)
def test_outputs_are_those_of_the_release(name, record_property):
    """github.com/hikvision-research/cost (Apache-2.0), commit
    e08545516b014391baa558c7d1f4ef6d483a42b3.

    Its `ResNet3dCoST` of the configs `costa_r50_8x8x1`, `costb_r50_8x8x1` and `costb_r101_8f` with
    100 classes, on mmaction2 1.2.0 with the older names that it imports pointing to today's, filled
    as `golden/weights.py` says and run in float64. The `.npz` also holds its tensors' names and
    shapes.
    """
    depth, blocks, per_clip = RELEASED[name]
    placed = dict(type="CoSTConv", position="conv2", per_clip=per_clip)
    units = [dict(placed, stages=(s,), blocks=b) for s, b in enumerate(blocks, start=2)]
    init_default_scope("mmaction")
    backbone = dict(type="ResNet3dUnits", depth=depth, units=units, with_pool2=True)
    model = MODELS.build(
        dict(
            type="Recognizer3D",
            backbone=dict(backbone, out_indices=(0, 1, 2, 3)),
            cls_head=dict(type="I3DHead", num_classes=100, in_channels=2048),
        )
    )
    with np.load(GOLDEN / f"{name}.npz") as golden:
        shapes = json.loads(str(golden["tensors"]))
        plain = {theirs: theirs.replace(".conv.weight", ".weight") for theirs in shapes}
        state = {t: official_tensor(plain[t], tuple(shape)) for t, shape in shapes.items()}
        model.load_state_dict({rename_released(t): value for t, value in state.items()})
        errors = {}
        for case in {key.split("/")[0] for key in golden.files} - {"tensors"}:
            with torch.no_grad():
                features = model.backbone.eval()(clip(case))
                logits = model.cls_head.eval()(features[-1])
            stages = {f"res{i}": f.mean((0, 2, 3, 4))[::4] for i, f in enumerate(features, start=2)}
            for key, found in (stages | {"logits": logits}).items():
                wanted = golden[f"{case}/{key}"]
                gap = np.linalg.norm(found.double().numpy() - wanted)
                errors[f"{case}/{key}"] = float(gap / np.linalg.norm(wanted))
    record_property("errors", errors)
    assert max(errors.values()) <= 1e-5, errors
