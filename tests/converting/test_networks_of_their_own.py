"""Checkpoints of peers whose networks a config of this package describes whole.

That their outputs agree once the names are ours is tested beside each network.
"""

import json

import numpy as np
import pytest
import torch

from smallbig_mm.converting import convert, fitting_configs
from smallbig_mm.errors import CheckpointError
from smallbig_mm.files import CONFIGS
from smallbig_mm.state_dicts import shapes_of

from ..backbones import inception
from ..golden import reference
from ..golden.weights import GOLDEN, official_tensor


def cost(name: str) -> dict[str, torch.Tensor]:
    with np.load(GOLDEN / f"{name}.npz") as golden:
        shapes = json.loads(str(golden["tensors"]))
    return {key: official_tensor(key, tuple(shape)) for key, shape in shapes.items()}


def tensors_of(name: str) -> dict[str, torch.Tensor]:
    """As their code writes them, whatever this package calls them."""
    if name.startswith("cost"):
        return cost(name)
    if name in ("tsn", "trn", "eco_full", "eco_lite"):
        return inception.official_state_dict(name)
    return reference.state_dict(name)


@pytest.mark.parametrize(
    ("name", "network", "configs"),
    [
        ("mfnet", "MFNet", {"03_mfnet"}),
        ("glore_r50", "GloRe-R50", {"09_glore_r50"}),
        ("glore_r101", "GloRe-R101", {"19_glore_r101"}),
        ("i3d", "I3D-Inception", {"05_i3d"}),
        ("tsn", "TSN", {"01_tsn_sthv1"}),
        ("trn", "TRN", {"02_trn_sthv1"}),
        ("eco_full", "ECO", {"03_eco_8f_sthv1", "04_eco_16f_sthv1"}),
        ("eco_lite", "ECO Lite", {f"05_eco_lite_{n}f_sthv1" for n in (16, 20, 24, 32)}),
        ("costb_r101", "CoST-R101", {"18_cost"}),
    ],
)
def test_each_is_recognised_and_fits_its_rows_configs(name, network, configs):
    tensors = tensors_of(name)
    found = convert(tensors)
    assert found.network.name == network and not found.left_out
    added = {key for key in found.tensors if key in found.added}
    assert len(found.tensors) - len(added) == len(tensors)
    own = [p for pattern in found.family.configs for p in CONFIGS.glob(f"table1[01]/{pattern}.py")]
    fits = fitting_configs(shapes_of(found.tensors), found.network, sorted(own))
    assert {path.stem for path in fits} == configs


def test_another_networks_tensors_are_refused():
    """R50's release has CoST's names, and HowTo100M's S3D a stem that no row has."""
    for name, why in (
        ("costb_r50", "looks like CoST-R101, but"),
        ("s3dg", "looks like S3D-G, but"),
    ):
        with pytest.raises(CheckpointError, match=why):
            convert(tensors_of(name))
