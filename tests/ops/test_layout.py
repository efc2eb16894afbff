"""Channels-last through whole networks, on every path that PyTorch takes."""

from contextlib import contextmanager

import pytest
import torch
import torch.distributed as dist
from mmaction.registry import MODELS
from mmaction.structures import ActionDataSample
from mmengine.model import MMDistributedDataParallel
from mmengine.registry import init_default_scope
from torch import nn

from smallbig_mm.ops.layout import FORMATS, ChannelsLastConv3d

BACKBONES = [
    dict(type="ResNet3dUnits", depth=23),
    dict(type="ResNet3dUnits", depth=18, inflate=((1, 1), (1, 0), (0, 1), (1, 1))),
    dict(type="ResNet3dSmallBig", depth=23, extra_unit="default"),
    dict(type="ResNet3dSmallBig", depth=23, extra_unit="simple", pool="avg"),
    dict(type="ResNet3dSmallBig", depth=50, share_weights=False, with_cp=True),
    dict(type="ResNet3dSmallBig", depth=23, norm="single", inflate=(0, 0, 1, 1)),
]


def recogniser(backbone):
    init_default_scope("mmaction")
    head = dict(type="ExtraUnitHead", num_classes=5, average_clips="prob")
    head["in_channels"] = 4 * 8 * (1 if backbone["depth"] == 18 else 4) * 2
    cfg = dict(type="Recognizer3D", backbone=dict(backbone, base_channels=8), cls_head=head)
    return MODELS.build(cfg)


@contextmanager
def other_layouts(network):
    """Names of the modules that give features in another layout than channels-last."""
    found, handles = [], []
    for name, module in network.named_modules():

        def look(module, inputs, output, name=name):
            for x in output if isinstance(output, (tuple, list)) else [output]:
                if torch.is_tensor(x) and x.ndim in FORMATS:
                    seen.append(name)
                    if not x.is_contiguous(memory_format=FORMATS[x.ndim]):
                        found.append(name)

        handles.append(module.register_forward_hook(look))
    seen: list[str] = []
    yield found
    assert len(seen) > 50
    for handle in handles:
        handle.remove()


def train(network, clips):
    for sample in (samples := [ActionDataSample() for _ in clips]):
        sample.set_gt_label(1)
    losses = network(clips, samples, mode="loss")
    losses["loss_cls"].backward()


@pytest.fixture(params=[1, 2], ids=["one thread", "two threads"])
def threads(request):
    before = torch.get_num_threads()
    torch.set_num_threads(request.param)
    yield
    torch.set_num_threads(before)


@pytest.mark.parametrize("backbone", BACKBONES)
def test_no_layer_falls_back(backbone, threads):
    """Nor with the small maps and the one thread for which PyTorch leaves oneDNN."""
    network = recogniser(backbone)
    clips = torch.randn(1, 2, 3, 4, 96, 96)
    for name, tensor in network.named_parameters():
        assert tensor.is_contiguous(), name  # nothing was asked for
    with other_layouts(network) as found:
        train(network.train(), clips[:, :1])
        assert not found
        with torch.no_grad():
            network.eval().predict(clips, [ActionDataSample()])
            with torch.autocast("cpu", dtype=torch.bfloat16):
                network.predict(clips, [ActionDataSample()])
        assert not found


def test_nor_after_a_checkpoint_was_loaded_nor_inside_a_distributed_wrapper(tmp_path, threads):
    first = recogniser(BACKBONES[2])
    clips = torch.randn(2, 1, 3, 4, 96, 96)
    optimiser = torch.optim.SGD(first.parameters(), 0.1, momentum=0.9)
    train(first, clips), optimiser.step()
    torch.save(dict(model=first.state_dict(), optimiser=optimiser.state_dict()), tmp_path / "f.pth")
    network = recogniser(BACKBONES[2])
    loaded = torch.load(tmp_path / "f.pth")
    network.load_state_dict(loaded["model"])
    optimiser = torch.optim.SGD(network.parameters(), 0.1, momentum=0.9)
    optimiser.load_state_dict(loaded["optimiser"])
    dist.init_process_group("gloo", f"file://{tmp_path / 'meet'}", rank=0, world_size=1)
    try:
        wrapped = MMDistributedDataParallel(network)
        with other_layouts(network) as found:
            train(wrapped, clips)
        optimiser.step()
        assert not found
    finally:
        dist.destroy_process_group()


@pytest.mark.parametrize(
    "kernel, stride, padding", [(1, 1, 0), (1, (1, 2, 2), 0), ((1, 3, 3), 1, 1)]
)
@pytest.mark.parametrize("bias", [False, True])
def test_convolution_is_torchs(kernel, stride, padding, bias, threads):
    theirs = nn.Conv3d(6, 8, kernel, stride, padding, bias=bias).double()
    ours = ChannelsLastConv3d(6, 8, kernel, stride, padding, bias=bias).double()
    ours.load_state_dict(theirs.state_dict())
    x = torch.randn(2, 6, 4, 7, 9, dtype=torch.float64, requires_grad=True)
    expected, y = theirs(x), ours(x)
    torch.testing.assert_close(y, expected)
    weight = torch.randn_like(y)
    grads = [
        torch.autograd.grad((out * weight).sum(), [x, *conv.parameters()])
        for out, conv in ((y, ours), (expected, theirs))
    ]
    for ours_grad, theirs_grad in zip(*grads, strict=True):
        torch.testing.assert_close(ours_grad, theirs_grad)
