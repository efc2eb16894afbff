"""Checkpoints of peers of which a config of this package describes the whole network."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from mmengine.config import Config

from ..backbones.bn_inception import rename_checkpoint, rename_official
from ..backbones.eco import rename_eco
from ..backbones.official_names import GLORE, I3D, MFNET, S3D
from ..files import own_config
from ..state_dicts import Shapes, StateDict
from ..units.cost import rename_released
from .families import Family, Network, Rules, by_rules, classes_of

Identify = Callable[[Shapes, Mapping[str, Any]], Network]


def _classes(ours: Shapes) -> int | None:
    """TRN's classifiers are its MLPs' last layers; what mmaction2 calls fc_cls comes before."""
    trn = ours.get("cls_head.consensus.fc_fusion_scales.0.3.weight")
    return trn[0] if trn else classes_of(ours)


def as_configured(configs: Mapping[str, str]) -> Identify:
    """A family's `network`: of these configs' networks the one whose names are nearest.

    Args:
        configs: the config of a network, by the network's name.
    """

    def network(ours: Shapes, _: Mapping[str, Any]) -> Network:
        found = []
        for name, config in configs.items():
            model = Config.fromfile(own_config(config)).model
            head = {key: value for key, value in model.cls_head.items() if key != "num_classes"}
            backbone = dict(model.backbone)
            backbone.pop("pretrained", None)
            found.append(Network(name, backbone, _classes(ours), head))
        return min(found, key=lambda network: len(network.shapes().keys() ^ ours.keys()))

    return network


def _family(name: str, source: str, rules: Rules, configs: Mapping[str, str]) -> Family:
    names = tuple(f"{Path(config).name}*" for config in configs.values())
    return Family(name, source, by_rules(rules), as_configured(configs), names)


def _caffe(rename: Callable[[str], str]) -> Callable[[str], str | None]:
    """A family's `rename` of names from Caffe's graph, by one that leaves strangers as they are."""

    def known(name: str) -> str | None:
        ours = rename_checkpoint(name, rename)
        return None if ours == f"backbone.{name}" else ours

    return known


def _flat_norms(tensors: StateDict) -> dict[str, str]:
    """Norms of the first PyTorch versions' files are (1, C)."""
    for name, tensor in tensors.items():
        if ".bn." in name and tensor.dim() == 2:
            tensors[name] = tensor[0]
    return {}


def _released(name: str) -> str | None:
    """CoST's names are mmaction2's, but for what its unit adds."""
    return rename_released(name) if name.startswith(("backbone.", "cls_head.")) else None


PEERS = (
    _family("MFNet", "github.com/cypw/PyTorch-MFNet", MFNET, {"MFNet": "table10/03_mfnet"}),
    _family(
        "GloRe",
        "github.com/facebookresearch/GloRe",
        GLORE,
        {"GloRe-R50": "table10/09_glore_r50", "GloRe-R101": "table10/19_glore_r101"},
    ),
    _family("I3D", "github.com/piergiaj/pytorch-i3d", I3D, {"I3D-Inception": "table10/05_i3d"}),
    _family("S3D", "github.com/antoine77340/S3D_HowTo100M", S3D, {"S3D-G": "table10/06_s3dg"}),
    Family(
        "TSN and TRN",
        "github.com/yjxiong/tsn-pytorch, github.com/zhoubolei/TRN-pytorch",
        _caffe(rename_official),
        as_configured({"TSN": "table11/01_tsn_sthv1", "TRN": "table11/02_trn_sthv1"}),
        ("01_tsn*", "02_trn*"),
        dims=4,
        change=_flat_norms,
    ),
    Family(
        "ECO",
        "github.com/mzolfaghari/ECO-pytorch",
        _caffe(rename_eco),
        as_configured(
            {"ECO": "table11/03_eco_8f_sthv1", "ECO Lite": "table11/05_eco_lite_16f_sthv1"}
        ),
        ("*eco*",),
        change=_flat_norms,
    ),
    Family(
        "CoST",
        "github.com/hikvision-research/cost",
        _released,
        as_configured({"CoST-R101": "table10/18_cost"}),
        ("18_cost*",),
    ),
)
