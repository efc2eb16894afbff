"""The authors' tensor names and ours, and tools/convert_checkpoint.py."""

import hashlib
import re
import sys
from pathlib import Path

import pytest
import torch
from mmaction.registry import MODELS
from mmengine.registry import init_default_scope

from smallbig_mm import checkpoints, commands
from smallbig_mm.checkpoints import convert, load_for, read
from smallbig_mm.converting import fitting_configs
from smallbig_mm.converting.smallbig import identify, to_official, to_ours
from smallbig_mm.errors import CheckpointError

from ..golden.weights import official_state_dict, tensor_shapes

ROOT = Path(__file__).resolve().parents[2]
R23 = "smallbig_r23_typical"
MODELS_OF_THE_AUTHORS = {
    "r50": "2D-R50",
    "slowonly_r50": "SlowOnly-R50",
    "slowonly_r50_extra": "SlowOnly-R50 with extra units",
    "smallbig_r23_typical": "SmallBig-R23 typical",
    "smallbig_r23_full": "SmallBig-R23 full",
    "smallbig_r50_typical": "SmallBig-R50 typical",
    "smallbig_r50_full": "SmallBig-R50 full",
    "smallbig_r101_typical": "SmallBig-R101 typical",
    "smallbig_r101_full": "SmallBig-R101 full",
}


