"""SmallBigNet: its arguments, weights and symmetries."""

import logging

import pytest
import torch
from mmaction.registry import MODELS
from mmengine.config import Config
from mmengine.logging import MMLogger
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm

from smallbig_mm.backbones import ResNet3dSmallBig, ResNet3dUnits
from smallbig_mm.costs.counting import build_model, count
from smallbig_mm.units import SmallBig

from .resnet2d import our_name, resnet2d_weights

TYPICAL = ((3, 3, 3), (3, 3, 3), ("T", 3, 3))
SLOWONLY = dict(views=(None, None, None), inflate=(0, 0, 1, 1))
TINY = dict(depth=23, base_channels=4)


def one_way(way: str) -> tuple:
    """`TYPICAL`, its local views one way in time."""
    return ((way, 3), 3, 3), ((way, 3), 3, 3), ("T", 3, 3)


def awake(net: nn.Module) -> nn.Module:
    """Random norms, so that every branch counts."""
    for norm in (m for m in net.modules() if isinstance(m, _BatchNorm)):
        nn.init.uniform_(norm.weight, 0.5, 1.0)
        nn.init.normal_(norm.bias, std=0.1)
    return net


@pytest.mark.parametrize(
    "views, expected",
    [
        ((None, None, None), set()),
        (((3, 1, 1), None, None), {("conv1", (3, 1, 1))}),
        (((3, 3, 3), None, ("T", 3, 3)), {("conv1", (3, 3, 3)), ("conv3", ("T", 3, 3))}),
        (TYPICAL, {("conv1", TYPICAL[0]), ("conv2", TYPICAL[1]), ("conv3", TYPICAL[2])}),
    ],
)
def test_views_of_figure_2(views, expected):
    net = ResNet3dSmallBig(views=views, stages=(4,), **TINY)
    found = {(n.split(".", 2)[2], m.view) for n, m in net.named_units()}
    assert found == expected
    assert all(n.startswith("layer3") for n, _ in net.named_units())
    assert len(list(net.named_units())) == 3 * len(expected)  # res4 of R23 has three blocks


def test_arguments_reach_the_units():
    net = ResNet3dSmallBig(pool="avg", share_weights=False, extra_unit="default", **TINY)
    for _, unit in net.named_units():
        assert unit.pool == "avg"
        assert (unit.big_conv if isinstance(unit, SmallBig) else unit.big_reduce) is not None
    net = ResNet3dSmallBig(norm="single", extra_unit="simple", extra_stages=(5,), **TINY)
    simple = [type(u).__name__ for _, u in net.named_units() if not isinstance(u, SmallBig)]
    assert simple == ["SimpleExtraUnit"]
    assert all(u.big_bn is None for _, u in net.named_units() if isinstance(u, SmallBig))


def test_extra_units_in_some_blocks():
    net = ResNet3dSmallBig(
        views=(None,) * 3, extra_unit="simple", extra_blocks=((), (0, 2), (0,)), **TINY
    )
    names = [name for name, _ in net.named_units()]
    assert names == ["layer3.0.input_unit", "layer3.2.input_unit", "layer4.0.input_unit"]


@pytest.mark.parametrize("views", [TYPICAL, one_way("past"), one_way("both")])
@pytest.mark.parametrize("extra", [None, "default", "simple"])
def test_starts_as_the_plain_resnet(extra, views):
    net = ResNet3dSmallBig(stages=(2, 3, 4, 5), extra_unit=extra, views=views, **TINY)
    net.init_weights()
    plain = ResNet3dUnits(**TINY)
    assert not plain.load_state_dict(net.state_dict(), strict=False).missing_keys
    x = torch.randn(2, 3, 4, 37, 45)  # odd sizes
    for mode in (False, True):
        torch.testing.assert_close(net.train(mode)(x), plain.train(mode)(x))


