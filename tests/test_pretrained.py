"""How much of a file of initial weights is in a network."""

import hashlib
from pathlib import Path

import pytest
import torch
from mmaction.registry import MODELS

from smallbig_mm.compat import weights
from smallbig_mm.errors import UserError, WeightsError
from smallbig_mm.pretrained import count_loaded

from .backbones.resnet2d import our_name, resnet2d_weights

TINY = dict(depth=23, base_channels=4)
UNITS = dict(type="ResNet3dUnits", **TINY)
INFLATED = dict(type="ResNet3dUnits", inflate=1, **TINY)  # 3x1x1 convolutions
FULL = dict(type="ResNet3dSmallBig", extra_unit="default", **TINY)
CONVOLUTIONS = 1 + 7 * 3 + 4  # of R23
EXTRA = 6 * 2


def save(tensors: dict[str, torch.Tensor], path: Path, prefix: str = "") -> Path:
    """With a prefix as mmpretrain saves them, in a checkpoint with a head."""
    named = {f"{prefix}{name}": tensor for name, tensor in tensors.items()}
    torch.save(dict(meta={}, state_dict=named) if prefix else named, path)
    return path


def initialised(backbone: dict, path) -> torch.nn.Module:
    network = MODELS.build(dict(backbone, pretrained=str(path)))
    network.init_weights()
    return network


@pytest.fixture(scope="module")
def tensors():
    return resnet2d_weights(50, base=4)


@pytest.mark.parametrize("prefix", ["", "backbone.", "module.", "_orig_mod.module.backbone."])
@pytest.mark.parametrize(
    "backbone, total",
    [(UNITS, CONVOLUTIONS), (INFLATED, CONVOLUTIONS), (FULL, CONVOLUTIONS + EXTRA)],
    ids=["2D", "inflated", "full"],
)
def test_the_host_loads_2d_weights_whatever_wrapped_them(
    backbone, total, prefix, tensors, tmp_path
):
    path = save(tensors, tmp_path / "2d.pth", prefix)
    network = initialised(backbone, path)
    found = count_loaded(network, path)
    assert (found.loaded, found.tensors) == (CONVOLUTIONS, total)
    assert found.file == network.pretrained == str(path)
    assert found.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    norms = [name for name in tensors if "bn" in name and our_name(name) in network.state_dict()]
    assert len(norms) == (1 + 7 * 3) * 4
    for name in norms:
        assert torch.equal(network.state_dict()[our_name(name)], tensors[name])


@pytest.mark.parametrize("backbone", [UNITS, INFLATED, FULL], ids=["2D", "inflated", "full"])
def test_a_network_begins_with_a_checkpoint_of_the_2d_one(backbone, tmp_path):
    """Which loads as the same weights do under torchvision's names."""
    source = MODELS.build(UNITS)
    source.init_weights()
    for module in source.modules():
        if isinstance(module, torch.nn.BatchNorm3d):
            torch.nn.init.uniform_(module.weight)
            torch.nn.init.uniform_(module.running_var)
    own = source.state_dict()
    path = save(own, tmp_path / "2d.pth", "backbone.")
    network = initialised(backbone, path)
    assert count_loaded(network, path).loaded == CONVOLUTIONS
    state = network.state_dict()
    assert own.keys() <= state.keys()
    for name, tensor in own.items():
        found = state[name]
        same = found.sum(2, keepdim=True) if tensor.dim() == 5 else found
        assert torch.allclose(same, tensor, rtol=1e-4), name


def test_mmaction2s_own_backbone_is_counted_by_content(tmp_path):
    """ResNetTSM wraps conv1, renames it, and reads torchvision's names only."""
    tensors = resnet2d_weights(50)
    tsm = dict(type="ResNetTSM", depth=50, norm_eval=False)
    path = save(tensors, tmp_path / "plain.pth")
    found = count_loaded(initialised(tsm, path), path)
    assert found.loaded == found.tensors == 53
    path = save(tensors, tmp_path / "mmpretrain.pth", "backbone.")
    with pytest.raises(WeightsError, match=r"fits nothing: 0 of .* 53 conv.* hold one of its 53"):
        count_loaded(initialised(tsm, path), path)


