"""Processes on the CPU, from configs written for GPUs."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

ROOT = Path(__file__).resolve().parents[2]
no_cuda = pytest.mark.skipif(torch.cuda.is_available(), reason="a repair for machines without CUDA")


def meeting_place() -> dict[str, str]:
    """Where the processes of a run find each other, as torchrun says it to them."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(probe.getsockname()[1])}


@pytest.fixture
def one_process(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The environment of a run with one process, as torchrun and srun set it."""
    variables = {"RANK": "0", "LOCAL_RANK": "0", "WORLD_SIZE": "1", **meeting_place()}
    variables |= {"SLURM_PROCID": "0", "SLURM_LOCALID": "0", "SLURM_NTASKS": "1"}
    variables |= {"SLURM_NODELIST": "localhost"}
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
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
    with pytest.raises((AttributeError, RuntimeError, AssertionError)):
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


@no_cuda
@pytest.mark.usefixtures("one_process")
@pytest.mark.parametrize(
    ("network", "frozen"),
    [
        ({"type": "ResNet3dSmallBig", "depth": 23, "frozen_stages": 2}, "layer2.0.conv1.conv."),
        ({"type": "ResNet3d", "depth": 18, "frozen_stages": 0}, "conv1.conv."),
        ({"type": "ResNet", "depth": 18, "partial_bn": True}, "layer1.0.conv1.bn."),
        ({"type": "MobileNetV2", "frozen_stages": 1}, "layer1.0."),
    ],
    ids=lambda given: given["type"] if isinstance(given, dict) else "",
)
def test_stages_that_freeze_in_train_are_frozen_before_they_are_distributed(
    network: dict[str, Any], frozen: str
) -> None:
    """Else the second step fails: Expected to have finished reduction in the prior iteration."""
    from mmaction.registry import MODELS
    from mmengine.dist import init_dist
    from mmengine.model.wrappers import MMDistributedDataParallel

    init_dist("pytorch", backend="nccl")
    wrapped = MMDistributedDataParallel(module=MODELS.build({"pretrained": None, **network}))
    wrapped.train()  # as the runner does before each epoch
    flat = network["type"] in ("ResNet", "MobileNetV2")
    clips = torch.randn(2, 3, 32, 32) if flat else torch.randn(2, 3, 4, 32, 32)
    for _ in range(2):
        out = wrapped(clips)
        (out[-1] if isinstance(out, tuple) else out).sum().backward()
    grads = {name: p.grad for name, p in wrapped.module.named_parameters()}
    assert any(name.startswith(frozen) for name in grads)
    for name, grad in grads.items():
        assert (grad is None) or not name.startswith(frozen), name


TOY_TRAINING = """
import os
import sys

import torch
from mmengine.evaluator import BaseMetric
from mmengine.model import BaseModel
from mmengine.registry import METRICS
from mmengine.runner import Runner
from torch.utils.data import TensorDataset

import smallbig_mm


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


def main(rank):
    os.environ.update(RANK=str(rank), LOCAL_RANK=str(rank))
    run(2).train()
    runner = run(4, resume=True)
    model = runner.train()
    weights = [torch.empty_like(model.module.fc.weight) for _ in range(2)]
    torch.distributed.all_gather(weights, model.module.fc.weight.detach())
    assert torch.equal(*weights), weights
    assert runner.iter == 4
    if rank == 0:
        for where in ("cpu", "gpu"):
            print(where, runner.message_hub.get_scalar(f"val/{where}/seen").current())
    torch.distributed.destroy_process_group()


# Forked, so that one import of torch serves both.
torch.multiprocessing.start_processes(main, nprocs=2, start_method="fork")
"""


@no_cuda
def test_two_cpu_processes_train_validate_and_resume(tmp_path: Path) -> None:
    """From a config written for GPUs: backend nccl, no model_wrapper_cfg."""
    script = tmp_path / "toy.py"
    script.write_text(TOY_TRAINING)
    environment = {"OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT), "WORLD_SIZE": "2"}
    done = subprocess.run(
        [sys.executable, str(script), str(tmp_path / "work")],
        capture_output=True,
        text=True,
        timeout=120,
        cwd=tmp_path,
        env={**os.environ, **environment, **meeting_place()},
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    # Both processes' halves of the validation set, collected through files and through tensors.
    assert "cpu 8" in done.stdout
    assert "gpu 8" in done.stdout