def small(model: str) -> dict[str, torch.Tensor]:
    """The authors' tensors at a sixteenth of the width, 10 classes."""
    tensors = {}
    for name, shape in tensor_shapes(model).items():
        sizes = [size if size in (1, 3, 7) else max(size // 16, 1) for size in shape]
        if name.startswith("fc."):
            sizes[0] = 10
        tensors[name] = torch.zeros(sizes, dtype=torch.int64) if not shape else torch.randn(sizes)
    return tensors


def our_shapes(model: str) -> dict[str, tuple[int, ...]]:
    return {to_ours(name): shape for name, shape in tensor_shapes(model).items()}


def training_checkpoint(tensors: dict[str, torch.Tensor], path: Path) -> Path:
    """What the authors' main.py saves."""
    weight = torch.nn.Parameter(torch.zeros(3))
    optimizer = torch.optim.SGD([weight], lr=0.1, momentum=0.9)
    weight.sum().backward()
    optimizer.step()
    named = {f"module.{name}": tensor for name, tensor in tensors.items()}
    torch.save(
        dict(epoch=7, state_dict=named, best_metric=81.5, optimizer=optimizer.state_dict()), path
    )
    return path


def recognizer(**backbone):
    init_default_scope("mmaction")
    backbone = dict(type="ResNet3dSmallBig", depth=23, base_channels=4) | backbone
    head = dict(type="I3DHead", num_classes=10, in_channels=32 * backbone["base_channels"])
    return MODELS.build(dict(type="Recognizer3D", backbone=backbone, cls_head=head))


@pytest.mark.parametrize("model", MODELS_OF_THE_AUTHORS)
def test_names_are_one_to_one(model):
    names = list(tensor_shapes(model))
    ours = [to_ours(name) for name in names]
    assert None not in ours
    assert len(set(ours)) == len(names)
    assert [to_official(name) for name in ours] == names


@pytest.mark.parametrize(
    ("official", "ours"),
    {
        "conv1.weight": "backbone.conv1.conv.weight",
        "bn1.running_var": "backbone.conv1.bn.running_var",
        "layer2.3.conv3.weight": "backbone.layer2.3.conv3.conv.weight",
        "layer2.3.bn2.bias": "backbone.layer2.3.conv2.bn.bias",
        "layer2.3.big1.1.running_mean": "backbone.layer2.3.conv1.big_bn.running_mean",
        "layer3.22.big4_1.weight": "backbone.layer3.22.input_unit.reduce.weight",
        "layer3.22.big4_2.0.weight": "backbone.layer3.22.input_unit.expand.weight",
        "layer3.22.big4_2.1.weight": "backbone.layer3.22.input_unit.bn.weight",
        "layer4.0.downsample.0.weight": "backbone.layer4.0.downsample.conv.weight",
        "layer4.0.downsample.1.bias": "backbone.layer4.0.downsample.bn.bias",
        "fc.bias": "cls_head.fc_cls.bias",
    }.items(),
)
def test_names(official, ours):
    assert to_ours(official) == ours
    assert to_official(ours) == official


@pytest.mark.parametrize(
    "name",
    [
        "conv1.bias",
        "conv2.weight",
        "layer5.0.conv1.weight",
        "layer1.00.conv1.weight",
        "layer1.0.conv4.weight",
        "layer1.0.fc.weight",
        "layer1.0.big1.0.weight",
        "layer1.0.conv1.weight.more",
        "module.conv1.weight",
        "backbone.conv1.conv.weight",
        "",
    ],
)
def test_foreign_names_have_no_counterpart(name):
    assert to_ours(name) is None


def test_our_own_extensions_have_no_counterpart():
    assert to_official("backbone.layer2.0.conv1.big_conv.weight") is None
    assert to_official("cls_head.extra_unit.reduce.weight") is None
    assert to_official("layer2.0.conv1.conv.weight") is None


@pytest.mark.parametrize(("model", "name"), MODELS_OF_THE_AUTHORS.items())
def test_network_is_identified_by_its_tensors(model, name):
    variant = identify(our_shapes(model))
    assert variant.name == name
    assert variant.num_classes == 100


def test_arguments_are_those_of_the_network():
    arguments = identify(our_shapes("slowonly_r50_extra")).backbone
    assert arguments == dict(
        type="ResNet3dSmallBig",
        depth=50,
        views=(None, None, None),
        extra_unit="default",
        extra_stages=(4, 5),
        inflate=(0, 0, 1, 1),
    )


def test_extra_units_in_some_blocks_are_told_from_those_in_all():
    blocks = ((1, 3), (1, 3, 5), (1,))
    kept = {f"layer{n}.{b}." for n, some in zip((2, 3, 4), blocks, strict=True) for b in some}
    shapes = {
        name: shape
        for name, shape in our_shapes("smallbig_r50_full").items()
        if "input_unit" not in name or any(f"backbone.{block}" in name for block in kept)
    }
    variant = identify(shapes)
    assert variant.name == "SmallBig-R50 typical with 6 extra units"
    assert variant.backbone == dict(
        type="ResNet3dSmallBig", depth=50, extra_unit="default", extra_blocks=blocks
    )
    (path,) = fitting_configs(shapes, variant, sorted((ROOT / "configs").glob("*r50*.py")))
    assert path.stem == "smallbig_r50_6extra_k400"


def test_configs_that_fit_are_found():
    configs = sorted((ROOT / "configs").glob("*.py"))
    shapes = our_shapes("smallbig_r50_full")
    fits = fitting_configs(shapes, identify(shapes), configs)
    (path,) = fits
    assert path.name == "smallbig_r50_k400.py"
    assert fits[path] == {"model.cls_head.num_classes": 100}


def test_training_checkpoint_is_converted(tmp_path):
    official = small(R23)
    source = training_checkpoint(official, tmp_path / "theirs.pth")
    found, meta = convert(source)
    tensors = found.tensors
    assert tensors.keys() == recognizer().state_dict().keys()
    for name, tensor in official.items():
        assert torch.equal(tensors[to_ours(name)], tensor)
    assert (meta["epoch"], meta["best_metric"]) == (7, 81.5)
    assert meta["source_sha256"] == hashlib.sha256(source.read_bytes()).hexdigest()
    assert found.network.backbone["base_channels"] == 4
    assert (found.left_out, found.added) == ({}, [])


def test_bare_state_dict_without_classifier_is_converted(tmp_path):
    bare = {name: tensor for name, tensor in small(R23).items() if not name.startswith("fc.")}
    torch.save(bare, tmp_path / "bare.pth")
    found, _ = convert(tmp_path / "bare.pth")
    assert found.network.num_classes is None


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda d: d.update({"layer2.0.nl.weight": torch.zeros(1)}), "layer2.0.nl.weight"),
        (lambda d: d.pop("layer3.1.bn2.bias"), "1 missing .*layer3.1.conv2.bn.bias"),
        (lambda d: d.pop("conv1.weight"), "no stem"),
        (lambda d: d.update({"layer4.0.conv1.weight": torch.zeros(32, 63, 1, 1, 1)}), "32x63x1"),
        (
            lambda d: [d.pop(n) for n in list(d) if n.startswith("layer3.2.")],
            "1-2-2-1 bottlenecks",
        ),
    ],
)
def test_what_is_not_theirs_is_refused(tmp_path, change, message):
    tensors = small(R23)
    change(tensors)
    torch.save(tensors, tmp_path / "x.pth")
    with pytest.raises(CheckpointError, match=message):
        convert(tmp_path / "x.pth")


def test_our_layout_needs_no_conversion(tmp_path):
    torch.save(dict(state_dict=recognizer().state_dict()), tmp_path / "ours.pth")
    with pytest.raises(CheckpointError, match="nothing to convert"):
        convert(tmp_path / "ours.pth")


def test_names_are_read_without_what_wrapped_the_network(tmp_path):
    tensors = {f"_orig_mod.module.{name}": tensor for name, tensor in small(R23).items()}
    torch.save(dict(state_dict=tensors), tmp_path / "compiled.pth")
    found, _ = read(tmp_path / "compiled.pth")
    assert found.keys() == small(R23).keys()


class Trap:
    """A pickle that would run code."""

    def __reduce__(self):
        return (Path.touch, (Path("/nonexistent/trap"),))


def test_unreadable_files_are_named(tmp_path):
    path = tmp_path / "x.pth"
    with pytest.raises(FileNotFoundError, match=re.escape(f"{path}: no such")):
        read(path)
    for content in (b"", b"not a checkpoint"):
        path.write_bytes(content)
        with pytest.raises(CheckpointError, match=re.escape(str(path))):
            read(path)
    torch.save(small(R23), path)
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(CheckpointError, match="damaged"):
        read(path)
    for content in ([1, 2], {"epoch": 1}, torch.zeros(1), {"state_dict": {}}):
        torch.save(content, path)
        with pytest.raises(CheckpointError, match="no state dict"):
            read(path)


