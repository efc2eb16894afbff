"""Repairs of the published stack, one small function each.

mmaction2 1.2.0 and mmengine 0.10.7 predate today's PyTorch, NumPy and setuptools. Each function
below mends one thing, names the upstream thread, and returns one line saying what it did, or
`None` where upstream is healthy and nothing was touched. `repair` runs them all, once a process.
Nothing heavier than the standard library is imported before it is needed, so that this module
can still say what is wrong when torch, mmcv or mmaction2 is missing or broken.
"""

from __future__ import annotations

import functools
import hashlib
import http.client
import importlib.metadata
import importlib.util
import inspect
import os
import pickle
import re
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import urlparse

PYTORCH_MODELS = "https://download.pytorch.org/models/"
# A decoder raises almost anything on a bad file, but these mean a bug in code or a missing package.
_PROGRAMMING_ERRORS = (
    AssertionError,
    AttributeError,
    ImportError,
    KeyError,
    MemoryError,
    NameError,
    TypeError,
)


class StackError(ImportError):
    """The installed packages cannot work together; the message says what to install."""


class WeightsError(RuntimeError):
    """Pretrained weights are neither cached nor downloadable, or the file is damaged."""


class VideoDecodeError(RuntimeError):
    """A video cannot be decoded. The message names the file, the reason and what to do."""


# --------------------------------------------------------------------------------------------------
# Imports


def provide_importlib_metadata() -> str | None:
    """Put the standard library's `importlib.metadata` where mmaction2 looks for the backport.

    `mmaction.utils.dependency` imports `importlib_metadata`, which mmaction2 1.2.0 does not
    declare. Source: https://github.com/open-mmlab/mmaction2/blob/v1.2.0/mmaction/utils/dependency.py
    (no thread known).
    """
    if "importlib_metadata" in sys.modules or importlib.util.find_spec("importlib_metadata"):
        return None
    sys.modules["importlib_metadata"] = importlib.metadata
    return "importlib_metadata is not installed: the standard library's stands in for it"


def require_stack() -> None:
    """Refuse, in one line, packages that no repair can make work.

    mmaction2 1.2.0 asserts mmcv < 2.2: https://github.com/open-mmlab/mmcv/issues/3096. Checkpoints
    need torch 2.6, the first to load weights only by default.

    Raises:
        StackError: naming the package, the version found and the command that mends it.
    """
    mmcv_fix = 'pip install "mmcv-lite==2.1.0"'
    torch = _import("torch", 'pip install "torch>=2.6"')
    if tuple(int(part) for part in torch.__version__.split(".")[:2]) < (2, 6):
        raise StackError(
            f'torch {torch.__version__} is too old: run `pip install "torch>=2.6"`, '
            "which loads checkpoints without running code in them"
        )
    _import("mmengine", 'pip install "mmengine==0.10.7"')
    mmcv = _import("mmcv", mmcv_fix)
    version = getattr(mmcv, "__version__", None)
    if version is None:
        raise StackError(
            "mmcv is damaged (it has no version; mmcv and mmcv-lite overwrite each other): run "
            "`pip uninstall -y mmcv mmcv-lite`, then `" + mmcv_fix + "`"
        )
    try:
        _import("mmaction", 'pip install "mmaction2==1.2.0"')
    except AssertionError as error:
        if "MMCV" not in str(error):
            raise StackError(" ".join(str(error).split())) from None
        raise StackError(
            f"mmaction2 does not accept mmcv {version}: run `pip uninstall -y mmcv mmcv-lite`, "
            f"then `{mmcv_fix}`"
        ) from None


