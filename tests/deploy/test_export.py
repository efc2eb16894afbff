"""Exported files give PyTorch's scores and say what who runs them needs, or are not there."""

import inspect
import io
import json
import re
import sys
from pathlib import Path

import onnx
import onnxruntime
import pytest
import torch
from onnxruntime.capi.onnxruntime_pybind11_state import InvalidArgument
from torch.nn.modules.batchnorm import _BatchNorm

from smallbig_mm.checkpoints import save
from smallbig_mm.commands import start
from smallbig_mm.configs import load_config
from smallbig_mm.configs.identity import digest
from smallbig_mm.configs.sampling import protocol
from smallbig_mm.costs.counting import build_model
from smallbig_mm.deploy import export as exporting
from smallbig_mm.deploy.backends import onnxruntime_run
from smallbig_mm.deploy.classifier import Classifier
from smallbig_mm.deploy.export import TOLERANCE, difference, export
from smallbig_mm.deploy.graphs import REFUSED, onnx_model, trace
from smallbig_mm.errors import UserError
from smallbig_mm.files import file_sha256
from smallbig_mm.records.provenance import code_version
from smallbig_mm.units import CorrespondenceUnit

from ..test_configs import CONFIGS, NETWORKS
from ..tool import run_here
from ..videos import write_video
from . import small

NAMES = [case.values[0] for case in NETWORKS if not case.marks]
NAMES += [f"units/{path.stem}" for path in sorted(CONFIGS.glob("units/*.py"))]


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """A config and a checkpoint."""
    return small.write(tmp_path_factory.mktemp("small"))


def classifier(config: Path, checkpoint: Path) -> Classifier:
    found = small.classifier(config)
    weights = torch.load(checkpoint, weights_only=True)["state_dict"]
    found.recogniser.load_state_dict(weights)
    return found


def is_described(metadata: dict, config: Path, checkpoint: Path) -> None:
    cfg = load_config(str(config))
    assert metadata["shape"] == ["batch", 3, 4, 32, 32]
    assert (metadata["mean"], metadata["std"]) == ([110, 120, 130], [57, 58, 59])
    assert metadata["channels"] == "BGR"  # a pipeline's RGB, swapped
    assert (metadata["clip_frames"], metadata["clip_interval"]) == (4, 2)
    assert metadata["clip_size"] == [32, 32]
    assert metadata["classes"] == ["up", "down", "away"]
    assert metadata["config_sha256"] == digest(cfg)
    assert metadata["checkpoint_sha256"] == file_sha256(checkpoint)
    assert metadata["checkpoint"] == checkpoint.name
    assert metadata["smallbig_mm"] == code_version()


def test_onnx(files, tmp_path, capsys):
    run_here("export", *files, "out.onnx", cwd=tmp_path)
    assert "batch x 3 x 4 x 32 x 32" in capsys.readouterr().out
    session = onnxruntime.InferenceSession(tmp_path / "out.onnx")
    (given,), (made,) = session.get_inputs(), session.get_outputs()
    assert (given.name, made.name) == ("clips", "scores")
    assert given.shape == ["batch", 3, 4, 32, 32]
    found = session.get_modelmeta().custom_metadata_map
    is_described({name: json.loads(value) for name, value in found.items()}, *files)
    for number in (1, 3):
        clips = small.clips(number)
        scores = torch.from_numpy(session.run(None, {"clips": clips.numpy()})[0])
        assert torch.allclose(scores, classifier(*files)(clips), rtol=1e-5)


def test_pt2_checked_on_a_video_of_ones_own(files, tmp_path, capsys):
    write_video(tmp_path / "video.mp4")
    run_here("export", *files, "out.pt2", "--video", "video.mp4", cwd=tmp_path)
    assert re.search(r"differs from PyTorch by \d\.\de(-0[6-9]|\+00)", capsys.readouterr().out)
    extra = {exporting.EXTRA_FILE: ""}
    run = torch.export.load(tmp_path / "out.pt2", extra_files=extra).module()
    is_described(json.loads(extra[exporting.EXTRA_FILE]), *files)
    for number in (1, 3):
        clips = small.clips(number)
        assert torch.allclose(run(clips), classifier(*files)(clips), rtol=1e-5)


def test_what_gives_other_scores_is_not_written(files, tmp_path, monkeypatch):
    own, other = small.classifier(files[0]), small.classifier(files[0])
    empty = (lambda *given: given[-1].touch(), lambda path: other)
    monkeypatch.setitem(exporting.FORMATS, ".pt2", empty)
    with pytest.raises(UserError, match=f"not written: .* {TOLERANCE:g} is allowed"):
        export(own, small.clips(1), {}, tmp_path / "out.pt2")
    assert list(tmp_path.iterdir()) == []


