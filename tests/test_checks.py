"""What is wrong is said before a run starts, all of it, and nothing else changes."""

import copy
import importlib.util
import os
import re
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from mmaction.registry import MODELS
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmengine.runner import Runner

from smallbig_mm.checkpoints import load_for
from smallbig_mm.checks import machine, settings
from smallbig_mm.configs import load_config
from smallbig_mm.errors import Problems, UserError, VideoDecodeError, WeightsError
from smallbig_mm.files import CONFIGS
from smallbig_mm.records import store
from smallbig_mm.records.training import count_loaded_from

from .tool import CONFIG, ROOT, run, run_here
from .videos import write_dataset


@pytest.fixture(scope="module")
def config(tmp_path_factory) -> Path:
    root = tmp_path_factory.mktemp("checks")
    write_dataset(root / "data", number=6)
    path = root / "tiny.py"
    path.write_text(CONFIG.format(configs=ROOT / "configs", data=root / "data"))
    return path


def train(config: Path, work: Path, *options: str, arguments: tuple = ()) -> None:
    name = f"experiment_name=n{os.urandom(4).hex()}"  # mmengine's loggers are one a name
    settings = ["train_cfg.max_epochs=1", "train_cfg.val_interval=1", name, *options]
    given = ["--work-dir", work / "run", *arguments, "--cfg-options", *settings]
    run_here("train", config, *given, cwd=work)


def test_all_that_is_wrong_is_said_at_once(config, tmp_path):
    (tmp_path / "file").touch()
    torch.save({"conv.weight": torch.ones(3, 3, 7, 7)}, tmp_path / "other.pth")
    wrong = config.with_name("wrong.py")
    wrong.write_text(
        f'_base_ = "{config}"\n'
        "optim_wraper = dict(optimizer=dict(lr=1))\n"
        "param_scheduler = [dict(type='MultiStepLR', milestone=[1])]\n"
        f"load_from = '{tmp_path / 'none.pth'}'\n"
        f"model = dict(backbone=dict(pretrained='{tmp_path / 'other.pth'}'))\n"
        f"val_dataloader = dict(dataset=dict(ann_file='{tmp_path / 'none.txt'}'))\n"
    )
    given = ["--work-dir", tmp_path / "run", "--records", tmp_path / "file"]
    result = run("train.py", wrong, *given)
    assert result.returncode == 2 and "Traceback" not in result.stderr, result.stderr
    said = [line for line in result.stderr.splitlines() if line.startswith("error: ")]
    expected = [
        ("--records", "file"),
        ("wrong.py", "optim_wraper", "optim_wrapper"),
        ("none.txt", "no such file"),
        ("param_scheduler", "milestone"),
        ("other.pth", "fits nothing"),
        ("load_from", "none.pth"),
    ]
    assert len(said) == len(expected)
    for words in expected:
        assert any(all(word in line for word in words) for line in said), words
    assert not list((tmp_path / "run").rglob("*.pth"))


@pytest.mark.parametrize(
    "wrong, meant",
    [
        ("optim_wraper", "optim_wrapper"),
        ("train_dataloder", "train_dataloader"),
        ("param_shedulers", "param_scheduler"),
        ("visualiser", "visualizer"),
        ("defualt_hooks", "default_hooks"),
        ("costum_hooks", "custom_hooks"),
        ("load_form", "load_from"),
    ],
)
def test_a_key_that_is_nearly_one_is_refused(wrong, meant):
    cfg = Config({meant: 1, wrong: 2, "train_pipeline": [], "train_loader": {}})
    with pytest.raises(Problems, match=f"^config .*: {wrong} means nothing; if {meant} is meant"):
        settings.check_keys(cfg)


def test_no_config_of_this_package_is_refused_for_its_keys():
    paths = sorted(
        {*CONFIGS.glob("*.py"), *CONFIGS.glob("*/r23.py"), *CONFIGS.glob("table1*/1*.py")}
    )
    for path in paths:
        settings.check_keys(load_config(str(path)))
    assert len(paths) > 20


def test_what_a_config_sets_in_vain_is_said(config, tmp_path, capsys):
    own = config.with_name("vain.py")
    own.write_text(
        f'_base_ = "{config}"\ntrain_pipeline = _base_.train[:-1]\ntest_pipeline = _base_.test\n'
        "param_scheduler = [dict(type='CosineAnnealingLR', T_max=9, by_epoch=True, end=9)]\n"
    )
    train(own, tmp_path, arguments=("--no-validate",))
    said = capsys.readouterr().out
    assert "train_pipeline is not used; give it to the dataset: train_dataloader = " in said
    assert "test_pipeline is not used" not in said
    assert "schedule ends after epoch 9, the training after 1: " in said
    with pytest.raises(UserError, match=r"--cfg-options crop: nothing reads crop, and .*vain"):
        train(own, tmp_path, "crop=64")


