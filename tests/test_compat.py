"""Each repair against the upstream symptom it mends."""

from __future__ import annotations

import hashlib
import importlib
import logging
import os
import pickle
import re
import subprocess
import sys
import textwrap
import zipfile
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import torch

from smallbig_mm import compat

ROOT = Path(__file__).resolve().parents[1]
COMPAT = ROOT / "smallbig_mm" / "compat.py"

compat.repair()


def run_python(code: str, *arguments: str, timeout: float = 120) -> subprocess.CompletedProcess:
    """Run `code` in a fresh process, where nothing is repaired yet."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code), *arguments],
        capture_output=True,
        text=True,
        timeout=timeout,
        env=environment,
        check=False,
    )


def write_video(path: Path, frames: int = 12, fourcc: str = "mp4v") -> Path:
    import cv2

    rng = np.random.default_rng(0)
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*fourcc), 25, (64, 48))
    for _ in range(frames):
        writer.write(rng.integers(0, 255, (48, 64, 3), dtype=np.uint8))
    writer.release()
    return path


# --------------------------------------------------------------------------------------------------
# All of them


def test_repair_is_idempotent_and_reported() -> None:
    first = compat.repair()
    assert list(first) == [function.__name__ for function in compat.REPAIRS]
    assert compat.repairs() == compat.repair() == first
    # After a repair upstream is healthy, so each alone finds nothing left to do.
    assert [function() for function in compat.REPAIRS] == [None] * len(compat.REPAIRS)


def test_every_repair_names_its_source() -> None:
    for function in compat.REPAIRS:
        assert re.search("https://|[Nn]o thread known", function.__doc__ or ""), function.__name__


# --------------------------------------------------------------------------------------------------
# Imports


def test_importlib_metadata_falls_back_on_the_standard_library() -> None:
    done = run_python(
        """
        import importlib.util, sys
        class Missing:
            def find_spec(self, name, path=None, target=None):
                if name == "importlib_metadata":
                    raise ModuleNotFoundError(name)
        real_find_spec = importlib.util.find_spec
        importlib.util.find_spec = lambda name, package=None: (
            None if name == "importlib_metadata" else real_find_spec(name, package))
        sys.meta_path.insert(0, Missing())
        try:
            import importlib_metadata
        except ModuleNotFoundError:
            print("symptom")
        spec = importlib.util.spec_from_file_location("compat", sys.argv[1])
        compat = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(compat)
        print(compat.provide_importlib_metadata())
        from importlib_metadata import PackageNotFoundError, distribution
        print(distribution("pip").metadata["Name"], compat.provide_importlib_metadata())
        """,
        str(COMPAT),
    )
    assert done.returncode == 0, done.stderr
    symptom, note, rest = done.stdout.splitlines()
    assert symptom == "symptom"
    assert note.startswith("importlib_metadata is not installed")
    assert rest == "pip None"


def test_models_import_only_with_the_stand_in_for_drn() -> None:
    if compat.repairs()["stand_in_for_drn"] is None:
        pytest.skip("this mmaction2 has DRN")
    done = run_python("import mmaction.models")
    assert "No module named 'mmaction.models.localizers.drn'" in done.stderr

    from mmaction.registry import MODELS

    assert MODELS.get("ResNet3d") is not None
    with pytest.raises(NotImplementedError, match="mmaction2/issues/2714"):
        MODELS.build({"type": "DRN"})


def test_mmaction_bases_without_pkg_resources(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from mmengine.config import Config, config
    from mmengine.hub import hub
    from mmengine.utils import package_utils

    for module in (package_utils, sys.modules["mmengine.utils"], config, hub):
        for name in ("is_installed", "get_installed_path"):  # undone after the test
            if hasattr(module, name):
                monkeypatch.setattr(module, name, getattr(package_utils, name))
    monkeypatch.setitem(sys.modules, "pkg_resources", None)
    leaf = tmp_path / "leaf.py"
    leaf.write_text("_base_ = 'mmaction::_base_/models/tsn_r50.py'\n")

    with pytest.raises(ModuleNotFoundError, match="pkg_resources"):
        Config.fromfile(leaf)
    assert "importlib.metadata" in (compat.replace_pkg_resources() or "")
    assert Config.fromfile(leaf).model.backbone.type == "ResNet"
    assert compat.replace_pkg_resources() is None
    assert not package_utils.is_installed("no-such-package")
    with pytest.raises(ModuleNotFoundError, match="no-such-package"):
        package_utils.get_installed_path("no-such-package")


def test_package_paths_agree_with_pkg_resources() -> None:
    pytest.importorskip("pkg_resources", reason="setuptools >= 82 has no pkg_resources")
    from mmengine.utils import package_utils

    for package in ("mmaction2", "mmengine", "torch"):
        assert compat.get_installed_path(package) == package_utils.get_installed_path(package)
        assert compat.is_installed(package) is package_utils.is_installed(package) is True


@pytest.mark.parametrize(
    ("missing", "command"),
    [
        ("torch", "torch>=2.6"),
        ("mmengine", "mmengine==0.10.7"),
        ("mmcv", "mmcv-lite==2.1.0"),
        ("mmaction", "mmaction2==1.2.0"),
    ],
)
def test_a_missing_package_is_named_with_its_command(
    monkeypatch: pytest.MonkeyPatch, missing: str, command: str
) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(compat.StackError) as error:
        compat.require_stack()
    assert str(error.value).startswith(f"{missing} is not installed: run `pip install")
    assert command in str(error.value)


def test_mmcv_2_2_is_refused_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = ModuleType("mmcv")
    fake.__version__ = "2.2.0"  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "mmcv", fake)
    monkeypatch.delitem(sys.modules, "mmaction")
    with pytest.raises(AssertionError):  # upstream's own words
        importlib.import_module("mmaction")
    with pytest.raises(compat.StackError) as error:
        compat.require_stack()
    message = str(error.value)
    assert "mmcv 2.2.0" in message
    assert 'pip install "mmcv-lite==2.1.0"' in message
    assert "\n" not in message


def test_a_damaged_mmcv_and_an_old_torch_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setitem(sys.modules, "mmcv", ModuleType("mmcv"))
        with pytest.raises(compat.StackError, match="mmcv is damaged"):
            compat.require_stack()
    monkeypatch.setattr(torch, "__version__", "2.5.1+cu121")
    with pytest.raises(compat.StackError, match=r"torch 2\.5\.1\+cu121 is too old"):
        compat.require_stack()


# --------------------------------------------------------------------------------------------------
# Checkpoints and weights


def history() -> dict[str, Any]:
    from mmengine.logging import HistoryBuffer

    buffer = HistoryBuffer([1.0, 2.0], [1, 1])
    return {
        "loss": buffer,
        "best": np.float64(0.5),
        "count": np.int64(3),
        "array": np.ones(2, "f4"),
    }


@pytest.fixture
def nothing_allowed() -> Any:
    allowed = torch.serialization.get_safe_globals()
    torch.serialization.clear_safe_globals()
    yield
    torch.serialization.clear_safe_globals()
    torch.serialization.add_safe_globals(allowed)


@pytest.mark.parametrize("core", ["numpy._core", "numpy.core"])
@pytest.mark.usefixtures("nothing_allowed")
def test_checkpoints_of_mmengine_load_with_weights_only(tmp_path: Path, core: str) -> None:
    """Whichever of NumPy 1 (`numpy.core`) and 2 (`numpy._core`) wrote them."""
    written, file = tmp_path / "written.pth", tmp_path / "renamed.pth"
    torch.save(history(), written)
    with zipfile.ZipFile(written) as source, zipfile.ZipFile(file, "w") as target:
        for entry in source.infolist():
            content = source.read(entry)
            if entry.filename.endswith("data.pkl"):
                content = content.replace(b"numpy._core.", b"numpy.core.")
                content = content.replace(b"numpy.core.", core.encode() + b".")
                assert core.encode() in content
            target.writestr(entry, content)

    with pytest.raises(pickle.UnpicklingError, match="Weights only load failed"):
        torch.load(file)
    assert compat.allow_checkpoint_types() is not None
    loaded = torch.load(file)
    assert loaded["loss"].mean() == 1.5
    assert (loaded["best"], loaded["count"]) == (0.5, 3)
    assert loaded["array"].dtype == np.float32
    assert compat.allow_checkpoint_types() is None


class Evil:
    """Runs code when unpickled: sets an environment variable."""

    def __reduce__(self) -> Any:
        return exec, ("import os; os.environ['SMALLBIG_EVIL'] = '1'",)


def cached(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: Any, name: str) -> Path:
    """A file in a torch hub cache of its own."""
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.setattr(torch.hub, "_hub_dir", None)
    file = Path(torch.hub.get_dir()) / "checkpoints" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    torch.save(content, file)
    return file


class Reach:
    """Reaches for a function's globals by `getattr`, which HistoryBuffer's pickles also use."""

    def __reduce__(self) -> Any:
        from mmengine.logging import HistoryBuffer

        return getattr, (HistoryBuffer, "__init__")


def test_getattr_reaches_nothing_but_statistics(tmp_path: Path) -> None:
    torch.save(Reach(), tmp_path / "reach.pth")
    with pytest.raises(pickle.UnpicklingError, match="not allowed in a checkpoint"):
        torch.load(tmp_path / "reach.pth")


@pytest.mark.parametrize("file", ["local", "https"])
def test_no_loader_runs_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str) -> None:
    from mmengine.runner.checkpoint import _load_checkpoint
    from mmengine.utils.dl_utils import load_url

    path = cached(tmp_path, monkeypatch, Evil(), "evil.pth")
    url = "https://example.invalid/evil.pth"
    monkeypatch.delenv("SMALLBIG_EVIL", raising=False)
    with pytest.raises(pickle.UnpicklingError):
        _load_checkpoint({"local": str(path), "https": url}[file])
    assert "SMALLBIG_EVIL" not in os.environ

    load_url(url)  # what mmengine calls by itself
    assert os.environ["SMALLBIG_EVIL"] == "1"
    monkeypatch.delenv("SMALLBIG_EVIL")


def hashed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, str]:
    """Weights in the cache under a name that holds their hash, and their URL."""
    file = cached(tmp_path, monkeypatch, {"w": torch.ones(1)}, "toy.pth")
    digest = hashlib.sha256(file.read_bytes()).hexdigest()[:8]
    file = file.rename(file.with_name(f"toy-{digest}.pth"))
    return file, compat.PYTORCH_MODELS + file.name


def test_torchvision_names_load_without_torchvision(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mmengine.runner.checkpoint import _load_checkpoint, load_from_torchvision

    if compat.repairs()["resolve_torchvision_names"] is None:
        pytest.skip("torchvision is installed")
    with pytest.raises(ModuleNotFoundError, match="torchvision"):
        load_from_torchvision("torchvision://resnet50")  # mmengine's own

    _, url = hashed(tmp_path, monkeypatch)
    monkeypatch.setattr(compat, "_torchvision_urls", lambda: {"resnet50": url})
    assert _load_checkpoint("torchvision://resnet50", map_location="cpu")["w"].item() == 1
    with pytest.raises(ValueError, match="Known are resnet50"):
        _load_checkpoint("torchvision://resnet51")


def test_torchvision_names_are_the_first_imagenet_weights() -> None:
    urls = compat._torchvision_urls()
    digests = {18: "f37072fd", 34: "b627a593", 50: "0676ba61", 101: "63fe2227", 152: "394f9c45"}
    for depth, digest in digests.items():
        assert urls[f"resnet{depth}"] == f"{compat.PYTORCH_MODELS}resnet{depth}-{digest}.pth"


def test_a_damaged_file_in_the_cache_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mmengine.runner.checkpoint import _load_checkpoint

    file, url = hashed(tmp_path, monkeypatch)
    assert _load_checkpoint(url)["w"].item() == 1
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(compat.WeightsError, match=f"{file} is damaged"):
        _load_checkpoint(url)


def test_without_network_the_error_says_where_to_put_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import urllib.error

    from mmengine.runner.checkpoint import _load_checkpoint

    def offline(*args: Any, **kwargs: Any) -> None:
        raise urllib.error.URLError("no route to host")

    monkeypatch.setattr(torch.hub, "download_url_to_file", offline)
    file, url = hashed(tmp_path, monkeypatch)
    file.unlink()
    with pytest.raises(compat.WeightsError) as error:
        _load_checkpoint(url)
    for part in (url, "no route to host", str(file), "model.backbone.pretrained=None"):
        assert part in str(error.value)


def test_only_the_first_process_of_a_node_downloads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mmengine import dist

    file, url = hashed(tmp_path, monkeypatch)
    waited = []
    monkeypatch.setattr(dist, "is_distributed", lambda: True)
    monkeypatch.setattr(dist, "barrier", lambda: waited.append(1))
    monkeypatch.setenv("LOCAL_RANK", "1")
    assert compat.load_from_http(url)["w"].item() == 1
    file.unlink()
    with pytest.raises(compat.WeightsError, match="was not downloaded"):
        compat.load_from_http(url)
    assert len(waited) == 2


# --------------------------------------------------------------------------------------------------
# Distributed

no_cuda = pytest.mark.skipif(torch.cuda.is_available(), reason="a repair for machines without CUDA")


@pytest.fixture
def one_process(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The environment of a run with one process, for torchrun and slurm."""
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    variables = {"RANK": "0", "LOCAL_RANK": "0", "WORLD_SIZE": "1"}
    variables |= {"SLURM_PROCID": "0", "SLURM_NTASKS": "1", "SLURM_NODELIST": "localhost"}
    variables |= {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port}
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("SLURM_LOCALID", "0")
    monkeypatch.delenv("SLURM_LOCALID")
    yield
    if torch.distributed.is_initialized():
        torch.distributed.destroy_process_group()