def test_scores_of_a_batch_are_compared_too(files):
    own = small.classifier(files[0])

    def of_the_first(clips):
        return own(clips[:1]).expand(len(clips), -1)

    clip = small.clips(1)
    assert difference(own, of_the_first, clip) > TOLERANCE > difference(own, own, clip)


@pytest.mark.slow
def test_a_network_of_frames(tmp_path):
    """TSM's: its clip is the first frames of a video's, not all of them."""
    config = CONFIGS / "tsm_r50_8f_k400.py"
    cfg = load_config(str(config))
    cfg.model.backbone.pretrained = None
    save(build_model(cfg).state_dict(), {}, tmp_path / "tsm.pth")
    run_here("export", config, "tsm.pth", "tsm.pt2", cwd=tmp_path)
    extra = {exporting.EXTRA_FILE: ""}
    run = torch.export.load(tmp_path / "tsm.pt2", extra_files=extra).module()
    size = json.loads(extra[exporting.EXTRA_FILE])["clip_size"]
    assert run(torch.randn(3, 8, 3, *size)).shape == (3, 400)


def test_other_endings_are_refused_by_name(files, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["export", *map(str, files), str(tmp_path / "out.engine")])
    with pytest.raises(SystemExit) as stop:
        start("export")
    assert stop.value.code == 2
    said = capsys.readouterr().err
    assert said.startswith("error: ") and said.count("\n") == 1
    assert all(word in said for word in ("out.engine", ".onnx", ".pt2"))


def test_a_network_that_cannot_be_traced_is_an_error_of_one_line(files):
    network = small.classifier(files[0])
    network.register_forward_pre_hook(lambda module, given: given[0].sum().item())
    with pytest.raises(UserError, match=r"torch\.export cannot trace this network"):
        trace(network, small.clips(1))


def test_the_older_exporter_knows_one_batch_only(files):
    """So no tool offers it."""
    network, file, clips = small.classifier(files[0]), io.BytesIO(), small.clips(2)
    names = dict(input_names=["clips"], dynamic_axes={"clips": {0: "batch"}})
    torch.onnx.export(network, clips, file, dynamo=False, **names)
    run = onnxruntime_run(file.getvalue(), threads=1)
    assert torch.allclose(run(clips), network(clips), rtol=1e-5)
    with pytest.raises(InvalidArgument):
        run(clips[:1])


def network_of(name: str) -> tuple[Classifier, torch.Tensor]:
    """A config's network with units that have an effect, and a small clip for it."""
    cfg = load_config(str(CONFIGS / f"{name}.py"))
    if "pretrained" in cfg.model.backbone:
        cfg.model.backbone.pretrained = None
    cfg.model.backbone.pop("clip_size", None)
    network = Classifier(build_model(cfg)).eval()
    for parameter_name, parameter in network.named_parameters():
        if parameter_name.endswith("weight") and parameter.ndim == 1:
            torch.nn.init.uniform_(parameter, 0.5, 1)
    frames, size = protocol(cfg).frames, 96 if cfg.model.backbone.get("pool") == "avg" else 64
    shape = (frames, 3) if network.by_frames else (3, frames)
    return network, torch.randn(1, *shape, size, size)


@torch.no_grad()
def give_statistics(network: Classifier, clip: torch.Tensor) -> None:
    """Let batch norms see the clip."""
    for module in network.modules():
        if isinstance(module, _BatchNorm):
            module.momentum = 1
    network.train()
    network(torch.cat([clip, clip.flip(-1)]))
    network.eval()


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_every_network_exports_or_has_a_reason(name):
    network, clip = network_of(name)
    reasons = [type(part).__name__ in REFUSED for part in network.recogniser.children()]
    if any(reasons):
        assert "boxes" in inspect.signature(network.recogniser.cls_head.forward).parameters
        with pytest.raises(UserError, match="so there is no graph"):
            trace(network, clip)
        return
    if not network(clip).isfinite().all():  # GloRe's sums over positions grow from unit to unit
        give_statistics(network, clip)
    model = onnx_model(network, clip)
    onnx.checker.check_model(model)
    run = onnxruntime_run(model.SerializeToString(), threads=torch.get_num_threads())
    # Rounding decides which of nearly equal positions are neighbours, in float32 itself too.
    near = any(isinstance(module, CorrespondenceUnit) for module in network.modules())
    assert difference(network, run, clip) < (1e-2 if near else TOLERANCE)


@pytest.mark.parametrize("package", ["onnx", "onnxscript", "onnxruntime"])
def test_packages_are_looked_for_before_any_work(package, tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, package, None)
    nothing = [tmp_path / "none.py", tmp_path / "none.pth", tmp_path / "out.onnx"]
    monkeypatch.setattr(sys, "argv", ["export.py", *map(str, nothing)])
    with pytest.raises(SystemExit):
        start("export")
    said = capsys.readouterr().err
    assert f"{package} is not installed: pip install 'smallbig_mm[onnxruntime]'" in said
