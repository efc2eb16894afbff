"""A batch in parts: its gradient, its learning rate, its record, and resuming within it."""

import copy
from pathlib import Path

import pytest
import torch
from mmaction.registry import MODELS
from mmaction.structures import ActionDataSample
from mmengine.model.utils import convert_sync_batchnorm
from mmengine.optim import OptimWrapper

from smallbig_mm.errors import UserError
from smallbig_mm.records import store

from ..faults.machines import tiny
from ..tool import run, run_here


def train(config: Path, name: str, *given: object) -> Path:
    """Train in this process; returns the work dir."""
    folder = config.parent / name
    options = [f"experiment_name={name}_{len(given)}", *(o for o in given if "=" in str(o))]
    flags = [argument for argument in given if "=" not in str(argument)]
    run_here(
        "train", config, "--work-dir", folder, "--records", config.parent / "records", *flags,
        "--cfg-options", *options, cwd=config.parent,
    )  # fmt: skip
    return folder


@pytest.fixture
def config(tmp_path) -> Path:
    """Eight videos."""
    return tiny(tmp_path, epochs=1)


def test_the_learning_rate_counts_accumulated_batches_and_is_the_one_recorded(config):
    """2 x 1 process x 2 accumulated of a base of 128: mmengine alone would forget the last 2."""
    folder = train(config, "scaled", "--accumulate", 2, "--auto-scale-lr", "param_scheduler=None")
    (record,) = store.read_all(config.parent / "records")
    (start,) = record.training.starts
    assert (start.batch, start.batch_per_process, start.accumulation) == (4, 2, 2)
    saved = torch.load(folder / "epoch_1.pth", weights_only=True)
    (group,) = saved["optimizer"]["param_groups"]
    assert start.lr == group["lr"] == pytest.approx(0.02 * 4 / 128)


def test_a_resumed_training_records_the_learning_rate_that_it_goes_on_with(config):
    """The checkpoint's, whatever the config says now."""
    train(config, "resumed")
    folder = train(
        config, "resumed", "--resume", "train_cfg.max_epochs=2", "optim_wrapper.optimizer.lr=0.5"
    )
    (group,) = torch.load(folder / "epoch_2.pth", weights_only=True)["optimizer"]["param_groups"]
    starts = store.read_all(config.parent / "records")[-1].training.starts
    assert [start.lr for start in starts] == [0.02, 0.02] == [0.02, group["initial_lr"]]


def test_a_resumed_training_has_lost_no_accumulated_gradient(config):
    """Three batches an epoch, two at a time: the third makes a step of its own."""
    given = ("--accumulate", 2, "train_dataloader.batch_size=3")
    whole = train(config, "whole", *given, "train_cfg.max_epochs=2")
    train(config, "stopped", *given)
    stopped = train(config, "stopped", *given, "train_cfg.max_epochs=2", "--resume")
    a, b = (torch.load(folder / "epoch_2.pth", weights_only=True) for folder in (whole, stopped))
    assert a["meta"]["iter"] == 6
    for name, tensor in a["state_dict"].items():
        assert torch.equal(tensor, b["state_dict"][name]), name


def test_the_gradient_of_a_batch_in_parts_is_the_batches():
    """In float64, with batch norms that use what they have."""
    backbone = dict(type="ResNet3dSmallBig", depth=23, base_channels=4, norm_eval=True)
    head = dict(type="I3DHead", num_classes=3, in_channels=128, dropout_ratio=0.0)
    model = MODELS.build(dict(type="Recognizer3D", backbone=backbone, cls_head=head)).double()
    model.train()
    clips = torch.randn(6, 1, 3, 4, 32, 32, dtype=torch.float64)
    labels = [ActionDataSample().set_gt_label(label % 3) for label in range(6)]
    steps = []
    for parts in (1, 3):
        network = copy.deepcopy(model)
        optimizer = torch.optim.SGD(network.parameters(), lr=1.0)
        wrapper = OptimWrapper(optimizer, accumulative_counts=parts)
        for part in range(parts):
            own = slice(part * 6 // parts, (part + 1) * 6 // parts)
            loss = network(clips[own], labels[own], mode="loss")["loss_cls"]
            wrapper.update_params(loss)
        steps.append(torch.cat([p.detach().flatten() for p in network.parameters()]))
    before = torch.cat([p.detach().flatten() for p in model.parameters()])
    assert (steps[0] - before).norm() > 1e-3
    torch.testing.assert_close(steps[1] - before, steps[0] - before, rtol=1e-9, atol=1e-12)


def test_all_batch_norms_can_see_all_processes():
    """Also the units', and each keeps what it starts with."""
    model = MODELS.build(
        dict(type="ResNet3dSmallBig", depth=23, base_channels=4, extra_unit="default")
    )
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    number = sum(isinstance(module, torch.nn.BatchNorm3d) for module in model.modules())
    synced = convert_sync_batchnorm(model, "torch")
    assert number == sum(isinstance(m, torch.nn.SyncBatchNorm) for m in synced.modules()) > 30
    for name, tensor in synced.state_dict().items():
        assert torch.equal(tensor, before[name]), name


@pytest.mark.skipif(torch.cuda.is_available(), reason="a refusal where there is no GPU")
def test_sync_bn_without_a_gpu_is_refused(config):
    given = ["--launcher", "pytorch", "--cfg-options", "sync_bn=torch"]
    with pytest.raises(UserError, match=r"sync_bn='torch': .* need GPUs"):
        run_here("train", config, *given, cwd=config.parent)


def test_accumulating_nothing_is_refused(config):
    result = run("train.py", config, "--accumulate", 0)
    assert result.returncode == 2 and "--accumulate: invalid positive value" in result.stderr