@pytest.mark.parametrize("depth, source", [(23, 50), (50, 50), (101, 101)])
def test_imagenet_weights(depth, source, tmp_path):
    """Every name in the file is loaded, or belongs to the classifier or to blocks R23 lacks;
    every convolution and norm outside the units' own is loaded."""
    path = tmp_path / "resnet.pth"
    weights = resnet2d_weights(source)
    torch.save(weights, path)
    net = ResNet3dSmallBig(depth=depth, extra_unit="default", pretrained=str(path))
    said = _messages(net.init_weights)
    state = net.state_dict()
    expected_left = {n for n in weights if n.startswith("fc.") or our_name(n) not in state}
    assert bool({n for n in expected_left if "layer" in n}) == (depth == 23)
    (left,) = [m for m in said if "are not loaded" in m]
    assert all(repr(name) in left for name in expected_left)
    assert left.count("'") == 2 * len(expected_left)
    loaded = set()
    for name, value in weights.items():
        if name in expected_left:
            continue
        ours = our_name(name)
        torch.testing.assert_close(
            state[ours], value[:, :, None] if value.dim() == 4 else value, msg=ours
        )
        loaded.add(ours)
    rest = {n for n in set(state) - loaded if not n.endswith("num_batches_tracked")}
    assert all(".big_bn." in n or ".input_unit." in n for n in rest)
    assert not state["layer2.0.conv1.big_bn.weight"].any()
    assert not state["layer2.0.input_unit.bn.weight"].any()


def test_unshared_views_start_from_the_same_imagenet_weights(tmp_path):
    torch.save(resnet2d_weights(50), tmp_path / "resnet.pth")
    net = ResNet3dSmallBig(23, share_weights=False, pretrained=str(tmp_path / "resnet.pth"))
    net.init_weights()
    for _, unit in net.named_units():
        assert torch.equal(unit.conv.weight, unit.big_conv.weight)


def _messages(run) -> list[str]:
    said: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: said.append(record.getMessage())
    logger = MMLogger.get_current_instance()
    logger.addHandler(handler)
    try:
        run()
    finally:
        logger.removeHandler(handler)
    return said


@pytest.mark.parametrize("extra", [None, "default"])
def test_every_parameter_gets_a_finite_gradient(extra):
    net = awake(ResNet3dSmallBig(extra_unit=extra, **TINY)).train()
    net(torch.randn(2, 3, 4, 64, 64)).square().mean().backward()
    for name, p in net.named_parameters():
        assert p.grad is not None and p.grad.isfinite().all() and p.grad.any(), name


def scores(net: nn.Module, clip: torch.Tensor) -> torch.Tensor:
    return net.eval()(clip).mean((2, 3, 4))


@pytest.mark.parametrize("extra", [None, "default", "simple"])
@pytest.mark.parametrize("pool", ["max", "avg"])
def test_smallbig_cannot_tell_a_clip_from_its_reversal(extra, pool):
    """Symmetric pooling, no temporal kernels: a property that the paper does not mention."""
    net = awake(ResNet3dSmallBig(extra_unit=extra, pool=pool, **TINY)).double()
    clip = torch.randn(1, 3, 8, 96, 96).double()
    torch.testing.assert_close(scores(net, clip), scores(net, clip.flip(2)))
    shuffled = clip[:, :, torch.randperm(8)]
    assert (scores(net, clip) - scores(net, shuffled)).abs().max() > 1e-6  # but not order-blind


@pytest.mark.parametrize("pool", ["max", "avg"])
@pytest.mark.parametrize("way", ["past", "both"])
def test_views_that_look_one_way_in_time_can(way, pool):
    """Once the big views count; until then the network is the 2D one."""
    net = ResNet3dSmallBig(views=one_way(way), extra_unit="default", pool=pool, **TINY).double()
    clip = torch.randn(1, 3, 8, 96, 96).double()
    torch.testing.assert_close(scores(net, clip), scores(net, clip.flip(2)))
    awake(net)
    assert (scores(net, clip) - scores(net, clip.flip(2))).abs().max() > 1e-4


def test_the_past_of_a_clip_is_the_future_of_its_reversal():
    past, future = (ResNet3dSmallBig(views=one_way(way), **TINY) for way in ("past", "future"))
    future.load_state_dict(awake(past).state_dict())
    clip = torch.randn(1, 3, 8, 64, 64).double()
    forward = past.double().eval()(clip)
    torch.testing.assert_close(future.double().eval()(clip.flip(2)).flip(2), forward)


