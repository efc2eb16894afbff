"""tools/visualize.py: maps are what the network computes, and pictures of them are written."""

import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from mmaction.registry import MODELS
from mmengine.registry import init_default_scope
from PIL import Image

from smallbig_mm.commands import start
from smallbig_mm.configs import load_config
from smallbig_mm.files import file_sha256
from smallbig_mm.inference import VideoPipeline, load_recognizer
from smallbig_mm.records import store
from smallbig_mm.visualization.maps import RES3_2, clip_of

from ..backbones.resnet2d import resnet2d_weights
from ..tool import write_config
from ..videos import write_video

FRAMES = 4
NONLOCAL = 'model["backbone"].update(_delete_=True, type="ResNet3dUnits", depth=23, units=[dict(\n'
NONLOCAL += '    type="NonLocalUnit", position="block_output", stages=(3, 4))])\n'


@pytest.fixture(scope="module")
def given(tmp_path_factory) -> SimpleNamespace:
    """A video, two configs, and a checkpoint of each; SmallBig's batch norms are drawn."""
    root = tmp_path_factory.mktemp("visualize")
    write_video(root / "video.mp4")
    config = write_config(root, root)
    other = root / "nonlocal.py"
    other.write_text(config.read_text() + NONLOCAL)
    init_default_scope("mmaction")
    for path in (config, other):
        model = MODELS.build(load_config(str(path)).model)
        if path == config:
            for name, tensor in model.named_parameters():
                if "bn" in name:
                    torch.nn.init.normal_(tensor)
        for tensor in model.cls_head.parameters():
            torch.nn.init.normal_(tensor)
        torch.save(dict(state_dict=model.state_dict()), root / f"{path.stem}.pth")
    return SimpleNamespace(
        video=root / "video.mp4",
        config=config,
        weights=root / "tiny.pth",
        other=other,
        others=root / "nonlocal.pth",
    )


@pytest.fixture
def visualize(monkeypatch, capsys, tmp_path):
    """Runs the tool on the CPU; its exit code, what it printed, and its errors."""

    def run(*args):
        arguments = [*map(str, args), "--device", "cpu", "--out", str(tmp_path / "out")]
        monkeypatch.setattr(sys, "argv", ["tools/visualize.py", *arguments])
        code = 0
        try:
            start("visualize")
        except SystemExit as stop:
            code = stop.code
        return code, *capsys.readouterr()

    return run


def clip(given) -> tuple:
    """The network, and its clip as a batch and preprocessed."""
    cfg = load_config(str(given.config))
    model = load_recognizer(cfg, given.weights, "cpu")
    batch = clip_of(model, VideoPipeline(cfg, one_clip=True), given.video)
    return model, batch, model.data_preprocessor(batch)["inputs"][0]


def test_maps_are_what_the_network_computes(given, visualize, tmp_path):
    code, printed, errors = visualize(given.video, given.config, given.weights)
    assert code == 0, errors
    found = np.load(tmp_path / "out/maps.npz")
    name = "tiny (tiny.pth): "
    first = "backbone.layer2.0.conv1"
    assert {key.removeprefix(name) for key in found} == {
        "frames",
        f"{RES3_2}, channel mean",
        f"{first}, small view",
        f"{first}, big view",
    }
    model, batch, x = clip(given)
    assert np.array_equal(found[f"{name}frames"], batch["inputs"][0][0].permute(1, 2, 3, 0))
    backbone, unit = model.backbone, model.get_submodule(first)
    with torch.no_grad():
        before = backbone.layer1(backbone.maxpool(backbone.conv1(x)))
        unit_input = backbone.layer2[0].input_unit(before)
        wanted = backbone.layer2(before)[0].mean(0)
        unit.with_activation = False
        both = unit(unit_input)[0].mean(0)
        small = unit.bn(unit.conv(unit_input))[0].mean(0)
    np.testing.assert_allclose(found[f"{name}{RES3_2}, channel mean"], wanted, atol=1e-5)
    np.testing.assert_allclose(found[f"{name}{first}, small view"], small, atol=1e-5)
    total = found[f"{name}{first}, small view"] + found[f"{name}{first}, big view"]
    np.testing.assert_allclose(total, both, atol=1e-5)
    assert f"{wanted.min():.3g} to {wanted.max():.3g}" in printed


def test_pictures_of_two_networks_and_their_record(given, visualize, tmp_path):
    networks = (given.config, given.weights, given.other, given.others)
    code, printed, errors = visualize(given.video, *networks, "--records", tmp_path / "records")
    assert code == 0, errors
    with Image.open(tmp_path / "out/maps.gif") as film:
        assert film.n_frames == FRAMES
    with Image.open(tmp_path / "out/maps.png") as grid:
        picture = np.asarray(grid.convert("RGB"), dtype=int)
    rows = 5  # frames, which both see, three maps of SmallBig's, one of the other
    assert all(band.std() > 10 for band in np.array_split(picture, rows))
    (record,) = store.read_all(tmp_path / "records")
    assert record.kind == "picture" and record.detail["layer"] == RES3_2
    assert record.detail["video"]["sha256"] == file_sha256(given.video)
    assert [one.sha256 for one in record.checkpoints] == [
        file_sha256(given.weights),
        file_sha256(given.others),
    ]
    for attachment in record.attachments:
        assert attachment.sha256 == file_sha256(tmp_path / "out" / attachment.name)
    assert len(record.settings) == 2 and str(tmp_path / "records" / record.id) in printed


