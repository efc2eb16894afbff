"""The host: units land where they are placed, and only there."""

import pytest
import torch
from mmaction.models.backbones import ResNet3d
from mmaction.models.backbones.resnet3d import Bottleneck3d
from mmaction.registry import MODELS
from mmcv.cnn import ConvModule, NonLocal3d
from torch import nn

import smallbig_mm  # noqa: F401
from smallbig_mm.backbones import ResNet3dUnits
from smallbig_mm.units import NonLocalUnit, SmallBig, SmallBigExtraUnit

EXTRA = dict(type="SmallBigExtraUnit")
SMALL = dict(base_channels=8)


def test_depth_23_is_table_1():
    net = ResNet3dUnits(depth=23)
    assert [len(getattr(net, f"layer{i}")) for i in (1, 2, 3, 4)] == [1, 2, 3, 1]
    kernels = {m.kernel_size for m in net.modules() if isinstance(m, nn.Conv3d)}
    assert kernels == {(1, 7, 7), (1, 1, 1), (1, 3, 3)}
    assert net(torch.randn(1, 3, 2, 64, 64)).shape == (1, 2048, 2, 2, 2)


@pytest.mark.parametrize(
    "depth, non_local",
    [(18, ((0, 0), (0, 1), (0, 0), (0, 0))), (23, ((0,), (0, 1), (0, 0, 0), (0,)))],
)
def test_without_units_it_is_mmaction2s_network(depth, non_local, monkeypatch):
    monkeypatch.setitem(ResNet3d.arch_settings, 23, (Bottleneck3d, (1, 2, 3, 1)))
    same = dict(depth=depth, inflate=(0, 0, 1, 1), non_local=non_local)
    ours = ResNet3dUnits(**same, **SMALL).eval()
    theirs = ResNet3d(conv1_kernel=(1, 7, 7), with_pool2=False, **same, **SMALL)
    for m in ours.modules():
        if isinstance(m, NonLocal3d):
            nn.init.normal_(m.conv_out.conv.weight)
    theirs.load_state_dict(ours.state_dict())
    x = torch.randn(1, 3, 4, 32, 32, dtype=torch.float64)
    torch.testing.assert_close(ours.double()(x), theirs.double().eval()(x), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(
    "position, stages, blocks, expected",
    [
        ("conv2", (3,), None, ["layer2.0.conv2", "layer2.1.conv2"]),
        ("conv3", (4,), (0, 2), ["layer3.0.conv3", "layer3.2.conv3"]),
    ],
)
def test_unit_in_place_of_a_convolution(position, stages, blocks, expected):
    cfg = dict(type="SmallBig", position=position, stages=stages, blocks=blocks)
    net = ResNet3dUnits(depth=23, units=[cfg], **SMALL)
    assert [n for n, m in net.named_modules() if isinstance(m, SmallBig)] == expected
    plain = ResNet3dUnits(depth=23, **SMALL)
    for name in expected:  # same convolution as the one it replaces
        unit, conv = net.get_submodule(name), plain.get_submodule(name)
        assert type(conv) is ConvModule
        assert str(unit.conv) == str(conv.conv)
        assert unit.with_activation == conv.with_activation


@pytest.mark.parametrize(
    "position, stages, expected, channels",
    [
        ("block_input", (3,), ["layer2.0.input_unit", "layer2.1.input_unit"], [32, 64]),
        ("block_output", (3,), ["layer2.0.output_unit", "layer2.1.output_unit"], [64, 64]),
        ("stage_output", (2, 4), ["layer1.0.output_unit", "layer3.2.output_unit"], [32, 128]),
    ],
)
def test_unit_on_features(position, stages, expected, channels):
    net = ResNet3dUnits(depth=23, units=[dict(EXTRA, position=position, stages=stages)], **SMALL)
    found = {n: m for n, m in net.named_modules() if isinstance(m, SmallBigExtraUnit)}
    assert list(found) == expected
    assert [m.reduce.in_channels for m in found.values()] == channels
    seen = []
    for name, unit in found.items():
        unit.register_forward_hook(lambda m, i, o, name=name: seen.append((name, i[0].shape[1])))
    net(torch.randn(1, 3, 2, 32, 32))
    assert seen == list(zip(expected, channels, strict=True))


def test_block_input_unit_feeds_both_branches():
    unit = dict(EXTRA, position="block_input", stages=(3,), blocks=(1,))
    net = ResNet3dUnits(depth=23, units=[unit], **SMALL).eval()
    block = net.layer2[1]
    nn.init.ones_(block.input_unit.bn.weight)
    x = torch.randn(1, 64, 2, 4, 4)
    z = block.input_unit(x)
    expected = torch.relu(block.conv3(block.conv2(block.conv1(z))) + z)
    torch.testing.assert_close(block(x), expected)


@pytest.mark.parametrize("depth", [18, 23])
def test_block_sum_unit_stands_between_the_sum_and_its_relu(depth):
    unit = dict(EXTRA, position="block_sum", stages=(3,))
    net = ResNet3dUnits(depth=depth, units=[unit], **SMALL).eval()
    assert [n for n, _ in net.named_units()] == ["layer2.0.sum_unit", "layer2.1.sum_unit"]
    block = net.layer2[0]
    nn.init.ones_(block.sum_unit.bn.weight)
    x = torch.randn(1, block.inplanes, 2, 5, 5)
    branch = block.conv2(block.conv1(x))
    if depth == 23:
        branch = block.conv3(branch)
    total = branch + block.downsample(x)
    assert (total < 0).any()
    torch.testing.assert_close(block(x), torch.relu(block.sum_unit(total)))


def test_several_units_together():
    units = [
        dict(type="NonLocalUnit", position="block_output", stages=(3, 4)),
        dict(type="SmallBig", position="conv1", stages=(3, 4, 5)),
        dict(EXTRA, position="block_input", stages=(5,)),
    ]
    net = ResNet3dUnits(depth=23, units=units, **SMALL)
    kinds = [type(unit) for _, unit in net.named_units()]
    assert kinds == [NonLocalUnit] * 5 + [SmallBig] * 6 + [SmallBigExtraUnit]


@pytest.mark.parametrize("pretrained2d", [True, False])
def test_units_start_without_effect(pretrained2d, tmp_path):
    """mmaction2's init sets every norm's scale to one; the units' must be zero afterwards."""
    units = [
        dict(type="NonLocalUnit", position="block_output", stages=(3,)),
        dict(type="SmallBig", position="conv1", stages=(3, 4)),
        dict(EXTRA, position="block_input", stages=(5,)),
    ]
    net = ResNet3dUnits(depth=23, units=units, **SMALL)
    plain = ResNet3dUnits(depth=23, **SMALL)
    net.init_weights()
    left = plain.load_state_dict(net.state_dict(), strict=False)
    assert not left.missing_keys
    x = torch.randn(1, 3, 2, 32, 32)
    torch.testing.assert_close(net.eval()(x), plain.eval()(x))
    # a trained network's weights, in contrast, survive
    for _, unit in net.named_units():
        for p in unit.parameters():
            nn.init.constant_(p, 0.3)
    path = tmp_path / "trained.pth"
    torch.save(net.state_dict(), path)
    again = ResNet3dUnits(depth=23, units=units, pretrained=str(path), pretrained2d=False, **SMALL)
    again.init_weights()
    for key, value in net.state_dict().items():
        assert torch.equal(value, again.state_dict()[key]), key


@pytest.mark.parametrize(
    "kwargs, words",
    [
        (dict(depth=26), "depth=26"),
        (dict(units=[dict(EXTRA, position="block_input", stages=(6,))]), "no res6"),
        (dict(units=[dict(EXTRA, position="block_input", stages=(1,))]), "no res1"),
        (dict(units=[dict(EXTRA, position="conv4", stages=(3,))]), "position='conv4'"),
        (dict(units=[dict(EXTRA, stages=(3,))]), "position"),
        (
            dict(units=[dict(EXTRA, position="block_input", stages=(3,), blocks=(2,))]),
            "blocks 0 ... 1",
        ),
        (dict(units=[dict(EXTRA, position="block_input", stages=(3,))] * 2), "already"),
        (dict(units=[dict(EXTRA, position="block_sum", stages=(3,))] * 2), "already"),
        (dict(units=[dict(type="SmallBig", position="conv1", stages=(3,))] * 2), "already"),
        (
            dict(depth=18, units=[dict(type="SmallBig", position="conv3", stages=(3,))]),
            "basic blocks",
        ),
    ],
)
def test_wrong_arguments_are_named(kwargs, words):
    with pytest.raises(ValueError, match=words):
        ResNet3dUnits(**{"depth": 23, **SMALL, **kwargs})


def test_units_that_do_not_fit_the_clip_are_refused_when_built():
    unit = dict(type="SmallBig", position="conv2", stages=(5,), view=(3, 7, 7))
    ResNet3dUnits(depth=23, units=[unit], clip_size=(8, 224, 224), **SMALL)
    with pytest.raises(ValueError, match=r"layer4.0.conv2.*3x7x7 is larger.*8x6x6"):
        ResNet3dUnits(
            depth=23, units=[unit], clip_size=(8, 96, 96), spatial_strides=(1, 2, 2, 1), **SMALL
        )
    unit["stages"] = (4,)
    with pytest.raises(ValueError, match=r"layer3.0.conv2.*3x7x7 is larger.*2x28x28"):
        ResNet3dUnits(depth=23, units=[unit], clip_size=(2, 224, 224), **SMALL)


def test_clips_that_are_too_short_for_the_strides_are_refused_when_built():
    ResNet3dUnits(depth=23, clip_size=(2, 64, 64), with_pool2=True, **SMALL)
    with pytest.raises(ValueError, match=r"clips of \(1, 64, 64\) \(TxHxW\) do not pass"):
        ResNet3dUnits(depth=23, clip_size=(1, 64, 64), with_pool2=True, **SMALL)


@pytest.mark.parametrize("compiled", [False, True])
def test_activation_checkpointing_changes_memory_only(compiled):
    """Same loss, gradients and running statistics, which are updated once."""
    units = [
        dict(type="SmallBig", position="conv1", stages=(3, 4)),
        dict(EXTRA, position="block_input", stages=(5,)),
    ]
    tiny = dict(depth=23, units=units, base_channels=2, stage_blocks=(1, 1, 1, 1))
    plain = ResNet3dUnits(**tiny).double()
    saving = ResNet3dUnits(with_cp=True, **tiny).double()
    for _, unit in plain.named_units():
        nn.init.ones_(unit.big_bn.weight if isinstance(unit, SmallBig) else unit.bn.weight)
    saving.load_state_dict(plain.state_dict())
    x = torch.randn(2, 3, 2, 32, 32).double()
    plain.train()(x).square().mean().backward()
    saving.train()
    run = torch.compile(saving, backend="aot_eager") if compiled else saving
    run(x).square().mean().backward()
    for (name, a), b in zip(plain.named_parameters(), saving.parameters(), strict=True):
        torch.testing.assert_close(a.grad, b.grad, msg=name)
    for (name, a), b in zip(plain.named_buffers(), saving.named_buffers(), strict=True):
        torch.testing.assert_close(a, b[1], msg=name)
    assert saving.layer2[0].conv1.bn.num_batches_tracked == 1


def test_a_second_backward_pass_through_recomputed_blocks():
    saving = ResNet3dUnits(depth=23, with_cp=True, base_channels=2, stage_blocks=(1, 1, 1, 1))
    loss = saving.double().train()(torch.randn(2, 3, 2, 32, 32).double()).square().mean()
    loss.backward(retain_graph=True)
    once = [parameter.grad.clone() for parameter in saving.parameters()]
    loss.backward()
    for parameter, grad in zip(saving.parameters(), once, strict=True):
        torch.testing.assert_close(parameter.grad, 2 * grad)
    assert saving.layer2[0].conv1.bn.num_batches_tracked == 1


def test_a_clip_that_ends_as_one_position_passes():
    ResNet3dUnits(depth=23, clip_size=(1, 32, 32), **SMALL)


def test_train_and_eval_return_the_network():
    net = MODELS.build(dict(type="ResNet3dUnits", depth=18, **SMALL))
    assert net.eval() is net and net.train() is net
