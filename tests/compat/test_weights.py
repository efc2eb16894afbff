"""Checkpoints and pretrained weights load, and run no code."""

from __future__ import annotations

import hashlib
import os
import pickle
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from smallbig_mm.compat import repairs, weights
from smallbig_mm.errors import CheckpointError, WeightsError


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
    assert weights.allow_checkpoint_types() is not None
    loaded = torch.load(file)
    assert loaded["loss"].mean() == 1.5
    assert (loaded["best"], loaded["count"]) == (0.5, 3)
    assert loaded["array"].dtype == np.float32
    assert weights.allow_checkpoint_types() is None


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
    monkeypatch.setenv("TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD", "1")  # as threads advise
    with pytest.raises(CheckpointError, match=r"evil\.pth: holds exec"):
        _load_checkpoint({"local": str(path), "https": url}[file])
    assert os.environ["TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD"] == "1"
    assert "SMALLBIG_EVIL" not in os.environ

    load_url(url)  # what mmengine calls by itself
    assert os.environ["SMALLBIG_EVIL"] == "1"
    monkeypatch.delenv("SMALLBIG_EVIL")


def hashed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, str]:
    """Weights in the cache under a name that holds their hash, and their URL."""
    file = cached(tmp_path, monkeypatch, {"w": torch.ones(1)}, "toy.pth")
    digest = hashlib.sha256(file.read_bytes()).hexdigest()[:8]
    file = file.rename(file.with_name(f"toy-{digest}.pth"))
    return file, weights.PYTORCH_MODELS + file.name


def test_torchvision_names_load_without_torchvision(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mmengine.runner.checkpoint import _load_checkpoint, load_from_torchvision

    if repairs()["resolve_torchvision_names"] is None:
        pytest.skip("torchvision is installed")
    with pytest.raises(ModuleNotFoundError, match="torchvision"):
        load_from_torchvision("torchvision://resnet50")  # mmengine's own

    _, url = hashed(tmp_path, monkeypatch)
    monkeypatch.setattr(weights, "_torchvision_urls", lambda: {"resnet50": url})
    assert _load_checkpoint("torchvision://resnet50", map_location="cpu")["w"].item() == 1
    with pytest.raises(ValueError, match="Known are resnet50"):
        _load_checkpoint("torchvision://resnet51")


def test_torchvision_names_are_the_first_imagenet_weights() -> None:
    urls = weights._torchvision_urls()
    digests = {18: "f37072fd", 34: "b627a593", 50: "0676ba61", 101: "63fe2227", 152: "394f9c45"}
    for depth, digest in digests.items():
        assert urls[f"resnet{depth}"] == f"{weights.PYTORCH_MODELS}resnet{depth}-{digest}.pth"


def test_a_damaged_file_in_the_cache_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mmengine.runner.checkpoint import _load_checkpoint

    file, url = hashed(tmp_path, monkeypatch)
    assert _load_checkpoint(url)["w"].item() == 1
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(WeightsError, match=f"{file} is damaged"):
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
    with pytest.raises(WeightsError) as error:
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
    assert weights.load_from_http(url)["w"].item() == 1
    file.unlink()
    with pytest.raises(WeightsError, match="was not downloaded"):
        weights.load_from_http(url)
    assert len(waited) == 2