def test_training_is_as_without_checks(config, tmp_path):
    """To the last bit, though a network is built and videos are read before it."""
    option = "model.backbone.init_cfg=None"
    train(config, tmp_path, option, arguments=("--no-validate",))
    cfg = load_config(str(config), {"train_cfg.max_epochs": 1})
    cfg.val_cfg = cfg.val_dataloader = cfg.val_evaluator = None
    cfg.work_dir, cfg.experiment_name = str(tmp_path / "plain"), "plain"
    Runner.from_cfg(cfg).train()
    one, other = (
        torch.load(tmp_path / name / "epoch_1.pth", weights_only=True)["state_dict"]
        for name in ("run", "plain")
    )
    assert all(torch.equal(tensor, other[name]) for name, tensor in one.items())


def test_first_and_last_videos_are_read(config, tmp_path, capsys):
    """One that training skips is a warning; none that can be read, or one of validation, is not."""
    data = shutil.copytree(config.parent / "data", tmp_path / "data")
    places = [f"{split}_dataloader.dataset.data_prefix.video={data}" for split in ("train", "val")]
    (data / "5.mp4").write_text("no video")
    with pytest.raises(VideoDecodeError, match=r"data/5\.mp4: .*list\.txt"):
        train(config, tmp_path, *places)
    assert not list(tmp_path.rglob("*.pth"))
    train(config, tmp_path, *places, arguments=("--no-validate",))
    assert re.search(r"5\.mp4: .*; training skips it", capsys.readouterr().out)
    for number in (0, 3):
        (data / f"{number}.mp4").write_text("no video")
    with pytest.raises(Problems, match=r"0\.mp4: .*\n.*3\.mp4: .*\n.*5\.mp4: "):
        train(config, tmp_path, *places, arguments=("--no-validate",))


def test_batch_and_learning_rate_are_said(config, tmp_path, capsys):
    """And that the batch the rate is meant for is another optimiser's."""
    only = ("--no-validate",)
    train(config, tmp_path, arguments=only)
    said = capsys.readouterr().out
    assert "Batch 2 = 2 x 1 processes x 1 accumulated; learning rate 0.02" in said
    assert "batch of 2 goes with a learning rate of 0.0003125, not 0.02, which is meant for" in said
    adam = config.with_name("adam.py")
    adam.write_text(
        f'_base_ = "{config}"\n'
        "optim_wrapper = dict(optimizer=dict(_delete_=True, type='AdamW', lr=0.128))\n"
    )
    train(adam, tmp_path, arguments=(*only, "--auto-scale-lr"))
    said = capsys.readouterr().out
    assert "learning rate 0.002\n" in said
    assert "goes with a learning rate" not in said
    assert re.search(r"base_batch_size=128 is that of SGD in \S*sgd_110e\.py, .* AdamW", said)
    adam.write_text(f"{adam.read_text()}auto_scale_lr = dict(base_batch_size=64)\n")
    train(adam, tmp_path, arguments=(*only, "--auto-scale-lr"))
    assert "is that of SGD" not in capsys.readouterr().out  # it says itself what batch it is


def test_a_full_disk_is_seen_before(config, tmp_path, monkeypatch, capsys):
    """The size of a checkpoint is that of the file, with the optimiser's state."""
    only = ("--no-validate",)
    wide = ("model.backbone.base_channels=16", "model.cls_head.in_channels=512")
    train(config, tmp_path, *wide, arguments=only)
    file = tmp_path / "run/epoch_1.pth"
    size = file.stat().st_size
    file.unlink()
    adam = config.with_name("adam2.py")
    optimiser = "dict(_delete_=True, type='Adam', lr=0.1)"
    adam.write_text(f'_base_ = "{config}"\noptim_wrapper = dict(optimizer={optimiser})\n')
    free = SimpleNamespace(free=0)
    monkeypatch.setattr(machine.shutil, "disk_usage", lambda path: free)
    for trained, expected in ((config, size), (adam, size * 3 / 2)):  # a second state a parameter
        with pytest.raises(UserError, match=r"0 MB are free, .* 1 \+ 1 of the best") as error:
            train(trained, tmp_path, *wide, arguments=only)
        found = re.search(r"about (\d+) MB", str(error.value))
        assert found is not None
        assert float(found[1]) * 1e6 == pytest.approx(expected, rel=0.15)
    free.free = 1.5 * size
    with pytest.raises(UserError, match="are to be kept"):
        train(config, tmp_path, *wide, "train_cfg.max_epochs=3", arguments=only)
    free.free = 3 * size
    capsys.readouterr()
    few = ("train_cfg.max_epochs=5", "train_cfg.val_begin=9")
    train(config, tmp_path, *wide, *few, arguments=only)
    assert re.search(r"4 \+ 1 of the best are to be kept", capsys.readouterr().out)


def test_little_shared_memory_is_a_warning(config, tmp_path, monkeypatch, capsys):
    usage = machine.shutil.disk_usage
    little = SimpleNamespace(free=100)
    monkeypatch.setattr(
        machine.shutil, "disk_usage", lambda path: little if path == machine.SHM else usage(path)
    )
    train(config, tmp_path, arguments=("--no-validate",))
    assert "--shm-size" not in capsys.readouterr().out  # no loader processes
    train(config, tmp_path, "train_dataloader.num_workers=1", arguments=("--no-validate",))
    assert "--shm-size" in capsys.readouterr().out


