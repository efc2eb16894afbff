"""The peers' networks cost what was counted on their authors' code, or on rewrites of it."""

import pytest
import torch
from mmengine.config import Config
from torch.utils.flop_counter import FlopCounterMode

from smallbig_mm.costs.counting import build_model, clip_of
from smallbig_mm.files import CONFIGS

# row, parameters in M, GMAC of the clip it trains on; CoST's on its authors' code
PEERS = [
    ("table10/11_tei_8f", 30.36, 32.87),
    ("table10/13_tei_16f", 30.36, 65.75),
    ("table10/18_cost", 44.41, 50.07),
    ("table10/20_cpnet", 44.37, 272.23),
    ("table11/15_cpnet_sthv2", 21.64, 116.54),
]


@pytest.mark.parametrize("row, params, gmac", PEERS)
def test_parameters_and_multiply_adds(row, params, gmac):
    """By torch's counter on tensors without data, which is quick; tables are fvcore's."""
    cfg = Config.fromfile(CONFIGS / f"{row}.py")
    model = build_model(cfg).to("meta")
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        features, arguments = model.extract_feat(torch.empty(1, 1, 3, *clip_of(cfg), device="meta"))
        model.cls_head(features, **arguments)
    assert sum(p.numel() for p in model.parameters()) / 1e6 == pytest.approx(params, rel=5e-4)
    assert counter.get_total_flops() / 2e9 == pytest.approx(gmac, rel=1e-3)
