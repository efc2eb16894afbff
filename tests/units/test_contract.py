"""What every unit keeps to, whatever it computes: a new one is covered when it is registered."""

import pytest
import torch
from mmaction.registry import MODELS
from mmcv.cnn import ConvModule
from mmengine.registry import init_default_scope
from torch.nn.modules.batchnorm import _BatchNorm

from smallbig_mm import units
from smallbig_mm.backbones import ResNet3dUnits
from smallbig_mm.backbones.host import CONVS, PLACES
from smallbig_mm.deploy.fold import fold

from ..backbones.resnet2d import our_name, resnet2d_weights

TYPES = {
    name: unit
    for name, unit in MODELS.module_dict.items()
    if unit.__module__.startswith(f"{units.__name__}.")
}
ARGUMENTS: dict[str, list[dict]] = {  # beside a unit's own defaults
    "CoSTConv": [dict(per_clip=False)],
    "CorrespondenceUnit": [dict(half_size=True), dict(reduction=None, k=8, mlp=(4, 2))],
    "SmallBig": [dict(share_weights=False), dict(norm="single")],
    "SmallBigExtraUnit": [dict(share_weights=False)],
}
ONLY_AT = {"CoSTConv": ("conv2",)}  # it has to replace a 1xkxk convolution
ACTS_FROM_THE_START = {
    "CoSTConv": "its coefficients never leave all to one view",
    "TEIConv": "TIM starts as the shift, and MEM weighs channels",
    "TemporalShiftConv": "it has no part that could be zero: its input is shifted",
    "SmallBig single": "the one norm follows small + big, so nothing of the big view's own is zero",
}


def cases(one_place: bool = False):
    """Each unit with each of its arguments at each position that it fits, or at the first."""
    for name, unit in TYPES.items():
        for arguments in [{}, *ARGUMENTS.get(name, [])]:
            places = [position for position in PLACES if _fits(name, unit, position)]
            for position in places[:1] if one_place else places:
                cfg = dict(type=name, position=position, **arguments)
                yield pytest.param(cfg, id="-".join(map(str, cfg.values())))


def _fits(name: str, unit: type, position: str) -> bool:
    in_place_of_a_conv = (position in CONVS) == issubclass(unit, ConvModule)
    return in_place_of_a_conv and position in ONLY_AT.get(name, PLACES)


def recognizer(placed: list[dict], pretrained: str):
    init_default_scope("mmaction")
    backbone = dict(type="ResNet3dUnits", depth=23, base_channels=4, units=placed)
    return MODELS.build(dict(type="Recognizer3D", backbone=backbone | dict(pretrained=pretrained)))


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("weights") / "resnet50.pth"
    torch.save(resnet2d_weights(50, base=4), path)
    return path


def test_every_unit_is_exported():
    assert len(TYPES) >= 5
    assert {getattr(units, name) for name in TYPES} == set(TYPES.values())
    assert TYPES.keys() <= set(units.__all__)


@pytest.mark.parametrize("cfg", cases())
def test_loaded_weights_survive_and_the_unit_starts_without_effect(cfg, file):
    """Through the recogniser's initialisation, which is the one that training runs."""
    plain = recognizer([], str(file))
    model = recognizer([dict(cfg, stages=(2, 3, 4, 5))], str(file))
    plain.init_weights(), model.init_weights()
    state = model.backbone.state_dict()
    weights = {our_name(name): value for name, value in torch.load(file).items()}
    wanted = {name: value for name, value in weights.items() if name in plain.backbone.state_dict()}
    assert len(wanted) == 5 * (1 + 7 * 3 + 4)
    lost = [
        name
        for name, value in wanted.items()
        if not torch.equal(state[name], value[:, :, None] if value.dim() == 4 else value)
    ]
    assert not lost

    clip = torch.randn(2, 3, 4, 37, 45)
    with torch.no_grad():
        found, without = model.backbone.eval()(clip), plain.backbone.eval()(clip)
    if f"{cfg['type']} {cfg.get('norm', '')}".strip() in ACTS_FROM_THE_START:
        assert (found - without).norm() > 1e-3 * without.norm()
    else:
        torch.testing.assert_close(found, without)


@pytest.mark.parametrize("cfg", cases(one_place=True))
def test_a_folded_network_is_equal(cfg):
    """Whether the unit has a rule or is left as it is."""
    network = ResNet3dUnits(depth=23, base_channels=8, units=[dict(cfg, stages=(3, 4))])
    for norm in network.modules():
        if isinstance(norm, _BatchNorm):
            torch.nn.init.uniform_(norm.weight, 0.2, 0.5)
            torch.nn.init.normal_(norm.bias, std=0.1)
            torch.nn.init.uniform_(norm.running_var, 1, 2)
    network = network.double().eval()
    clip = torch.randn(2, 3, 4, 49, 64, dtype=torch.float64)
    with torch.no_grad():
        expected, found = network(clip), fold(network)(clip)
    assert expected.isfinite().all()
    torch.testing.assert_close(
        found, expected, rtol=1e-12, atol=1e-12 * float(expected.abs().max())
    )


@pytest.mark.parametrize("compiled", [False, True])
@pytest.mark.parametrize("cfg", cases(one_place=True))
def test_learns_in_half_precision_and_compiled(cfg, compiled):
    """Every parameter gets a finite gradient, which is not zero once no scale is."""
    torch.manual_seed(0), torch._dynamo.reset()
    tiny = dict(depth=23, base_channels=8, stage_blocks=(1, 1, 1, 1))
    block = ResNet3dUnits(**tiny, units=[dict(cfg, stages=(3,))]).layer2[0]
    for norm in block.modules():
        if isinstance(norm, _BatchNorm):
            torch.nn.init.ones_(norm.weight)
    run = torch.compile(block, backend="aot_eager", fullgraph=True) if compiled else block
    with torch.autocast("cpu", dtype=torch.bfloat16):
        y = run(torch.randn(2, block.inplanes, 4, 9, 11))
    y.float().square().mean().backward()
    grads = {name: p.grad for name, p in block.named_parameters()}
    assert all(grad is not None and grad.isfinite().all() for grad in grads.values())
    assert all(grad.abs().max() > 0 for grad in grads.values())