@no_cuda
@pytest.mark.usefixtures("one_process")
@pytest.mark.parametrize("launcher", ["pytorch", "slurm"])
def test_process_groups_without_cuda(launcher: str) -> None:
    from mmengine.dist import init_dist, utils
    from mmengine.model.wrappers import MMDistributedDataParallel

    set_device = torch.cuda.set_device
    upstream = getattr(utils, f"_init_dist_{launcher}").__wrapped__
    with pytest.raises((AttributeError, RuntimeError, AssertionError, ZeroDivisionError)):
        upstream("gloo")
    init_dist(launcher, backend="nccl")
    assert torch.distributed.get_backend() == "gloo"
    assert torch.cuda.set_device is set_device

    model = torch.nn.Linear(2, 2)
    with pytest.raises(ValueError, match="device_ids"):
        MMDistributedDataParallel.__init__.__wrapped__(
            MMDistributedDataParallel.__new__(MMDistributedDataParallel), model, device_ids=[0]
        )
    assert MMDistributedDataParallel(module=model, device_ids=[0]).device_ids is None


TOY_TRAINING = """
import sys

import torch
from mmengine.evaluator import BaseMetric
from mmengine.model import BaseModel
from mmengine.registry import METRICS
from mmengine.runner import Runner
from torch.utils.data import TensorDataset

import smallbig_mm.compat

smallbig_mm.compat.repair()


class Toy(BaseModel):
    def __init__(self):
        super().__init__()
        self.fc = torch.nn.Linear(2, 1)

    def forward(self, x, mode="tensor"):
        y = self.fc(x)
        return {"loss": y.square().mean()} if mode == "loss" else list(y)


@METRICS.register_module()
class Seen(BaseMetric):
    def process(self, data_batch, data_samples):
        self.results += [1] * len(data_samples)

    def compute_metrics(self, results):
        return {"seen": sum(results)}


def loader():
    data = TensorDataset(torch.arange(16.0).reshape(8, 2))
    return dict(dataset=data, batch_size=2, num_workers=0,
                collate_fn=dict(type="default_collate"),
                sampler=dict(type="DefaultSampler", shuffle=False))


def run(iterations, **resume):
    return Runner(
        model=Toy(), work_dir=sys.argv[1], experiment_name=f"toy{iterations}",
        train_dataloader=loader(), val_dataloader=loader(), val_cfg=dict(),
        val_evaluator=[dict(type="Seen", prefix=where, collect_device=where)
                       for where in ("cpu", "gpu")],
        train_cfg=dict(by_epoch=False, max_iters=iterations, val_interval=2),
        optim_wrapper=dict(optimizer=dict(type="SGD", lr=0.001)),
        default_hooks=dict(checkpoint=dict(type="CheckpointHook", by_epoch=False, interval=2)),
        env_cfg=dict(dist_cfg=dict(backend="nccl")), launcher="pytorch",
        randomness=dict(seed=0), **resume,
    )


run(2).train()
runner = run(4, resume=True)
model = runner.train()
weights = [torch.empty_like(model.module.fc.weight) for _ in range(2)]
torch.distributed.all_gather(weights, model.module.fc.weight.detach())
assert torch.equal(*weights), weights
assert runner.iter == 4
if runner.rank == 0:
    for where in ("cpu", "gpu"):
        print(where, runner.message_hub.get_scalar(f"val/{where}/seen").current())
torch.distributed.destroy_process_group()
"""