def test_a_folder_that_cannot_be_written_to_is_named(config, tmp_path):
    (tmp_path / "run").touch()
    with pytest.raises(UserError, match=r"--work-dir .*run: cannot be written to"):
        train(config, tmp_path)


@pytest.fixture(scope="module")
def network() -> torch.nn.Module:
    init_default_scope("mmaction")
    backbone = dict(type="ResNet3dSmallBig", depth=23, base_channels=4)
    head = dict(type="I3DHead", num_classes=2, in_channels=128)
    return MODELS.build(dict(type="Recognizer3D", backbone=backbone, cls_head=head))


@pytest.mark.parametrize("container", [None, "model_state", "model", "state_dict_ema"])
@pytest.mark.parametrize("prefix", ["_orig_mod.", "module._orig_mod.", "model.module.", "inner"])
def test_a_checkpoint_loads_whatever_wrapped_it(network, container, prefix, tmp_path):
    """To be tested, and as `load_from`; `inner`: only the backbone was compiled."""
    network = copy.deepcopy(network)
    old = {name: torch.randn(t.shape).to(t.dtype) for name, t in network.state_dict().items()}
    if prefix == "inner":
        named = {n.replace("backbone.", "backbone._orig_mod."): t for n, t in old.items()}
    else:
        named = {f"{prefix}{n}": t for n, t in old.items()}
    path = tmp_path / "x.pth"
    torch.save(named if container is None else {container: named, "epoch": 3}, path)
    load_for(network, path)
    assert all(torch.equal(t, old[name]) for name, t in network.state_dict().items())
    checkpoint = torch.load(path, weights_only=True)
    weights = count_loaded_from(network, checkpoint, path)
    assert weights["loaded"] == weights["tensors"] == len(old)
    assert checkpoint["state_dict"].keys() == old.keys()  # which mmengine loads


def test_a_load_from_of_another_network_is_refused(network, tmp_path):
    """Half of the tensors must fit, and some of each block; a new head may not."""
    path = tmp_path / "x.pth"
    own = network.state_dict()
    path.touch()
    new = {n: t for n, t in own.items() if not n.startswith("cls_head")}
    found = count_loaded_from(network, dict(state_dict=new), "https://nowhere.invalid/x.pth")
    assert (found["file"], found["sha256"]) == ("x.pth", "not run: neither a file nor a URL")
    found = count_loaded_from(network, dict(state_dict=new), path)
    assert (found["loaded"], found["tensors"]) == (len(own) - 2, len(own))
    shallow = {n: t for n, t in own.items() if "layer3.2." not in n}
    with pytest.raises(WeightsError, match=r"x\.pth: .* none of layer3\.2; give a checkpoint"):
        count_loaded_from(network, dict(state_dict=shallow), path)
    few = dict(list(own.items())[: len(own) // 3])
    with pytest.raises(WeightsError, match=rf"{len(few)} of the network's {len(own)} tensors"):
        count_loaded_from(network, dict(state_dict=few), path)
    with pytest.raises(WeightsError, match="no state dict"):
        count_loaded_from(network, dict(epoch=3), path)


def test_a_bare_state_dict_is_averaged_and_the_rate_may_be_pytorchs(config, network, tmp_path):
    """`EMAHook` looks for `state_dict` before other hooks do."""
    torch.save(network.state_dict(), tmp_path / "bare.pth")
    own = tmp_path / "own.py"
    own.write_text(
        f'_base_ = "{config}"\nload_from = "{tmp_path / "bare.pth"}"\n'
        'custom_hooks = [dict(type="EMAHook")]\n'
        'optim_wrapper = dict(optimizer=dict(_delete_=True, type="AdamW"))\n'
    )
    train(own, tmp_path)
    (record,) = store.read_all(tmp_path / "records")
    assert record.training.load_from.loaded == len(network.state_dict())
    assert (record.training.starts[0].ema, record.training.starts[0].lr) == (True, 1e-3)


def test_a_visualiser_s_missing_package_is_said_before(config, tmp_path, monkeypatch):
    """All of them; one that is there is not named."""
    find = importlib.util.find_spec
    gone = lambda name, *more: None if name in ("tensorboard", "wandb") else find(name, *more)  # noqa: E731
    monkeypatch.setattr(importlib.util, "find_spec", gone)
    path = config.with_name("backends.py")
    kinds = ("LocalVisBackend", "TensorboardVisBackend", "WandbVisBackend")
    backends = [dict(type=kind) for kind in kinds]
    path.write_text(f'_base_ = "{config}"\nvisualizer = dict(vis_backends={backends})\n')
    with pytest.raises(Problems) as caught:
        train(path, tmp_path)
    first, second = map(str, caught.value.problems)
    assert "TensorboardVisBackend needs tensorboard: pip install tensorboard" in first
    assert "pip install wandb" in second