@pytest.mark.parametrize("way", ["past", "both"])
def test_looking_one_way_costs_nothing(way):
    head = dict(type="I3DHead", num_classes=2, in_channels=128)
    costs = []
    for views in (TYPICAL, one_way(way)):
        backbone = dict(type="ResNet3dSmallBig", views=views, **TINY)
        model = dict(type="Recognizer3D", backbone=backbone, cls_head=head)
        costs.append(count(build_model(Config(dict(model=model))), (4, 64, 64)))
    for figure in ("params", "macs", "norm_ops", "pool_ops"):
        both_ways, found = (getattr(each, figure) for each in costs)
        assert both_ways == found > 0, figure


@pytest.mark.parametrize("ending", ["py", "json", "yaml"])
def test_views_survive_a_dumped_config(ending, tmp_path):
    """As tuples in Python, as lists in the others."""
    given = Config(dict(model=dict(type="ResNet3dSmallBig", views=one_way("past"), **TINY)))
    given.dump(tmp_path / f"dumped.{ending}")
    net = MODELS.build(Config.fromfile(tmp_path / f"dumped.{ending}").model)
    views = {name.rpartition(".")[2]: unit.view for name, unit in net.named_units()}
    assert tuple(views[f"conv{number}"] for number in (1, 2, 3)) == one_way("past")


def test_slowonly_with_extra_units_can():
    net = awake(ResNet3dSmallBig(extra_unit="default", **SLOWONLY, **TINY)).double()
    clip = torch.randn(1, 3, 8, 64, 64).double()
    assert (scores(net, clip) - scores(net, clip.flip(2))).abs().max() > 1e-4


@pytest.mark.parametrize("frames", [4, 8, 16, 32])
def test_any_number_of_frames_and_odd_sizes(frames):
    net = awake(ResNet3dSmallBig(extra_unit="default", **TINY)).eval()
    assert net(torch.randn(1, 3, frames, 45, 33)).shape == (1, 128, frames, 2, 2)


@pytest.mark.parametrize("backend", ["aot_eager", pytest.param("inductor", marks=pytest.mark.slow)])
def test_torch_compile_agrees(backend):
    """In float64: compilers round float32 otherwise, by more than its tolerance now and then."""
    net = awake(ResNet3dSmallBig(extra_unit="default", stage_blocks=(1, 1, 1, 1), **TINY)).eval()
    net, clip = net.double(), torch.randn(1, 3, 4, 32, 32, dtype=torch.float64)
    compiled = torch.compile(net, backend=backend)
    torch.testing.assert_close(compiled(clip), net(clip))


def test_bf16_autocast_trains():
    net = awake(ResNet3dSmallBig(extra_unit="default", stage_blocks=(1, 1, 1, 1), **TINY)).train()
    clip = torch.randn(2, 3, 4, 64, 64)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        y = net(clip)
    y.float().square().mean().backward()
    assert y.dtype == torch.bfloat16
    assert all(p.grad.isfinite().all() for p in net.parameters())
    with torch.autocast("cpu", dtype=torch.bfloat16):
        y = net.eval()(clip).float()
    exact = net(clip)
    assert (y - exact).norm() / exact.norm() < 0.05


@pytest.mark.parametrize(
    "kwargs, words",
    [
        (dict(views=((3, 3, 3), None)), "give three"),
        (dict(extra_unit="big"), "'default' or 'simple'"),
        (dict(extra_unit="default", extra_blocks=((1,),)), r"each of extra_stages=\(3, 4, 5\)"),
        (dict(extra_unit="default", extra_blocks=((1,), (3,), (0,))), "blocks 0 ... 2"),
        (dict(stages=(3, 6)), "no res6"),
        (dict(depth=51), "depth=51"),
        (dict(depth=34), "basic blocks"),
        (dict(norm="single", share_weights=False), "share the weights"),
        (dict(clip_size=(8, 32, 32)), "larger than the feature map"),
        (dict(views=one_way("past"), clip_size=(2, 128, 128)), "past 3x3x3 is larger than .* 2x"),
        (dict(views=one_way("back")), "'past', t.*'both', t"),
    ],
)
def test_wrong_arguments_are_named(kwargs, words):
    with pytest.raises(ValueError, match=words):
        MODELS.build(dict(type="ResNet3dSmallBig", **{**TINY, **kwargs}))