@no_cuda
def test_two_cpu_processes_train_validate_and_resume(tmp_path: Path) -> None:
    """From a config written for GPUs: backend nccl, no model_wrapper_cfg."""
    script = tmp_path / "toy.py"
    script.write_text(TOY_TRAINING)
    done = subprocess.run(
        [
            *(sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc_per_node=2"),
            *(str(script), str(tmp_path / "work")),
        ],
        capture_output=True,
        text=True,
        timeout=120,
        cwd=tmp_path,
        env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)},
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    # Both processes' halves of the validation set, collected through files and through tensors.
    assert "cpu 8" in done.stdout
    assert "gpu 8" in done.stdout


# --------------------------------------------------------------------------------------------------
# Videos

DECODERS = {
    "decord": ("mmaction.DecordInit", "mmaction.DecordDecode"),
    "av": ("mmaction.PyAVInit", "mmaction.PyAVDecode"),
    "cv2": ("mmaction.OpenCVInit", "mmaction.OpenCVDecode"),
}
BAD = {"missing": "no such file", "empty": "the file is empty", "text": "", "truncated": ""}


def bad_video(folder: Path, kind: str) -> str:
    """Make `folder/kind.mp4` and return its name."""
    file = folder / f"{kind}.mp4"
    if kind == "truncated":
        write_video(file)
        file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    elif kind != "missing":
        file.write_text({"empty": "", "text": "not a video\n" * 50}[kind])
    return file.name


