"""Checkpoints of the peers' own repositories, converted.

`golden/peers.json` holds the names and shapes of the tensors of networks built by
github.com/facebookresearch/SlowFast (commit 287ec0076846560f44a9327e931a5a2360240533: its
Kinetics/SLOW_8x8_R50, SLOWFAST_4x16_R50, I3D_NLN_8x8_R50 and c2/SLOWFAST_8x8_R101_50_50),
github.com/mit-han-lab/temporal-shift-module (commit 1f6a834b02120441d99fa706b7a13ccc5293c6fa; R50,
8 segments) and torchvision 0.29.1 (resnet50; timm 1.0.31's has the same names and shapes); under
`caffe2` the names of Caffe2 blobs and what the first repository's own function makes of them.
`golden/peers.npz` holds the class scores before the softmax of the first four, filled by
`official_tensor`, in float64 on `clip`; SlowFast's slow path was given every 8th frame.
"""

import json
import pickle
import re
import struct
import sys
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
import torch
from mmaction.registry import MODELS
from mmengine.registry import init_default_scope

from smallbig_mm import checkpoints, commands
from smallbig_mm.backbones import ResNet3dUnits
from smallbig_mm.converting import FAMILIES, convert, fitting_configs
from smallbig_mm.errors import CheckpointError
from smallbig_mm.files import CONFIGS
from smallbig_mm.state_dicts import shapes_of

from ..gadgets import GADGETS, write_pickle
from ..golden.weights import clip, official_tensor

GOLDEN = Path(__file__).parents[1] / "golden"
NAMES = json.loads((GOLDEN / "peers.json").read_text())
SCORES = np.load(GOLDEN / "peers.npz")


def full(model: str) -> dict[str, torch.Tensor]:
    return {name: official_tensor(name, tuple(shape)) for name, shape in NAMES[model].items()}