def test_networks_of_one_name_are_told_apart(given, visualize, tmp_path):
    again = tmp_path / "seed1" / given.weights.name
    again.parent.mkdir()
    again.write_bytes(given.weights.read_bytes())
    one = (given.config, given.weights)
    code, _, errors = visualize(given.video, *one, given.config, again, *one)  # the first twice
    assert code == 0, errors
    arrays = np.load(tmp_path / "out/maps.npz").files
    assert {name.partition(": ")[0] for name in arrays} == {
        f"{given.config} ({weights})" for weights in (given.weights, again)
    }


def test_units_that_have_not_been_trained_are_named(given, visualize, tmp_path):
    networks = (given.other, given.others)
    said = visualize(given.video, *networks)[1]
    assert "untrained units add nothing" in said
    fresh = tmp_path / "fresh.pth"
    init_default_scope("mmaction")
    model = MODELS.build(load_config(str(given.config)).model)
    torch.save(dict(state_dict=model.state_dict()), fresh)
    said = visualize(given.video, given.config, fresh)[1]
    assert "untrained units add nothing" in said and "big view: 0 to 0; zero: the unit" in said


def test_grad_cam_is_by_hand(given, visualize, tmp_path):
    """Through units whose big view is computed again in the backward pass."""
    layer = "backbone.layer3.0"
    code, _, errors = visualize(
        given.video, given.config, given.weights, "--cam", "--layer", layer, "--maps-only"
    )
    assert code == 0, errors
    arrays = np.load(tmp_path / "out/maps.npz")
    assert not any("frames" in key for key in arrays)
    found = arrays[f"tiny (tiny.pth): {layer}, Grad-CAM"]
    model, _, x = clip(given)
    kept = []
    model.get_submodule(layer).register_forward_hook(lambda _, __, y: kept.append(y))
    score = model.cls_head(model.backbone(x)).max()
    (gradient,) = torch.autograd.grad(score, kept[0])
    map_ = (gradient.mean((3, 4), keepdim=True) * kept[0]).sum(1, keepdim=True).relu()
    map_ = F.interpolate(map_, x.shape[2:], mode="trilinear")[0, 0].detach()
    map_ = (map_ - map_.min()) / (map_.max() - map_.min() + 1e-20)
    assert found.shape == (FRAMES, 32, 32) and found.max() == pytest.approx(1)
    np.testing.assert_allclose(found, map_, atol=1e-4)


def test_a_film_as_mp4(given, visualize, tmp_path):
    code, _, errors = visualize(given.video, given.config, given.weights, "--film", "mp4")
    assert code == 0, errors
    assert b"ftyp" in (tmp_path / "out/maps.mp4").read_bytes()[:16]


def test_imagenet_weights_are_a_word(given, visualize, tmp_path):
    """Units add nothing yet, so two networks of the same host have the same map."""
    flat = tmp_path / "flat.pth"
    torch.save(resnet2d_weights(50, base=4), flat)
    networks = (given.config, "imagenet", given.other, "imagenet")
    options = ("--cfg-options", f"model.backbone.pretrained={flat}")
    records = tmp_path / "records"
    code, said, errors = visualize(given.video, *networks, "--records", records, *options)
    assert code == 0, errors
    assert said.count("untrained units add nothing") == 2
    found = np.load(tmp_path / "out/maps.npz")
    names = [f"{name} (imagenet): {RES3_2}, channel mean" for name in ("tiny", "nonlocal")]
    np.testing.assert_allclose(*(found[name] for name in names), atol=1e-5)
    assert found[names[0]].std() > 0
    (record,) = store.read_all(records)
    assert [one["sha256"] for one in record.detail["networks"]] == [file_sha256(flat)] * 2
    loaded = [one["loaded"] / one["tensors"] for one in record.detail["networks"]]
    assert all(0.5 < part < 1 for part in loaded)  # units have none


def wrong(given: SimpleNamespace) -> list[tuple]:
    """Arguments, and what the message says."""
    one = (given.video, given.config, given.weights)
    return [
        ((*one, "--layer", "backbone.layer2.7"), "nearest: backbone.layer2."),
        ((*one, "--layer", "cls_head.fc_cls"), "(1, 2), which is no map"),
        ((*one, "--layer", "backbone.layer2.0.conv1.conv"), "runs 2 times a clip"),
        ((*one, given.other), "nonlocal.py: a config without a checkpoint"),
        ((given.video, given.config, "imagenet"), "names no ImageNet weights"),
        ((given.video, given.config, "imagenet", "--cam"), "--cam: the head"),
        ((Path("none.mp4"), *one[1:]), "video none.mp4: no such file"),
    ]


def test_what_is_wrong_is_said_in_one_line(given, visualize):
    for args, words in wrong(given):
        code, _, errors = visualize(*args)
        assert code == 2 and errors.startswith("error: ") and errors.count("\n") == 1, errors
        assert words in errors, errors