def dataset(folder: Path, *names: str, decoder: str = "decord", **options: Any) -> Any:
    from mmaction.datasets import VideoDataset

    start, decode = DECODERS[decoder]
    sampling = {"type": "mmaction.SampleFrames", "clip_len": 2, "frame_interval": 1, "num_clips": 1}
    (folder / "list.txt").write_text("".join(f"{name} 0\n" for name in names))
    options.setdefault("pipeline", [{"type": start}, sampling, {"type": decode}])
    return VideoDataset(str(folder / "list.txt"), data_prefix={"video": str(folder)}, **options)


@pytest.fixture
def warnings_of() -> Any:
    """What mmengine's current logger was told at level WARNING."""
    from mmengine.logging import MMLogger

    told: list[str] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if "FileClient" not in record.getMessage() and "Backend" not in record.getMessage():
                told.append(record.getMessage())

    handler = Keep(logging.WARNING)
    logger = MMLogger.get_instance("test_compat")
    logger.addHandler(handler)
    yield told
    logger.removeHandler(handler)


@pytest.mark.parametrize("decoder", DECODERS)
@pytest.mark.parametrize("kind", BAD)
def test_a_bad_video_is_skipped_in_training_and_named_in_testing(
    tmp_path: Path, warnings_of: list[str], kind: str, decoder: str
) -> None:
    pytest.importorskip(decoder)
    np.random.seed(0)
    bad = bad_video(tmp_path, kind)
    good = write_video(tmp_path / "good.mp4").name
    for _ in range(2):  # one warning a file, however often it is drawn
        train = dataset(tmp_path, bad, good, decoder=decoder)
        for _ in range(2):
            assert train[0]["filename"].endswith(good)
    assert len(warnings_of) == 2  # one a dataset
    assert bad in warnings_of[0]
    assert BAD[kind] in warnings_of[0]

    test = dataset(tmp_path, bad, good, decoder=decoder, test_mode=True)
    assert test[1]["imgs"][0].shape == (48, 64, 3)
    with pytest.raises(compat.VideoDecodeError) as error:
        test[0]
    for part in (str(tmp_path / bad), BAD[kind], "take its line out of", "list.txt"):
        assert part in str(error.value)


