"""Training in several processes."""

from __future__ import annotations

import functools
import importlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


def freeze_before_wrapping() -> str | None:
    """Freeze what a network freezes in `train()` before it is wrapped for several processes.

    mmaction2's `frozen_stages` and `partial_bn` take gradients away in `train()`, which first runs
    when DistributedDataParallel waits for these gradients already: "Expected to have finished
    reduction in the prior iteration". Source:
    https://github.com/open-mmlab/mmaction2/blob/v1.2.0/mmaction/models/backbones/resnet3d.py#L889
    (no thread known).
    """
    from mmengine.model.wrappers import MMDistributedDataParallel

    wrap = MMDistributedDataParallel.__init__
    if hasattr(wrap, "__wrapped__"):
        return None

    @functools.wraps(wrap)
    def wrap_frozen(self: Any, module: Any, *args: Any, **kwargs: Any) -> None:
        module.train()
        wrap(self, module, *args, **kwargs)

    MMDistributedDataParallel.__init__ = wrap_frozen
    return "frozen stages are frozen before a network is distributed"


def meet_anew_after_restart() -> str | None:
    """Let processes that torchrun starts again not find the dead ones' addresses.

    https://github.com/pytorch/pytorch/issues/135712: the store in which they meet outlives them, so
    that some connect to processes that are gone, and each restart may fail. Of one machine's
    processes all know how often they were started. Several machines': `tools/dist_train.sh`.
    """
    from torch.distributed import PrefixStore

    rendezvous: Any = importlib.import_module("torch.distributed.rendezvous")  # a function hides it
    create = getattr(rendezvous, "_create_c10d_store", None)
    if create is None or hasattr(create, "__wrapped__"):
        return None

    @functools.wraps(create)
    def create_anew(*args: Any, **kwargs: Any) -> Any:
        store = create(*args, **kwargs)
        start = os.environ.get("TORCHELASTIC_RESTART_COUNT", "0")
        alone = os.environ.get("LOCAL_WORLD_SIZE") == os.environ.get("WORLD_SIZE")
        return PrefixStore(f"start_{start}", store) if start != "0" and alone else store

    rendezvous._create_c10d_store = create_anew
    return "torchrun's restarted processes meet anew"


def scale_lr_by_accumulation() -> str | None:
    """Count accumulated batches when the learning rate is scaled by the batch size.

    https://github.com/open-mmlab/mmengine/issues/894 and pull request 1080, not merged: mmengine
    scales by `train_dataloader.batch_size` x processes, whatever `accumulative_counts` is.
    """
    from mmengine.runner import Runner

    scale = Runner.scale_lr
    if hasattr(scale, "__wrapped__"):
        return None

    @functools.wraps(scale)
    def scale_by_all(self: Any, optim_wrapper: Any, auto_scale_lr: dict | None = None) -> None:
        count = getattr(optim_wrapper, "_accumulative_counts", 1)
        if auto_scale_lr and count > 1:
            base = auto_scale_lr["base_batch_size"]
            auto_scale_lr = {**auto_scale_lr, "base_batch_size": base / count}
        scale(self, optim_wrapper, auto_scale_lr)

    Runner.scale_lr = scale_by_all
    return "auto_scale_lr counts accumulated batches"


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
