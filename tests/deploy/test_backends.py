"""Backends give torch's scores, precisions nearly, and what cannot be is refused by name."""

import sys

import pytest
import torch

from smallbig_mm.deploy import backends
from smallbig_mm.deploy.backends import prepare
from smallbig_mm.errors import UserError

from . import small


@pytest.fixture(scope="module")
def network(tmp_path_factory):
    path = tmp_path_factory.mktemp("small") / "small.py"
    path.write_text(small.CONFIG)
    torch.manual_seed(0)
    return small.classifier(path)


@pytest.fixture(scope="module")
def graph(network):
    return backends.onnx_model(network, small.clips(1))


@pytest.fixture
def exported(monkeypatch, graph):
    """Exporting takes seconds, so it is done once."""
    monkeypatch.setattr(backends, "onnx_model", lambda classifier, clip: graph)


@torch.no_grad()
def difference(network, run, clips) -> float:
    """Of each score, relative to how much it varies with the clip."""
    own, other = network(clips), run(clips)
    assert other.dtype == torch.float32 and not other.requires_grad
    return float(((other - own).abs() / own.std(0)).max())


@pytest.mark.parametrize("backend", backends.BACKENDS)
def test_scores_are_those_of_torch_whatever_the_batch(network, exported, backend):
    run = prepare(network, small.clips(1), backend, threads=1)
    turned = small.clips(3).flip(-1).transpose(3, 4)  # not contiguous
    assert difference(network, run, turned) < 1e-3
    one = small.clips(1)
    assert torch.allclose(run(one), network(one), rtol=1e-5)


@pytest.mark.parametrize("pool", ["max", "avg"])
def test_views_that_look_one_way_in_time(tmp_path, monkeypatch, pool):
    views = "((('past', 3), 3, 3), (('both', 3), 3, 3), (('future', 2), 1, 1))"
    path = tmp_path / "one_way.py"
    path.write_text(
        small.CONFIG.replace("stages=(2, 3)", f"stages=(2, 3), views={views}, pool={pool!r}")
    )
    network = small.classifier(path)
    graph = backends.onnx_model(network, small.clips(1))
    monkeypatch.setattr(backends, "onnx_model", lambda classifier, clip: graph)
    clips = small.clips(3)
    assert float((network(clips) - network(clips.flip(2))).abs().max()) > 1e-3
    for backend in ("onnxruntime", "openvino"):
        run = prepare(network, small.clips(1), backend, threads=1)
        assert difference(network, run, clips) < 1e-3, backend


def test_folded_is_folded(network, monkeypatch):
    monkeypatch.setattr(backends, "fold", lambda folded: lambda clips: -folded(clips))
    clips = small.clips(1)
    assert torch.equal(prepare(network, clips, "torch-folded")(clips), -network(clips))


def test_threads_are_set(network):
    before = torch.get_num_threads()
    try:
        prepare(network, small.clips(1), threads=before + 1)
        assert torch.get_num_threads() == before + 1
    finally:
        torch.set_num_threads(before)


def test_bf16_of_torch(network):
    run = prepare(network, small.clips(1), "torch", "bf16")
    clips = small.clips(3)
    assert 1e-4 < float((run(clips) - network(clips)).norm() / network(clips).norm()) < 2e-2


def test_int8_is_calibrated_on_clips(network, exported, capsys):
    calibration = small.clips(8).split(1)
    run = prepare(network, small.clips(1), "openvino", "int8", calibration=calibration)
    clips = small.clips(3)
    assert 1e-4 < float((run(clips) - network(clips)).norm() / network(clips).norm()) < 0.1
    assert capsys.readouterr().out == ""  # a tool's own output may be JSON


@pytest.mark.parametrize(
    "how, words",
    [
        (dict(backend="tensorrt"), ["tensorrt", "torch-folded", "openvino"]),
        (dict(precision="fp16"), ["fp16", "fp32", "bf16", "int8"]),
        (dict(precision="int8"), ["torch has no int8", "fp32", "openvino"]),
        (dict(backend="onnxruntime", precision="bf16"), ["onnxruntime has no bf16", "openvino"]),
        (dict(backend="openvino", precision="int8"), ["int8", "--calibration"]),
        (dict(backend="openvino", precision="int8", calibration=[]), ["int8", "no clip"]),
    ],
)
def test_what_cannot_be_is_refused(network, exported, how, words):
    with pytest.raises(UserError) as error:
        prepare(network, small.clips(1), **how)
    assert all(word in str(error.value) for word in words)


@pytest.mark.parametrize("backend", ["onnxruntime", "openvino"])
def test_runtimes_are_for_the_cpu(network, backend):
    with pytest.raises(UserError, match="--device cpu"):
        prepare(network, small.clips(1).to("meta"), backend)


def test_openvino_needs_a_processor_with_bf16(network, exported):
    import openvino

    if "BF16" in openvino.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES"):
        run = prepare(network, small.clips(1), "openvino", "bf16")
        assert difference(network, run, small.clips(3)) > 1e-4
    else:
        with pytest.raises(UserError, match="no bf16: choose fp32 or int8"):
            prepare(network, small.clips(1), "openvino", "bf16")


@pytest.mark.parametrize(
    "package, how",
    [
        ("onnxruntime", dict(backend="onnxruntime")),
        ("openvino", dict(backend="openvino")),
        ("nncf", dict(backend="openvino", precision="int8", calibration=[small.clips(1)])),
    ],
)
def test_a_missing_package_says_what_to_install(network, exported, monkeypatch, package, how):
    for name in [name for name in sys.modules if name.split(".")[0] == package]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, package, None)
    extra = "int8" if package == "nncf" else package
    with pytest.raises(UserError, match=rf"{package} is not installed: .*\[{extra}\]"):
        prepare(network, small.clips(1), **how)
