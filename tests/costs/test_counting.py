"""The counter, on a network that a hand can count and on the paper's."""

from pathlib import Path

import pytest
import torch
from mmengine.config import Config
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from smallbig_mm.costs.counting import build_model, clip_of, count, quick_macs

CONFIGS = Path(__file__).parents[2] / "configs"


def config(name: str, **backbone) -> Config:
    cfg = Config.fromfile(CONFIGS / f"{name}.py")
    cfg.model.backbone.update(pretrained=None, **backbone)
    return cfg


class Tiny(nn.Module):
    """Counted by hand below."""

    def __init__(self):
        super().__init__()
        self.backbone = nn.Sequential(
            nn.Conv3d(3, 4, (1, 3, 3), padding=(0, 1, 1), bias=False),
            nn.BatchNorm3d(4),
            nn.MaxPool3d(3, stride=1, padding=1),
            nn.AdaptiveAvgPool3d(1),
            nn.Flatten(),
            nn.Sigmoid(),
        )
        self.cls_head = nn.Linear(4, 5)

    def extract_feat(self, clips):
        return self.backbone(clips[:, 0]), {}


def test_by_hand():
    costs = count(Tiny().eval(), (2, 6, 6))
    positions = 2 * 6 * 6
    assert costs.params == 4 * 3 * 9 + 2 * 4 + 4 * 5 + 5
    assert costs.macs == positions * 4 * 3 * 9 + 4 * 5
    assert costs.norm_ops == 2 * 4 * positions
    assert costs.pool_ops == 4 * positions * 26 + 4 * (positions - 1)
    assert costs.uncounted == {"sigmoid": 1}
    assert costs.modules["backbone.0"] == (108, positions * 108)
    assert costs.activation_product_macs == 0
    assert quick_macs(Tiny(), (2, 6, 6)) == costs.macs


# name, changed arguments, frames, parameters in M, GMAC, as counted on the authors' public code and
# variants of it (the 2D and peer rows: on mmaction2)
PAPER = [
    ("r23_k400", {}, 8, 11.35, 16.97),
    ("r23_3d_k400", {}, 8, 13.91, 24.58),
    ("smallbig_r23_k400", {}, 8, 13.24, 31.46),
    ("smallbig_r23_k400", dict(stages=(2, 3, 4, 5), extra_stages=(2, 3, 4, 5)), 8, 13.25, 32.60),
    ("smallbig_r23_k400", dict(share_weights=False), 8, 21.84, 31.46),
    ("smallbig_r50_k400", dict(extra_unit=None), 8, 24.37, 51.97),
    ("smallbig_r50_k400", {}, 8, 32.29, 62.66),
    ("smallbig_slowonly_r50_8f_sthv1", {}, 8, None, 52.43),
    pytest.param("smallbig_slowonly_r50_16f_sthv2", {}, 16, None, 104.86, marks=pytest.mark.slow),
    pytest.param("smallbig_r101_32f_k400", {}, 32, 43.41, 416.4, marks=pytest.mark.slow),
    ("slowonly_r50_k400", {}, 8, 32.45, 41.74),
    ("tsm_r50_8f_k400", {}, 8, 24.33, 32.70),
    ("slowfast_r50_4x16_k400", {}, 32, 34.48, 27.64),
]


@pytest.mark.parametrize("name, changes, frames, params, gmac", PAPER)
def test_counts_of_the_paper(name, changes, frames, params, gmac):
    cfg = config(name, **changes)
    assert clip_of(cfg) == (frames, 224, 224)
    model = build_model(cfg)
    costs = count(model, clip_of(cfg))
    assert costs.gmac == pytest.approx(gmac, rel=2e-3)
    assert quick_macs(model, clip_of(cfg)) == costs.macs
    if params is not None:
        assert costs.params / 1e6 == pytest.approx(params, rel=2e-3)


def test_attention_stands_apart():
    costs = count(build_model(config("nonlocal_r23_k400")), (8, 224, 224))
    assert costs.params / 1e6 == pytest.approx(18.7, rel=2e-3)
    assert (costs.macs - costs.activation_product_macs) / 1e9 == pytest.approx(33.5, rel=3e-3)
    res3, res4 = 8 * 28 * 28, 8 * 14 * 14  # two products of N x N x C/2 in 2 and in 3 blocks
    assert costs.activation_product_macs == 2 * (2 * res3**2 * 256 + 3 * res4**2 * 512)


@pytest.mark.parametrize("name", ["smallbig_r23_k400", "nonlocal_r23_k400"])
def test_agrees_with_torchs_own_counter(name):
    model = build_model(config(name))
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        features, arguments = model.extract_feat(torch.zeros(1, 1, 3, 8, 64, 64))
        model.cls_head(features, **arguments)
    assert 2 * count(model, (8, 64, 64)).macs == counter.get_total_flops()


def test_norms_add_what_the_authors_code_shows_in_fvcore():
    costs = count(build_model(config("smallbig_r23_k400")), (8, 224, 224))
    assert (costs.macs + costs.norm_ops) / 1e9 == pytest.approx(31.63, rel=2e-3)
