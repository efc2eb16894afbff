"""What every unit keeps to, whatever it computes: a new one is covered when it is registered."""

import pytest
import torch
from mmaction.registry import MODELS
from mmcv.cnn import ConvModule
from mmengine.registry import init_default_scope

from smallbig_mm import units
from smallbig_mm.backbones.host import CONVS, PLACES

from ..backbones.resnet2d import our_name, resnet2d_weights

TYPES = {
    name: unit
    for name, unit in MODELS.module_dict.items()
    if unit.__module__.startswith(f"{units.__name__}.")
}
ARGUMENTS: dict[str, list[dict]] = {  # beside a unit's own defaults
    "CoSTConv": [dict(per_clip=False)],
    "CorrespondenceUnit": [dict(half=True), dict(reduction=None, k=8, mlp=(4, 2))],
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


def cases():
    for name, unit in TYPES.items():
        for arguments in [{}, *ARGUMENTS.get(name, [])]:
            for position in PLACES:
                fits = (position in CONVS) == issubclass(unit, ConvModule)
                if fits and position in ONLY_AT.get(name, PLACES):
                    cfg = dict(type=name, position=position, **arguments)
                    yield pytest.param(cfg, id="-".join(map(str, cfg.values())))


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