def small(model: str) -> dict[str, torch.Tensor]:
    """At an eighth of the width, the fast path's one channel, 10 classes."""
    found = {}
    for name, shape in NAMES[model].items():
        sizes = [size if size in (1, 3, 5, 7) else max(size // 8, 1) for size in shape]
        if re.search(r"(projection|fc)\.", name):
            sizes[0] = 10
        found[name] = official_tensor(name, tuple(sizes))
    return found


def build(network) -> torch.nn.Module:
    init_default_scope("mmaction")
    head = dict(network.head, num_classes=network.num_classes)
    kind = "Recognizer2D" if network.head["type"] == "TSMHead" else "Recognizer3D"
    backbone = dict(network.backbone, pretrained=None)
    return MODELS.build(dict(type=kind, backbone=backbone, cls_head=head))


def configs(pattern: str) -> list[Path]:
    return sorted([*CONFIGS.glob(pattern), *CONFIGS.glob(f"table1[01]/{pattern}")])


# --------------------------------------------------------------------------------------------------
# Outputs


@pytest.mark.parametrize("case", SCORES.files)
def test_scores_are_those_of_the_reference(case):
    model, size = case.split("/")
    found = convert(full(model))
    network = build(found.network)
    network.load_state_dict(found.tensors)
    network.double().eval()
    x = clip(size).double()
    with torch.no_grad():
        if found.network.head["type"] == "TSMHead":
            features = network.backbone(x.transpose(1, 2).flatten(0, 1))
            scores = network.cls_head(features, num_segs=x.shape[2])
        else:
            scores = network.cls_head(network.backbone(x))
    expected = SCORES[case]
    assert np.abs(scores.numpy() - expected).max() <= 1e-7 * np.abs(expected).max()


# --------------------------------------------------------------------------------------------------
# What they are


@pytest.mark.parametrize(
    ("model", "name", "pattern", "fits"),
    [
        ("slowonly_r50", "SlowOnly-R50", "*slow*", ["slowonly_r50_k400", "08_slowonly"]),
        ("slowfast_r50", "SlowFast-R50", "*slow*", ["slowfast_r50_4x16_k400", "14_slowfast_r50"]),
        (
            "slowfast_r101",
            "SlowFast-R101",
            "*slowfast*",
            ["23_slowfast_r101_8f", "24_slowfast_r101_16f"],
        ),
        ("tsm_r50", "TSM-R50", "*tsm_*8f*k400*", ["tsm_r50_8f_k400"]),
        ("i3d_nl_r50", "NL I3D-R50", "*i3d_r50*", []),
    ],
)
def test_network_and_configs(model, name, pattern, fits):
    found = convert(full(model))
    assert (found.network.name, found.network.num_classes) == (name, 400)
    chosen = fitting_configs(shapes_of(found.tensors), found.network, configs(pattern))
    assert [path.stem for path in chosen] == fits
    normed = "model.backbone.slow_pathway.lateral_norm"
    for options in chosen.values():
        assert (normed in options) == ("slowfast" in model)
        assert ("model.data_preprocessor.mean" in options) == ("slow" in model)


def test_i3d_is_told_from_mmaction2s_by_its_strides():
    tensors = {name: t for name, t in small("i3d_nl_r50").items() if "nonlocal" not in name}
    found = convert(tensors)
    assert found.network.name == "I3D-R50"
    assert build(found.network).backbone.load_state_dict(
        {n.removeprefix("backbone."): t for n, t in found.tensors.items() if "cls" not in n}
    )
    assert found.network.settings["model.backbone.conv1_stride_t"] == 1


def test_what_the_file_says_is_taken():
    config = """
    DATA: {MEAN: [0.5, 0.4, 0.3], STD: [0.2, 0.2, 0.2], REVERSE_INPUT_CHANNEL: true,
           NUM_FRAMES: 32, SAMPLING_RATE: 2}
    SLOWFAST: {ALPHA: 4}
    """
    network = convert(small("slowfast_r50"), dict(cfg=config)).network
    assert network.settings == {
        "model.data_preprocessor.mean": [127.5, 102.0, 76.5],
        "model.data_preprocessor.std": [51.0, 51.0, 51.0],
        "model.data_preprocessor.to_rgb": True,
        "model.backbone.slow_pathway.lateral_norm": True,
        "model.backbone.resample_rate": 4,
        "model.backbone.speed_ratio": 4,
    }
    assert "32 frames at an interval of 2" in " ".join(network.notes)
    said = " ".join(convert(small("slowfast_r50")).network.notes)
    assert "has no config" in said and "ratio" in said
    with pytest.raises(CheckpointError, match="detector"):
        convert(small("slowfast_r50"), dict(cfg="DETECTION: {ENABLE: true}"))
    dotted = "NONLOCAL: {INSTANTIATION: dot_product}"
    with pytest.raises(CheckpointError, match="dot_product"):
        convert(small("i3d_nl_r50"), dict(cfg=dotted))


def test_names_that_are_left_out_are_accounted_for():
    names = NAMES["i3d_nl_r50"]
    found = convert(small("i3d_nl_r50"))
    assert len(found.tensors) + len(found.left_out) == len(names)
    assert set(found.left_out) == {name for name in names if name.endswith("conv_out.bias")}


# --------------------------------------------------------------------------------------------------
# Caffe2


def test_caffe2s_names_lead_where_the_repository_leads_them():
    (family,) = (family for family in FAMILIES if family.name == "PySlowFast")
    assert len(NAMES["caffe2"]) > 500
    for blob, name in NAMES["caffe2"].items():
        assert family.rename(blob) == family.rename(name) is not None


class Python2(pickle._Pickler):
    """Pickles bytes as Python 2 pickled its strings."""

    dispatch: ClassVar = dict(pickle._Pickler.dispatch)

    def save_bytes(self, value: bytes) -> None:
        self.write(pickle.BINSTRING + struct.pack("<i", len(value)) + value)

    dispatch[bytes] = save_bytes


def write_blobs(blobs: dict, path: Path) -> Path:
    with path.open("wb") as file:
        Python2(file, 2).dump({"blobs": blobs, "cfg": "MODEL: none"})
    return path


def test_caffe2_file_is_the_pytorch_one(tmp_path):
    tensors = small("slowfast_r50")
    blobs = {c: tensors[n].numpy() for c, n in NAMES["caffe2"].items() if n in tensors}
    rest = {"lr": np.float32(0.1), "model_iter": np.int64(7), "conv1_w_momentum": np.zeros(3)}
    path = write_blobs({**blobs, **rest}, tmp_path / "c2.pkl")
    found, meta = checkpoints.convert(path)
    wanted = convert(tensors)
    assert set(found.left_out) == set(rest)
    assert len(found.added) + len(blobs) == len(wanted.tensors)
    for name, tensor in wanted.tensors.items():
        assert torch.equal(found.tensors[name], tensor), name
    assert found.network == wanted.network and "PySlowFast" not in meta["source"]


def test_tool_says_what_it_is_and_accounts_for_each_name(tmp_path, monkeypatch, capsys):
    tensors = full("slowonly_r50")
    pairs = NAMES["caffe2"].items()
    blobs = {c: tensors[n].numpy() for c, n in pairs if n in tensors}
    blobs |= {"pred_w": tensors["head.projection.weight"].numpy(), "lr": np.float32(0.1)}
    path, out = write_blobs(blobs, tmp_path / "SLOWONLY_8x8_R50.pkl"), tmp_path / "out.pth"
    monkeypatch.setattr(sys, "argv", ["convert_checkpoint.py", str(path), str(out)])
    commands.start("convert_checkpoint")
    said = capsys.readouterr().out
    norms = sum(name.endswith("running_var") for name in tensors)
    option = "model.data_preprocessor.mean=114.75,114.75,114.75"
    for words in (
        "recognised: PySlowFast (github.com/facebookresearch/SlowFast)",
        "network: SlowOnly-R50, 400 classes, backbone=dict(type='ResNet3dSlowOnly'",
        f"{len(tensors) - norms} tensors converted, 1 left out",
        "left out: lr: the optimizer's",
        f"added: {norms} x num_batches_tracked",
        f"fits: configs/table10/08_slowonly.py --cfg-options {option} model.data_preprocessor.std=",
        "note: the file has no config",
    ):
        assert words in said, words
    meta = torch.load(out, weights_only=True)["meta"]
    assert meta["settings"]["model.data_preprocessor.std"] == [57.375] * 3


@pytest.mark.parametrize("name", GADGETS)
def test_a_blob_file_runs_nothing(name, tmp_path):
    canary = tmp_path / "canary"
    path = write_pickle(name, tmp_path / "evil.pkl", canary)
    with pytest.raises(CheckpointError, match=r"evil\.pkl"):
        checkpoints.convert(path)
    assert not canary.exists()


def test_a_dump_of_scores_is_no_checkpoint(tmp_path):
    path = tmp_path / "scores.pkl"
    path.write_bytes(pickle.dumps([dict(pred_score=torch.zeros(2))]))
    with pytest.raises(CheckpointError, match="holds no blobs"):
        checkpoints.convert(path)


# --------------------------------------------------------------------------------------------------
# ImageNet


def test_2d_weights_begin_a_training(tmp_path):
    tensors = small("resnet50")
    torch.save(tensors, tmp_path / "r50.pth")
    with pytest.raises(CheckpointError, match="of another shape"):  # of another width
        checkpoints.convert(tmp_path / "r50.pth")
    torch.save(dict(model=full("resnet50")), tmp_path / "r50.pth")
    found, meta = checkpoints.convert(tmp_path / "r50.pth")
    assert set(found.left_out) == {"fc.weight", "fc.bias"}
    checkpoints.save(found.tensors, meta, tmp_path / "out.pth")
    network = ResNet3dUnits(50, pretrained=str(tmp_path / "out.pth"))
    network.init_weights()
    with pytest.raises(
        CheckpointError, match=r"2D network: give it as model\.backbone\.pretrained"
    ):
        checkpoints.load_for(network, tmp_path / "out.pth")
    assert torch.equal(
        network.layer3[5].conv2.conv.weight, found.tensors["layer3.5.conv2.weight"].unsqueeze(2)
    )


def test_safetensors_are_read_or_the_package_named(tmp_path):
    path = tmp_path / "r50.safetensors"
    try:
        from safetensors.torch import save_file
    except ImportError:
        path.write_bytes(b"\0")
        with pytest.raises(CheckpointError, match="pip install safetensors"):
            checkpoints.convert(path)
        return
    save_file(full("resnet50"), path)
    assert checkpoints.convert(path)[0].network.name == "2D ResNet-50"
    path.write_bytes(b"\0")
    with pytest.raises(CheckpointError, match="damaged"):
        checkpoints.convert(path)


# --------------------------------------------------------------------------------------------------
# Refusals


@pytest.mark.parametrize(
    ("model", "change", "message"),
    [
        ("slowonly_r50", lambda d: d.pop("s4.pathway0_res5.branch2.b.weight"), "1 missing.*3.5"),
        ("slowonly_r50", lambda d: d.update({"s6.x": torch.zeros(1)}), "nearest.*PySlowFast.*s6.x"),
        ("slowonly_r50", lambda d: d.pop("s1.pathway0_stem.conv.weight"), "stem"),
        ("slowfast_r50", lambda d: d.pop("s2_fuse.bn.weight"), "1 missing.*layer1_lateral"),
        ("i3d_nl_r50", lambda d: d.pop("s3.pathway0_nonlocal1.bn.running_mean"), "missing"),
        ("tsm_r50", lambda d: d.update({"base_model.layer2.0.net.conv1.weight": torch.zeros(1)}),
         "nearest family is TSM, but 1 of .*layer2.0.net"),
        ("tsm_r50", lambda d: d.pop("base_model.layer2.1.bn3.bias"), "layer2.1.conv3.bn.bias"),
        ("resnet50", lambda d: d.update({"layer1.0.se.fc1.weight": torch.zeros(1)}), "se.fc1"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_named(model, change, message):
    tensors = small(model) if model != "resnet50" else full(model)
    if model == "tsm_r50":
        tensors = full(model)
    change(tensors)
    with pytest.raises(CheckpointError, match=message):
        convert(tensors)


def test_a_stranger_is_told_whom_is_known():
    with pytest.raises(
        CheckpointError, match=r"no family .*blocks.0.attn.*SmallBigNet, PySlowFast"
    ):
        convert({"blocks.0.attn.qkv.weight": torch.zeros(1)})


def test_loading_sends_other_codes_names_to_the_converter(tmp_path):
    tensors = small("slowonly_r50")
    torch.save(dict(model_state=tensors), tmp_path / "x.pyth")
    found = convert(tensors)
    network = build(found.network)
    with pytest.raises(CheckpointError, match="names of PySlowFast: run tools/convert_checkpoint"):
        checkpoints.load_for(network, tmp_path / "x.pyth")
    checkpoints.save(found.tensors, {}, tmp_path / "y.pth")
    checkpoints.load_for(network, tmp_path / "y.pth")