def _import(name: str, fix: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name == name:
            raise StackError(f"{name} is not installed: run `{fix}`") from None
        raise StackError(f"{name} cannot be imported: {error}") from error
    except ImportError as error:
        raise StackError(f"{name} cannot be imported: {error}; try `{fix}`") from error


def stand_in_for_drn() -> str | None:
    """Let mmaction2's models be imported though its wheel lacks `localizers/drn`.

    https://github.com/open-mmlab/mmaction2/issues/2714. The stand-in's DRN (temporal
    localisation, of no use here) refuses to be built.
    """
    package = "mmaction.models.localizers.drn"
    spec = importlib.util.find_spec("mmaction")
    if spec is None or spec.origin is None or package in sys.modules:
        return None
    if (Path(spec.origin).parent / "models/localizers/drn/drn.py").is_file():
        return None

    from mmaction.registry import MODELS

    @MODELS.register_module(force=True)
    class DRN:
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            raise NotImplementedError(
                "DRN is missing from mmaction2's wheel; to use it, install mmaction2 from source: "
                "https://github.com/open-mmlab/mmaction2/issues/2714"
            )

    parent, child = ModuleType(package), ModuleType(f"{package}.drn")
    parent.__path__ = []
    setattr(parent, "drn", child)  # noqa: B010  (a plain assignment is unknown to mypy)
    setattr(child, "DRN", DRN)  # noqa: B010
    sys.modules.update({parent.__name__: parent, child.__name__: child})
    return "mmaction2 lacks mmaction.models.localizers.drn: a stand-in was put in its place"


def replace_pkg_resources() -> str | None:
    """Find packages for `mmaction::` bases in configs without `pkg_resources`.

    setuptools 82 dropped it (https://github.com/open-mmlab/mmcv/issues/3325); mmengine uses it in
    `is_installed` and `get_installed_path` only, which `importlib.metadata` serves as well.
    """
    if importlib.util.find_spec("pkg_resources") is not None:
        return None
    from mmengine.config import config
    from mmengine.hub import hub
    from mmengine.utils import package_utils

    if package_utils.get_installed_path is get_installed_path:
        return None
    for module in (package_utils, sys.modules["mmengine.utils"], config, hub):
        for function in (is_installed, get_installed_path):
            if hasattr(module, function.__name__):
                setattr(module, function.__name__, function)
    return "setuptools has no pkg_resources: mmengine finds packages by importlib.metadata"


def is_installed(package: str) -> bool:
    """Whether `package`, the name of a distribution or of a module, is installed."""
    try:
        importlib.metadata.distribution(package)
    except importlib.metadata.PackageNotFoundError:
        spec = importlib.util.find_spec(package)
        return spec is not None and spec.origin is not None
    return True


def get_installed_path(package: str) -> str:
    """Folder of the module that `package`, the name of a distribution or of a module, installs.

    Raises:
        ModuleNotFoundError: if there is no such package.
    """
    names = [package]
    try:
        top_level = importlib.metadata.distribution(package).read_text("top_level.txt")
        names += (top_level or "").split()
    except importlib.metadata.PackageNotFoundError:
        pass
    for name in names:
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.origin is not None:
            return str(Path(spec.origin).parent)
    raise ModuleNotFoundError(f"{package} is not installed", name=package)


# --------------------------------------------------------------------------------------------------
# Checkpoints and pretrained weights


def allow_checkpoint_types() -> str | None:
    """Let `weights_only=True` load what mmengine puts into its checkpoints.

    https://github.com/open-mmlab/mmengine/issues/1655: resume and test fail on `HistoryBuffer` and
    on the names it drags in. Those of NumPy are listed twice, as NumPy 2 moved `numpy.core` to
    `numpy._core` (https://github.com/pytorch/pytorch/pull/142153). Its methods are pickled as
    `getattr(HistoryBuffer, "mean")`: that name stands for a `getattr` of these methods alone, as
    the real one would let a file reach anything.
    """
    import numpy as np
    import torch
    from mmengine.logging import HistoryBuffer

    reduced = np.array([0.0]).__reduce__()[0], np.float64(0).__reduce__()[0]
    named = [
        (function, f"numpy.{core}.multiarray.{name}")
        for function, name in zip(reduced, ("_reconstruct", "scalar"), strict=True)
        for core in ("core", "_core")
    ]
    codes = np.typecodes["AllInteger"] + np.typecodes["Float"] + "?"
    dtypes = sorted({type(np.dtype(code)) for code in codes}, key=lambda kind: kind.__name__)
    named.append((_history_method, "builtins.getattr"))
    wanted: list[Any] = [HistoryBuffer, np.ndarray, np.dtype, *dtypes, *named]
    known = torch.serialization.get_safe_globals()
    missing = [item for item in wanted if item not in known]
    if not missing:
        return None
    torch.serialization.add_safe_globals(missing)
    return "checkpoints: HistoryBuffer and NumPy arrays allowed with weights_only=True"


def _history_method(owner: Any, name: str) -> Any:
    from mmengine.logging import HistoryBuffer

    if owner is not HistoryBuffer or name not in ("current", "max", "mean", "min"):
        raise pickle.UnpicklingError(f"getattr({owner!r}, {name!r}) is not allowed in a checkpoint")
    return getattr(HistoryBuffer, name)


def load_urls_safely() -> str | None:
    """Load `http(s)://` weights with `weights_only=True`, PyTorch's own after a hash check.

    mmengine calls `torch.hub.load_state_dict_from_url`, whose default is still
    `weights_only=False`; its other loaders leave `torch.load` its default, `True` since torch 2.6.
    https://github.com/open-mmlab/mmengine/issues/1655.
    """
    from mmengine.runner import checkpoint

    if "weights_only" in inspect.getsource(checkpoint.load_from_http):
        return None
    checkpoint.load_from_http = load_from_http
    checkpoint.CheckpointLoader.register_scheme(("http://", "https://"), load_from_http, force=True)
    return "weights from URLs: weights_only=True, sha256 checked, one download a node"


def load_from_http(
    filename: str,
    map_location: Any = None,
    model_dir: str | None = None,
    progress: bool = True,
) -> Any:
    """Load weights from a URL or, if they are there, from torch hub's cache.

    In a distributed run the first process of each node downloads while the others wait.

    Args:
        filename: the URL. Below `https://download.pytorch.org/models/` a name ends in the first
            digits of the file's sha256, which is checked, for a cached file too.
        map_location: as for `torch.load`.
        model_dir: the cache's folder; torch hub's own by default.
        progress: show a progress bar.

    Raises:
        WeightsError: if the file cannot be downloaded, or its hash is wrong.
    """
    import torch
    from mmengine import dist

    folder = Path(model_dir or Path(torch.hub.get_dir()) / "checkpoints")
    file = folder / Path(urlparse(filename).path).name
    load = functools.partial(
        torch.hub.load_state_dict_from_url,
        filename,
        str(folder),
        map_location,
        progress,
        check_hash=filename.startswith(PYTORCH_MODELS),
        weights_only=True,
    )
    downloads = not dist.is_distributed() or int(os.environ.get("LOCAL_RANK", "0")) == 0
    instead = (
        f"Put it at {file}, or pass --cfg-options model.backbone.pretrained=None (random weights) "
        "or model.backbone.pretrained=PATH"
    )
    if not downloads:
        dist.barrier()
        if not file.is_file():
            raise WeightsError(f"{filename} was not downloaded. {instead}")
        return load()
    try:
        if file.is_file() and filename.startswith(PYTORCH_MODELS):
            _check_hash(file)
        return load()
    except (OSError, http.client.HTTPException) as error:
        raise WeightsError(f"{filename} cannot be downloaded ({error}). {instead}") from error
    except RuntimeError as error:
        if "invalid hash value" not in str(error):
            raise
        raise WeightsError(f"the download of {filename} is damaged: {error}") from error
    finally:
        dist.barrier()


def _check_hash(file: Path) -> None:
    wanted = file.stem.rpartition("-")[2]
    with file.open("rb") as stream:
        digest = hashlib.sha256()
        for chunk in iter(lambda: stream.read(1 << 20), b""):
            digest.update(chunk)
    if not digest.hexdigest().startswith(wanted):
        raise WeightsError(
            f"{file} is damaged: its sha256 begins with {digest.hexdigest()[: len(wanted)]}, not "
            f"{wanted}. Delete it, and it is downloaded again"
        )


def resolve_torchvision_names() -> str | None:
    """Load `torchvision://resnet50` and the like without torchvision.

    Most of mmaction2's configs name their ImageNet weights so, and mmengine imports torchvision
    only to learn their URLs, which it also carries in `hub/torchvision_0.12.json`. No thread known.
    """
    from mmengine.runner.checkpoint import CheckpointLoader

    if _importable("torchvision"):
        return None
    prefixes = ("modelzoo://", "torchvision://")
    if CheckpointLoader._schemes.get(prefixes[0]) is load_from_torchvision:
        return None
    CheckpointLoader.register_scheme(prefixes, load_from_torchvision, force=True)
    return "torchvision is not installed: torchvision:// weights load by their URLs"


def load_from_torchvision(filename: str, map_location: Any = None) -> Any:
    """Load `torchvision://NAME`, ImageNet-1k weights (V1) of torchvision's network NAME.

    Raises:
        ValueError: for an unknown NAME.
        WeightsError: as `load_from_http`.
    """
    name = filename.partition("://")[2]
    urls = _torchvision_urls()
    if name not in urls:
        resnets = ", ".join(known for known in urls if known.startswith("resnet"))
        raise ValueError(
            f"{filename}: no such weights. Known are {resnets} and other names of torchvision "
            "0.12; a https:// URL or a local path works as well"
        )
    return load_from_http(urls[name], map_location=map_location)


def _torchvision_urls() -> dict[str, str]:
    import mmengine

    return mmengine.load(Path(mmengine.__file__).parent / "hub" / "torchvision_0.12.json")


def _importable(name: str) -> bool:
    try:
        importlib.import_module(name)
    except Exception:  # a torchvision built for another torch fails with RuntimeError
        return False
    return True


# --------------------------------------------------------------------------------------------------
# Distributed training without a GPU


def distribute_without_cuda() -> str | None:
    """Let torchrun and slurm start CPU processes from a config written for GPUs.

    Without CUDA, mmengine's `init_dist` still calls `torch.cuda.set_device`, its configs still say
    `backend='nccl'`, and `wrap_model` still passes `device_ids` (no thread known; the lines are in
    https://github.com/open-mmlab/mmengine/pull/973). Here the backend becomes gloo, `set_device`
    does nothing while the process group is made, and `device_ids` is None for a model on the CPU.
    With CUDA, or another accelerator that mmengine knows, nothing is changed.
    """
    from mmengine.device import get_device

    if get_device() != "cpu":
        return None
    from mmengine.dist import utils
    from mmengine.model.wrappers import MMDistributedDataParallel

    if hasattr(utils._init_dist_pytorch, "__wrapped__"):
        return None
    for name in ("_init_dist_pytorch", "_init_dist_slurm", "_init_dist_mpi"):
        setattr(utils, name, _with_gloo(getattr(utils, name)))
    wrap = MMDistributedDataParallel.__init__

    @functools.wraps(wrap)
    def wrap_on_cpu(self: Any, module: Any, *args: Any, **kwargs: Any) -> None:
        kwargs["device_ids"] = None
        wrap(self, module, *args, **kwargs)

    MMDistributedDataParallel.__init__ = wrap_on_cpu
    return "no CUDA: distributed runs use gloo on the CPU"


def _with_gloo(init: Callable[..., None]) -> Callable[..., None]:
    @functools.wraps(init)
    def init_with_gloo(backend: str, **kwargs: Any) -> None:
        # Where slurm gives no local rank, mmengine divides by the number of GPUs.
        if "SLURM_PROCID" in os.environ:
            os.environ.setdefault("SLURM_LOCALID", os.environ["SLURM_PROCID"])
        with _cuda_set_device_ignored():
            init("gloo" if "nccl" in backend else backend, **kwargs)

    return init_with_gloo


@contextmanager
def _cuda_set_device_ignored() -> Iterator[None]:
    import torch

    set_device = torch.cuda.set_device
    torch.cuda.set_device = lambda device: None
    try:
        yield
    finally:
        torch.cuda.set_device = set_device


# --------------------------------------------------------------------------------------------------
# Data


def survive_bad_videos() -> str | None:
    """Replace a video that cannot be decoded by another one in training; name it in testing.

    https://github.com/open-mmlab/mmaction2/issues/893, 253 and 602: a missing, empty or truncated
    file ends the run with the decoder's own words, because mmengine draws another sample only when
    a pipeline returns None. Video readers raise `VideoDecodeError`; datasets turn it into None
    while training, with one warning a file, and add what to do while testing. Errors of any other
    transform are left alone. Local files are opened by decord itself rather than from memory, where
    it crashes the process (a segmentation fault) on a truncated AVI.
    """
    from mmaction.datasets import BaseActionDataset
    from mmaction.datasets.transforms import loading
    from mmaction.registry import DATASETS

    if hasattr(BaseActionDataset.prepare_data, "__wrapped__"):
        return None
    for decoder in ("Decord", "PyAV", "PIMS", "OpenCV"):
        for step in ("Init", "Decode"):
            transform = getattr(loading, decoder + step)
            transform.transform = _naming_the_file(transform.transform)
    loading.DecordInit._get_video_reader = _by_path(loading.DecordInit._get_video_reader)

    BaseActionDataset.full_init = _with_flags(BaseActionDataset.full_init)
    own = [
        dataset
        for dataset in DATASETS.module_dict.values()
        if inspect.isclass(dataset) and issubclass(dataset, BaseActionDataset)
    ]
    for dataset in {BaseActionDataset, *own}:
        if dataset is BaseActionDataset or "prepare_data" in vars(dataset):
            dataset.prepare_data = _refetching(dataset.prepare_data)
    return "videos that cannot be decoded are skipped in training and named in testing"


def _naming_the_file(transform: Callable[[Any, dict], dict]) -> Callable[[Any, dict], dict]:
    """Turn what a video reader raises on a bad file into `VideoDecodeError`."""

    @functools.wraps(transform)
    def named(self: Any, results: dict) -> dict:
        try:
            out = transform(self, results)
        except (VideoDecodeError, *_PROGRAMMING_ERRORS):
            raise
        except Exception as error:
            if _beyond_the_end(results):  # the sampler is wrong, not the file
                raise
            reason = _reason(Path(results["filename"]), error)
            raise VideoDecodeError(f"{results['filename']}: {reason}") from error
        if out["total_frames"] <= 0:
            raise VideoDecodeError(f"{results['filename']}: the file holds no frames")
        return out

    return named


def _beyond_the_end(results: dict) -> bool:
    if "frame_inds" not in results or "total_frames" not in results:
        return False
    indices = results["frame_inds"]
    return bool(indices.min() < 0 or indices.max() >= results["total_frames"])


def _reason(file: Path, error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return "no such file"
    if file.is_file() and file.stat().st_size == 0:
        return "the file is empty"
    # decord prefixes "[12:00:00] /its/source.cc:83: " and appends a stack trace.
    words = getattr(error, "strerror", None) or str(error) or type(error).__name__
    line = words.strip().splitlines()[0]
    return f"it cannot be decoded ({re.sub(r'^.*[.]cc:[0-9]+: *', '', line).strip()})"


def _by_path(reader: Callable[[Any, str], Any]) -> Callable[[Any, str], Any]:
    """Open a local file by its path; leave every other storage to upstream."""

    @functools.wraps(reader)
    def open_by_path(self: Any, filename: str) -> Any:
        if self.io_backend != "disk" or self.kwargs or not os.path.isfile(filename):
            return reader(self, filename)
        import decord

        return decord.VideoReader(filename, num_threads=self.num_threads)

    return open_by_path


class _Warned:
    """One flag a sample, shared by loader processes: whether a warning named its file.

    It is pickled with its dataset, so that a spawned loader process imports this package, and with
    it the repairs.
    """

    def __init__(self, samples: int) -> None:
        import torch

        self.flags = torch.zeros(samples, dtype=torch.bool).share_memory_()

    def first_time(self, idx: int) -> bool:
        """Whether sample `idx` had no warning yet; from now on it has."""
        known = bool(self.flags[idx])
        self.flags[idx] = True
        return not known


def _with_flags(full_init: Callable[[Any], None]) -> Callable[[Any], None]:
    @functools.wraps(full_init)
    def with_flags(self: Any) -> None:
        full_init(self)
        if not hasattr(self, "_warned"):
            self._warned = _Warned(len(self))

    return with_flags


def _refetching(prepare_data: Callable[[Any, int], Any]) -> Callable[[Any, int], Any]:
    """Return None for a bad video in training, so that mmengine draws another sample."""

    @functools.wraps(prepare_data)
    def refetching(self: Any, idx: int) -> Any:
        try:
            data = prepare_data(self, idx)
        except VideoDecodeError as error:
            _require_prefix(self)
            if self.test_mode:
                raise VideoDecodeError(
                    f"{error}. Replace the file, or take its line out of {self.ann_file}"
                ) from error
            self._failed_in_a_row = getattr(self, "_failed_in_a_row", 0) + 1
            if self._failed_in_a_row > self.max_refetch:
                raise VideoDecodeError(
                    f"{self._failed_in_a_row} samples in a row of {self.ann_file} could not be "
                    f"decoded, the last one {error}"
                ) from error
            if self._warned.first_time(idx):
                _warn(f"Skipped in training: {error} (listed in {self.ann_file})")
            return None
        self._failed_in_a_row = 0
        return data

    return refetching


def _require_prefix(dataset: Any) -> None:
    """A wrong `data_prefix` makes every file missing; say that, not each of their names."""
    for key, folder in dataset.data_prefix.items():
        if folder and "://" not in str(folder) and not os.path.isdir(folder):
            raise VideoDecodeError(
                f"{folder}: no such folder, so no video of {dataset.ann_file} can be found. "
                f"Set the dataset's data_prefix ({key}=...) or data_root"
            )


def _warn(message: str) -> None:
    import logging

    from mmengine.logging import print_log

    print_log(message, logger="current", level=logging.WARNING)


def jitter_hue_beyond_uint8() -> str | None:
    """Shift hues in a type that holds negative numbers and sums above 255.

    mmaction2's `ColorJitter` adds an offset of -127 to 127 to uint8, which NumPy 2 refuses below
    zero and wraps above 255. https://github.com/pytorch/vision/issues/8536 is the same fault.
    """
    import numpy as np
    from mmaction.datasets.transforms import ColorJitter

    pixel = np.array([[[255, 0, 128]]], np.uint8)
    try:
        ColorJitter.adjust_hue(pixel, -0.1)
        if np.array_equal(ColorJitter.adjust_hue(pixel, 0.5), _adjust_hue(pixel, 0.5)):
            return None
    except OverflowError:
        pass
    ColorJitter.adjust_hue = staticmethod(_adjust_hue)
    return "ColorJitter: hues no longer overflow uint8"


def _adjust_hue(img: Any, factor: float) -> Any:
    """Turn the hues of an RGB image (H, W, 3) in 0..255 by `factor` * 255 of OpenCV's 180 steps."""
    import cv2
    import numpy as np

    hsv = cv2.cvtColor(np.clip(img, 0, 255).astype(np.uint8), cv2.COLOR_RGB2HSV)
    hsv[..., 0] = (hsv[..., 0].astype(np.int16) + int(factor * 255)) % 180
    return cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB).astype(np.float32)


def restore_np_inf() -> str | None:
    """Give mmaction2's modules that write `np.Inf` a NumPy that has it, and nobody else.

    NumPy 2.0 removed the name: https://numpy.org/doc/stable/numpy_2_0_migration_guide.html
    """
    import numpy as np

    if hasattr(np, "Inf"):
        return None
    from mmaction.datasets.transforms import pose_transforms
    from mmaction.utils import misc

    if hasattr(misc.np, "Inf"):
        return None
    shim = ModuleType("numpy")
    shim.__dict__.update(Inf=np.inf, __getattr__=functools.partial(getattr, np))
    misc.np = pose_transforms.np = shim
    return "np.Inf is back for mmaction2's pose transforms"


# --------------------------------------------------------------------------------------------------
# Models


def chain_train() -> str | None:
    """Make `train()`, and so `eval()`, of mmaction2's networks return the module, as torch's do.

    `ResNet3d.train` and eight others return None, so that `backbone.eval()(x)` fails. Source:
    https://github.com/open-mmlab/mmaction2/blob/v1.2.0/mmaction/models/backbones/resnet3d.py (no
    thread known).
    """
    import mmaction.models  # noqa: F401  (fills the registry)
    from mmaction.registry import MODELS

    kinds = filter(inspect.isclass, MODELS.module_dict.values())  # placeholders are functions
    bases = {base for kind in kinds for base in inspect.getmro(kind)}
    mended = 0
    for kind in bases:
        train = vars(kind).get("train")
        if kind.__module__.startswith("mmaction.") and inspect.isfunction(train):
            source = inspect.getsource(train)  # the wrapped function's own, once mended
            if "return self" not in source and not hasattr(train, "__wrapped__"):
                setattr(kind, "train", _returning_self(train))  # noqa: B010
                mended += 1
    return f"train() and eval() return the network ({mended} classes)" if mended else None


def _returning_self(train: Callable[..., None]) -> Callable[..., Any]:
    @functools.wraps(train)
    def chained(self: Any, mode: bool = True) -> Any:
        train(self, mode)
        return self

    return chained


# --------------------------------------------------------------------------------------------------

REPAIRS: tuple[Callable[[], str | None], ...] = (
    provide_importlib_metadata,
    stand_in_for_drn,
    replace_pkg_resources,
    allow_checkpoint_types,
    load_urls_safely,
    resolve_torchvision_names,
    distribute_without_cuda,
    survive_bad_videos,
    jitter_hue_beyond_uint8,
    restore_np_inf,
    chain_train,
)
_done: dict[str, str | None] = {}


def repair() -> dict[str, str | None]:
    """Check the stack and run every repair, once a process.

    Returns:
        For each repair's name one line saying what it did, or None where nothing was needed.

    Raises:
        StackError: if a package is missing or of a version that no repair can make work.
    """
    if not _done:
        with warnings.catch_warnings():
            # Only detection needs the operator whose absence mmcv-lite reports on every import.
            warnings.filterwarnings("ignore", "Fail to import ``MultiScaleDeformableAttention``")
            require_stack()
            _done.update({function.__name__: function() for function in REPAIRS})
    return repairs()


def repairs() -> dict[str, str | None]:
    """What `repair` did in this process; empty before it ran."""
    return dict(_done)