def test_without_the_repair_a_bad_video_ends_training(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mmaction.datasets import BaseActionDataset
    from mmaction.datasets.transforms import DecordInit

    for kind, name in ((BaseActionDataset, "prepare_data"), (DecordInit, "transform")):
        monkeypatch.setattr(kind, name, getattr(kind, name).__wrapped__)
    train = dataset(tmp_path, bad_video(tmp_path, "empty"), write_video(tmp_path / "a.mp4").name)
    with pytest.raises(Exception, match="Error reading"):
        train[0]


def test_a_truncated_avi_does_not_crash_the_process(tmp_path: Path) -> None:
    whole = write_video(tmp_path / "whole.avi", frames=32)
    half = tmp_path / "half.avi"
    half.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    crash = run_python(
        "import decord, io, sys; decord.VideoReader(io.BytesIO(open(sys.argv[1], 'rb').read()))"
        "[0:2]",
        str(half),
    )
    if crash.returncode == 0:
        pytest.skip("this decord reads a truncated AVI from memory")
    # Decoded as far as it goes, by its path.
    sample = dataset(tmp_path, half.name)[0]
    assert sample["imgs"][0].shape == (48, 64, 3)
    assert sample["total_frames"] < 32


def test_reading_by_path_gives_the_same_frames(tmp_path: Path) -> None:
    from mmaction.datasets.transforms import DecordInit

    file = str(write_video(tmp_path / "a.mp4"))
    by_path = DecordInit()._get_video_reader(file)[:].asnumpy()
    from_memory = DecordInit._get_video_reader.__wrapped__(DecordInit(), file)[:].asnumpy()
    assert by_path.shape == (12, 48, 64, 3)
    assert np.array_equal(by_path, from_memory)


class Broken:
    """A transform with a bug."""

    def __init__(self, error: type[Exception]) -> None:
        self.error = error

    def __call__(self, results: dict) -> dict:
        raise self.error("a bug")


@pytest.mark.parametrize("error", [RuntimeError, ValueError, KeyError, OSError])
def test_a_bug_in_another_transform_still_raises(tmp_path: Path, error: type[Exception]) -> None:
    name = write_video(tmp_path / "a.mp4").name
    train = dataset(tmp_path, name, pipeline=[{"type": "mmaction.DecordInit"}, Broken(error)])
    with pytest.raises(error, match="a bug"):
        train[0]


def test_wrong_frame_numbers_are_no_bad_video(tmp_path: Path) -> None:
    def beyond(results: dict) -> dict:
        return {**results, "frame_inds": np.array([10**6])}

    name = write_video(tmp_path / "a.mp4").name
    pipeline = [{"type": "mmaction.DecordInit"}, beyond, {"type": "mmaction.DecordDecode"}]
    with pytest.raises(IndexError):
        dataset(tmp_path, name, pipeline=pipeline)[0]
    with pytest.raises(KeyError, match="frame_inds"):
        dataset(
            tmp_path,
            name,
            pipeline=[{"type": "mmaction.DecordInit"}, {"type": "mmaction.DecordDecode"}],
        )[0]


def test_if_every_sample_fails_the_error_names_the_last_file(tmp_path: Path) -> None:
    names = [bad_video(tmp_path, kind) for kind in BAD]
    train = dataset(tmp_path, *names, max_refetch=5)
    with pytest.raises(compat.VideoDecodeError, match=r"6 samples in a row.*\.mp4"):
        train[0]


def test_a_wrong_data_prefix_is_said_at_once(tmp_path: Path, warnings_of: list[str]) -> None:
    from mmaction.datasets import VideoDataset

    (tmp_path / "list.txt").write_text("a.mp4 0\n")
    train = VideoDataset(
        str(tmp_path / "list.txt"),
        [{"type": "mmaction.DecordInit"}],
        data_prefix={"video": str(tmp_path / "nowhere")},
    )
    with pytest.raises(compat.VideoDecodeError, match=r"nowhere: no such folder.*data_prefix"):
        train[0]
    assert warnings_of == []


@pytest.mark.parametrize("start", ["fork", "spawn"])
def test_loader_processes_are_repaired_and_share_one_warning(tmp_path: Path, start: str) -> None:
    train = dataset(tmp_path, bad_video(tmp_path, "text"), write_video(tmp_path / "a.mp4").name)
    loader = torch.utils.data.DataLoader(
        train, num_workers=1, collate_fn=list, multiprocessing_context=start
    )
    assert len(list(loader)) == 2
    assert train._warned.flags.tolist() == [True, False]


# --------------------------------------------------------------------------------------------------
# NumPy 2, networks


def test_color_jitter_keeps_the_hue_in_range(monkeypatch: pytest.MonkeyPatch) -> None:
    from mmaction.datasets.transforms import ColorJitter

    np.random.seed(0)
    blue = np.zeros((2, 2, 3), np.uint8) + np.array([0, 0, 255], np.uint8)
    # Hue 120 of 180 + 127 = 247, that is 67: green with a trace of blue, not what 247 % 256 gives.
    assert ColorJitter.adjust_hue(blue, 0.5)[0, 0].argmax() == 1
    red = ColorJitter.adjust_hue(blue[..., ::-1], -0.05)
    assert red[0, 0].argmax() == 0
    assert red[0, 0, 2] > 0  # turned backwards, past zero
    clip = {"imgs": [blue] * 2}
    jittered = ColorJitter(hue=(-0.2, -0.1)).transform(clip)["imgs"]
    assert [frame.dtype for frame in jittered] == [np.uint8] * 2

    def upstream(img: Any, factor: float) -> Any:
        offset = int(factor * 255)
        return (img + offset) % 180

    if np.lib.NumpyVersion(np.__version__) >= "2.0.0":
        with pytest.raises(OverflowError):
            upstream(blue, -0.1)
    monkeypatch.setattr(ColorJitter, "adjust_hue", staticmethod(upstream))
    assert compat.jitter_hue_beyond_uint8() is not None
    assert compat.jitter_hue_beyond_uint8() is None


def test_np_inf_is_back_for_mmaction_alone() -> None:
    from mmaction.datasets.transforms import PoseCompact

    if compat.repairs()["restore_np_inf"] is None:
        pytest.skip("this NumPy has np.Inf")
    keypoint = np.array([[[[10.0, 10.0], [30.0, 20.0]]]])
    done = PoseCompact(hw_ratio=1.0).transform({"img_shape": (48, 64), "keypoint": keypoint})
    assert done["img_shape"] != (48, 64)
    assert not hasattr(np, "Inf")


@pytest.mark.parametrize(
    "config",
    [
        {"type": "ResNet3d", "depth": 18, "pretrained": None},
        {"type": "ResNet", "depth": 18},
        {"type": "X3D", "gamma_w": 1, "gamma_b": 2.25, "gamma_d": 2.2},
        {"type": "MobileNetV2"},
    ],
    ids=lambda config: config["type"],
)
def test_train_and_eval_return_the_network(config: dict[str, Any]) -> None:
    from mmaction.registry import MODELS

    network = MODELS.build({"pretrained": None, **config})
    assert network.eval() is network
    assert not network.training
    assert network.train() is network
    assert network.training
    owner = next(kind for kind in type(network).__mro__ if "train" in vars(kind))
    assert vars(owner)["train"].__wrapped__(network) is None  # upstream's own