def test_weights_of_another_network_are_refused(tensors, tmp_path):
    unrelated = {f"features.{n}": tensor for n, tensor in enumerate(tensors.values())}
    wider = resnet2d_weights(50, base=8)
    for number, others in enumerate((unrelated, wider)):
        path = save(others, tmp_path / f"{number}.pth")
        with pytest.raises(WeightsError, match=r"\.pth: fits nothing.* 0 of .* 26 .*its 53.*=None"):
            count_loaded(initialised(UNITS, path), path)


def test_half_is_the_least_that_must_fit(tensors, tmp_path):
    """Of R23's 26 convolutions, 13, and one of each block; the file has more."""
    fitting = [
        name
        for name, tensor in tensors.items()
        if tensor.dim() == 4 and our_name(name) in MODELS.build(UNITS).state_dict()
    ]
    first = sorted(fitting, key=lambda name: name.split(".")[2:] != ["conv1", "weight"])
    for kept, why in ((13, None), (12, "fits little: 12 of"), (6, "fits little: 6 of")):
        renamed = {
            f"other.{name}" if name in first[kept:] else name: tensor
            for name, tensor in tensors.items()
        }
        path = save(renamed, tmp_path / f"{kept}.pth")
        network = initialised(UNITS, path)
        if why is None:
            assert count_loaded(network, path).loaded == kept
        else:
            with pytest.raises(WeightsError, match=why):
                count_loaded(network, path)


@pytest.mark.parametrize(
    "depth, file, why",
    [(101, 50, r"fits not layer3\.6, .*layer3\.22: 53 of the network's 104"), (23, 101, None)],
)
def test_weights_of_fewer_blocks_are_refused(depth, file, why, tmp_path):
    path = save(resnet2d_weights(file, base=4), tmp_path / "2d.pth")
    network = initialised(dict(UNITS, depth=depth), path)
    if why is None:
        assert count_loaded(network, path).loaded == CONVOLUTIONS
    else:
        with pytest.raises(WeightsError, match=why):
            count_loaded(network, path)


@pytest.mark.parametrize("name", ["model_state", "model", "state_dict_ema", "teacher"])
def test_weights_lie_under_many_names(name, tensors, tmp_path):
    """In half precision, which must not be inflated in half precision."""
    path = tmp_path / "2d.pth"
    halves = {f"module.backbone._orig_mod.{n}": t.half() for n, t in tensors.items()}
    torch.save({name: halves, "epoch": 3}, path)
    network = initialised(INFLATED, path)
    assert count_loaded(network, path).loaded == CONVOLUTIONS
    wanted = tensors["layer1.0.conv2.weight"].half().float()
    torch.testing.assert_close(network.layer1[0].conv2.conv.weight.sum(2), wanted)


def test_weights_that_cannot_be_read_are_named(tmp_path):
    (tmp_path / "damaged.pth").write_bytes(b"no checkpoint")
    (tmp_path / "r50.safetensors").write_bytes(b"no checkpoint")
    torch.save({"epoch": 3}, tmp_path / "none.pth")
    for file, why in (
        ("damaged.pth", "damaged"),
        ("r50.safetensors", "safetensors.torch.load_file"),
        ("none.pth", "no state dict"),
        ("missing.pth", "no such file"),
    ):
        with pytest.raises(UserError, match=rf"{file}: .*{why}"):
            initialised(UNITS, tmp_path / file)


def test_a_name_of_torchvision_leads_to_the_cached_file(tensors, tmp_path, monkeypatch):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    (tmp_path / "hub/checkpoints").mkdir(parents=True)
    file = save(tensors, tmp_path / "hub/checkpoints/toy.pth")
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    file = file.rename(file.with_stem(f"toy-{digest[:8]}"))
    monkeypatch.setattr(
        weights, "_torchvision_urls", lambda: {"toy": weights.PYTORCH_MODELS + file.name}
    )
    for name in ("torchvision://toy", weights.PYTORCH_MODELS + file.name):
        if name.startswith("torchvision") and weights._importable("torchvision"):
            continue  # mmengine's own loader, which has no toy
        found = count_loaded(initialised(UNITS, name), name)
        assert (found.file, found.sha256, found.loaded) == (name, digest, CONVOLUTIONS)