def test_code_in_a_checkpoint_is_not_run(tmp_path):
    torch.save(dict(state_dict=small(R23), trap=Trap()), tmp_path / "trap.pth")
    with pytest.raises(CheckpointError, match=r"holds pathlib\S* .*weights_only=True"):
        read(tmp_path / "trap.pth")


def test_load_for_fills_the_network(tmp_path):
    found, meta = convert(training_checkpoint(small(R23), tmp_path / "theirs.pth"))
    tensors = found.tensors
    checkpoints.save(tensors, meta, tmp_path / "ours.pth")
    model = recognizer()
    rest = load_for(model, tmp_path / "ours.pth")
    assert rest["meta"]["variant"] == "SmallBig-R23 typical"
    assert all(torch.equal(tensor, tensors[name]) for name, tensor in model.state_dict().items())


def test_load_for_refuses_another_architecture_and_changes_nothing(tmp_path):
    found, meta = convert(training_checkpoint(small(R23), tmp_path / "theirs.pth"))
    tensors = found.tensors
    path = tmp_path / "ours.pth"
    checkpoints.save(tensors, meta, path)
    model = recognizer(extra_unit="default")
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    total, extra = len(before), len(before) - len(tensors)
    with pytest.raises(CheckpointError) as error:
        load_for(model, path)
    message = str(error.value)
    assert f"{total - extra} of the network's {total} tensors match" in message
    assert f"{extra} missing from the checkpoint: backbone.layer2.0.input_unit" in message
    assert "SmallBig-R23 typical" in message
    assert all(torch.equal(before[name], tensor) for name, tensor in model.state_dict().items())

    with pytest.raises(
        CheckpointError, match=r"of another shape: .*checkpoint 4x3x1x7x7, network 8"
    ):
        load_for(recognizer(base_channels=8), path)


def test_load_for_sends_the_authors_names_to_the_converter(tmp_path):
    path = training_checkpoint(small(R23), tmp_path / "theirs.pth")
    with pytest.raises(CheckpointError, match="convert_checkpoint"):
        load_for(recognizer(), path)


def test_failed_write_leaves_nothing_behind(tmp_path, monkeypatch):
    def full_disk(*args):
        raise OSError("no space left")

    (tmp_path / "out.pth").write_bytes(b"old")
    monkeypatch.setattr(checkpoints.torch, "save", full_disk)
    with pytest.raises(OSError, match="no space"):
        checkpoints.save({}, {}, tmp_path / "out.pth")
    assert [path.name for path in tmp_path.iterdir()] == ["out.pth"]
    assert (tmp_path / "out.pth").read_bytes() == b"old"


@pytest.fixture
def tool(monkeypatch, capsys):
    """Runs the tool; returns its exit code and what it printed."""

    def run(*args):
        monkeypatch.setattr(sys, "argv", ["convert_checkpoint.py", *map(str, args)])
        code = 0
        try:
            commands.start("convert_checkpoint")
        except SystemExit as stop:
            code = stop.code
        return code, *capsys.readouterr()

    return run


def test_tool(tool, tmp_path):
    source, out = tmp_path / "theirs.pth", tmp_path / "ours.pth"
    training_checkpoint(official_state_dict("smallbig_r23_full"), source)
    code, printed, errors = tool(source, out)
    assert code == 0, errors
    assert f"{len(tensor_shapes('smallbig_r23_full'))} tensors converted" in printed
    assert "SmallBig-R23 full, 100 classes, backbone=dict(type='ResNet3dSmallBig'" in printed
    option = "--cfg-options model.cls_head.num_classes=100"
    assert f"fits: configs/smallbig_r23_k400.py {option}" in printed
    assert set(torch.load(out, weights_only=True)) == {"state_dict", "meta"}


def test_tool_refuses_what_it_does_not_know_and_keeps_what_is_there(tool, tmp_path):
    source, out = tmp_path / "theirs.pth", tmp_path / "ours.pth"
    torch.save(small(R23) | {"layer2.0.nl.weight": torch.zeros(1)}, source)
    code, _, errors = tool(source, out)
    assert (code, errors.count("\n"), out.exists()) == (2, 1, False)
    assert "layer2.0.nl.weight" in errors

    torch.save(small(R23), source)
    out.write_bytes(b"old")
    code, _, errors = tool(source, out)
    assert (code, errors.count("\n"), out.read_bytes()) == (2, 1, b"old")
    assert "--force" in errors
    code, printed, _ = tool(source, out, "--force")
    assert code == 0
    assert "fits: no config" in printed

    code, _, errors = tool(tmp_path / "none.pth", tmp_path / "new.pth")
    assert code == 2
    assert "none.pth: no such file" in errors
    code, _, errors = tool(source, tmp_path / "nowhere/new.pth")
    assert code == 2
    assert "no such folder" in errors
