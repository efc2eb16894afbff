"""The tools, run as commands on tiny real video."""

import json
import pickle
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from mmengine.config import Config

from smallbig_mm.checks import machine
from smallbig_mm.compat.precision import has_bfloat16
from smallbig_mm.configs.identity import digest
from smallbig_mm.errors import WeightsError
from smallbig_mm.files import file_sha256
from smallbig_mm.records import store

from ..tool import RECORDS, TOOLS, fails, run, run_here, write_config
from ..videos import write_dataset


@pytest.fixture(scope="module")
def config(tmp_path_factory) -> Path:
    root = tmp_path_factory.mktemp("tools")
    write_dataset(root / "data", number=8)
    return write_config(root, root / "data")


@pytest.fixture(scope="module")
def trained(config) -> Path:
    """Work dir of two epochs of training, in which a video is broken."""
    broken = config.parent / "data" / "3.mp4"
    whole = broken.read_bytes()
    broken.write_bytes(whole[: len(whole) // 3])
    options = ["--work-dir", config.parent / "run", "--deterministic"]  # with the config's seed
    result = run("train.py", config, *options, cwd=config.parent)
    broken.write_bytes(whole)
    assert result.returncode == 0, result.stderr
    assert "No figures of this validation: 1 of the 8 videos" in result.stdout + result.stderr
    return config.parent / "run"


def losses(work_dir: Path) -> list[float]:
    log = next(work_dir.glob("*/vis_data/scalars.json"))
    return [r["loss"] for r in map(json.loads, log.read_text().splitlines()) if "loss" in r]


def test_broken_video_does_not_end_training(trained, config):
    assert losses(trained)


def records(kind: str, config: Path) -> list[store.Record]:
    return [r for r in store.read_all(RECORDS) if r.kind == kind and r.config == str(config)]


def test_training_leaves_a_record(trained, config):
    """Also one without a validation of the whole list, and it says why."""
    first = records("train", config)[0]
    assert list(first.metrics) == ["train/loss"]
    assert "3.mp4: it cannot be decoded" in first.detail["validation"]
    assert first.checkpoints[0].sha256 == file_sha256(trained / "epoch_2.pth")
    data, validated = first.data
    assert (data.samples, data.skipped, validated.skipped) == (8, 1, 1)
    assert data.sha256 == file_sha256(config.parent / "data/list.txt")
    assert first.seed == 0 and first.command.endswith(str(RECORDS))
    assert (first.input.frames, first.input.interval, first.input.batch) == (4, 2, 2)


def test_test_dumps_scores(trained, config, tmp_path):
    dump = tmp_path / "scores.pkl"
    result = run("test.py", config, trained / "epoch_2.pth", "--dump", dump, "--work-dir", tmp_path)
    assert result.returncode == 0, result.stderr
    record = records("test", config)[-1]
    (weights,) = record.checkpoints
    assert weights.sha256 == file_sha256(trained / "epoch_2.pth") and weights.origin == "trained"
    assert record.config_sha256 == digest(Config.fromfile(config))  # a dump is not another test
    assert (weights.training.epochs, weights.training.starts[0].batch) == (2, 2)
    assert f"acc/top1: {record.metrics['acc/top1']:.4f}" in result.stdout
    with open(dump, "rb") as file:
        samples = pickle.load(file)
    assert len(samples) == 8
    for sample in samples:
        torch.testing.assert_close(sample["pred_score"].sum(), torch.tensor(1.0))


def test_a_training_that_diverges_ends_before_it_saves_that(config, tmp_path):
    """Whether the loss shows it, or only the weights after an epoch's last step."""
    for steps, words in (
        (4, ("the loss is nan at step", "lower")),
        (1, ("weight is not finite",)),
    ):
        options = ["optim_wrapper.optimizer.lr=1e38", "optim_wrapper.optimizer.weight_decay=1e9"]
        options += [f"train_dataloader.batch_size={8 // steps}"]
        result = run(
            "train.py", config, "--work-dir", tmp_path, "--no-validate", "--cfg-options", *options
        )
        fails(result, *words)
        record = records("train", config)[-1]
        assert record.metrics.startswith("not run: ") and words[0] in record.metrics
        assert not list(tmp_path.glob("epoch_*.pth"))


def test_no_figure_is_made_of_scores_that_are_no_numbers(config, trained, tmp_path):
    content = torch.load(trained / "epoch_2.pth", weights_only=False)
    content["state_dict"]["cls_head.fc_cls.bias"][0] = float("nan")
    torch.save(content, tmp_path / "nan.pth")
    result = run("test.py", config, tmp_path / "nan.pth", "--work-dir", tmp_path)
    fails(result, "scores are not finite")
    assert "scores are not finite" in records("test", config)[-1].metrics


def test_a_wrapped_dataset_is_recorded(config, tmp_path):
    wrapped = config.with_name("wrapped.py")
    wrapped.write_text(
        f'_base_ = "{config}"\ninner = _base_.train_dataloader.dataset\n'
        "train_dataloader = dict(dataset=dict(_delete_=True, type='RepeatDataset', times=2, "
        "dataset=inner))\n"
    )
    result = run(
        "train.py", wrapped, "--work-dir", tmp_path, "--no-validate",
        "--cfg-options", "train_cfg.max_epochs=1",
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    (data,) = records("train", wrapped)[-1].data
    assert (data.samples, data.skipped) == (8, 0)


def test_a_missed_validation_is_made_up_for_and_belongs_to_its_checkpoint(trained, config):
    """The last validation of `trained` gave no figures; it is made on resuming."""
    folder = config.parent / "records"
    work = ["--work-dir", trained, "--records", folder]
    run_here("train", config, *work, "--resume", cwd=config.parent)
    (resumed,) = store.read_all(folder)
    last, best = resumed.checkpoints
    assert (last.file, last.role, best.role) == ("epoch_2.pth", "last", "best")
    assert last.sha256 == file_sha256(trained / "epoch_2.pth")
    assert best.file == "best_acc_top1_epoch_2.pth"
    assert [start.epoch for start in resumed.training.starts] == [0, 2]
    run_here("test", config, trained / "epoch_2.pth", *work, cwd=config.parent)
    tested = store.read_all(folder)[-1]
    assert tested.kind == "test"  # of the same videos, sampled alike
    assert {k: v for k, v in resumed.metrics.items() if k != "train/loss"} == tested.metrics


def test_what_was_not_validated_says_so(config, tmp_path):
    options = ["train_cfg.val_begin=9", "train_cfg.max_epochs=1", "experiment_name=unvalidated"]
    given = ["--work-dir", tmp_path / "run", "--cfg-options"]
    run_here("train", config, *given, *options, cwd=tmp_path)
    (record,) = store.read_all(tmp_path / "records")
    assert set(record.metrics) == {"train/loss"}
    assert record.detail["validation"] == "not run: not validated"
    # a config that is no part of the checkout: its record lies beside the work dir, and holds it
    assert record.resolved in {path.stem for path in (tmp_path / "records/settings").iterdir()}
    whole = store.settings_of(record.resolved, tmp_path / "records")
    assert whole["train_cfg"]["val_begin"] == 9 and whole["work_dir"] == str(tmp_path / "run")


def test_figures_that_are_no_numbers_go_to_a_file(trained, config, tmp_path, capsys):
    path = config.with_name("matrix.py")
    both = "[dict(type='AccMetric'), dict(type='ConfusionMatrix')]"
    path.write_text(f'_base_ = "{config}"\ntest_evaluator = {both}\n')
    given = ["--work-dir", tmp_path / "run"]
    run_here("test", path, trained / "epoch_2.pth", *given, cwd=tmp_path)
    (record,) = store.read_all(tmp_path / "records")
    assert set(record.metrics) == {"acc/top1", "acc/top5", "acc/mean1"}
    (matrix,) = record.attachments
    assert matrix.name == "confusion_matrix/result"
    assert matrix.sha256 == file_sha256(Path(matrix.file))
    counted = json.loads(Path(matrix.file).read_text())
    assert sum(map(sum, counted)) == 8
    right = sum(row[number] for number, row in enumerate(counted))
    assert right / 8 == record.metrics["acc/top1"]
    assert f"confusion_matrix/result: {matrix.file}" in capsys.readouterr().out


ODD = """
from mmengine.evaluator import BaseMetric
from mmengine.registry import METRICS

@METRICS.register_module()
class Odd(BaseMetric):
    def process(self, data_batch, data_samples):
        self.results += [1 for _ in data_samples]

    def compute_metrics(self, results):
        return {"pairs": {(0, 1): {2, 3}}, "name": "odd", "none": None}
"""


def test_a_matrix_before_the_numbers_ends_no_training_and_no_test(config, tmp_path, monkeypatch):
    """Neither do figures that are not even JSON; the best checkpoint follows from a number."""
    (tmp_path / "odd_metric.py").write_text(ODD)
    monkeypatch.syspath_prepend(tmp_path)
    path = config.with_name("odd.py")
    kinds = "[dict(type='ConfusionMatrix'), dict(type='Odd'), dict(type='AccMetric')]"
    imports = "dict(imports=['smallbig_mm', 'odd_metric'], allow_failed_imports=False)"
    loop = "train_cfg = dict(max_epochs=1, val_interval=1)"
    path.write_text(
        f'_base_ = "{config}"\ncustom_imports = {imports}\n{loop}\n'
        f"val_evaluator = {kinds}\ntest_evaluator = {kinds}\n"
    )
    given = ["--work-dir", tmp_path / "run", "--cfg-options"]
    run_here("train", path, *given, "experiment_name=odd1", cwd=tmp_path)
    run_here(
        "test", path, tmp_path / "run/epoch_1.pth", *given, "experiment_name=odd2", cwd=tmp_path
    )
    for record in store.read_all(tmp_path / "records"):
        assert set(record.metrics) - {"train/loss"} == {
            "acc/top1",
            "acc/top5",
            "acc/mean1",
        }
        kept = {a.name: json.loads(Path(a.file).read_text()) for a in record.attachments}
        assert kept["name"] == "odd" and kept["none"] is None
        assert kept["pairs"] == {"(0, 1)": "{2, 3}"}
        assert sum(map(sum, kept["confusion_matrix/result"])) == 8
    assert list((tmp_path / "run").glob("best_acc_top1_*.pth"))


def test_weights_that_fit_nothing_are_refused(config, trained, tmp_path):
    other = tmp_path / "other.pth"
    torch.save({"state_dict": {"x.weight": torch.ones(3)}}, other)
    given = ["--work-dir", tmp_path / "run", "--no-validate", "--cfg-options"]
    with pytest.raises(WeightsError, match=r"other\.pth: 0 of the network's \d+ tensors"):
        run_here("train", config, *given, f"load_from={other}", cwd=tmp_path)
    torch.save({"conv.weight": torch.ones(3, 3, 7, 7)}, other)
    option = f"model.backbone.pretrained={other}"
    with pytest.raises(WeightsError, match=r"other\.pth"):
        run_here("train", config, *given, option, "experiment_name=unfit", cwd=tmp_path)


def test_two_processes_train_as_one(config, tmp_path):
    """Same clips a step in two CPU processes: the loss starts the same and stays near.

    Stages are frozen in both.
    """
    options = ["--no-validate", "--cfg-options", "default_hooks.logger.interval=1"]
    options += ["model.backbone.frozen_stages=1"]
    single_batch = ["train_dataloader.sampler.shuffle=False", "train_dataloader.batch_size=4"]
    double_batch = ["train_dataloader.sampler.shuffle=False", "train_dataloader.batch_size=2"]
    a = run("train.py", config, "--work-dir", tmp_path / "one", *options, *single_batch)
    b = run(
        "dist_train.sh",
        config,
        2,
        "--work-dir",
        tmp_path / "two",
        *options,
        *double_batch,
        PORT="29611",
    )
    assert a.returncode == 0 and b.returncode == 0, a.stderr + b.stderr
    one, two = records("train", config)[-2:]
    assert (one.env["processes"], two.env["processes"]) == (1, 2)
    assert two.metrics["train/loss"] == pytest.approx(one.metrics["train/loss"], rel=0.25)
    assert two.checkpoints[0].sha256 == file_sha256(tmp_path / "two/epoch_2.pth")
    weights = [
        torch.load(tmp_path / name / "epoch_2.pth", weights_only=True)["state_dict"]
        for name in ("one", "two")
    ]
    for name in weights[0]:
        if name.startswith(("backbone.conv1", "backbone.layer1")):
            assert torch.equal(weights[0][name], weights[1][name]), name
    single, double = losses(tmp_path / "one"), losses(tmp_path / "two")
    assert len(single) == len(double) == 4
    assert single == pytest.approx(double, rel=0.25)  # batch norms see half as many clips
    test = run(
        "dist_test.sh", config, tmp_path / "two" / "epoch_2.pth", 2,
        "--work-dir", tmp_path / "test", PORT="29612",
    )  # fmt: skip
    assert test.returncode == 0, test.stderr


def test_skipped_videos_are_counted_over_processes_and_starts(tmp_path):
    """Two in two processes, a third after resuming in one; a file in the work dir names them."""
    write_dataset(tmp_path / "data", number=8)
    config = write_config(tmp_path, tmp_path / "data")
    given = ["--work-dir", tmp_path / "run", "--no-validate"]
    shuffle = ["--cfg-options", "train_dataloader.sampler.shuffle=False"]
    for number in (0, 1):
        (tmp_path / f"data/{number}.mp4").write_text("no video")
    two = run("dist_train.sh", config, 2, *given, *shuffle, "train_cfg.max_epochs=1", PORT="29613")
    assert two.returncode == 0, two.stderr
    (tmp_path / "data/2.mp4").write_text("no video")
    one = run("train.py", config, *given, "--resume", *shuffle)
    assert one.returncode == 0, one.stderr
    first, second = (record.data[0] for record in records("train", config))
    assert (first.skipped, second.skipped) == (2, 3)
    named = (tmp_path / "run/skipped_train.jsonl").read_text()
    assert all(f"data/{number}.mp4: " in named for number in (0, 1, 2))
    again = run("train.py", config, *given, *shuffle, "train_cfg.max_epochs=1")
    assert again.returncode == 0, again.stderr
    assert records("train", config)[-1].data[0].skipped == 3  # counted anew, not added


def test_flops_as_json_survives_wrong_configs(config, tmp_path):
    unknown = tmp_path / "unknown.py"
    unknown.write_text(f'_base_ = "{config}"\nmodel = dict(backbone=dict(unit=3))\n')
    given = [unknown, config, "configs/r24.py"]
    result = run("flops.py", *given, "--json", "--clip", 4, 32, 32)
    fails(result, "2 of 3")
    assert f"error: {unknown}: " in result.stderr and "'unit'" in result.stderr
    record = json.loads(result.stdout)
    assert record["clip"] == [4, 32, 32] and record["macs"] > 0 and "sigmoid" in record["uncounted"]


def test_flops_table():
    result = run("flops.py", "configs/r23_k400.py", "--size", 64, "--modules", 2)
    assert result.returncode == 0, result.stderr
    assert "11.35 M" in result.stdout and "backbone.layer3" in result.stdout


@pytest.mark.parametrize("tool", sorted(path.name for path in TOOLS.glob("[!_]*.*[!d]")))
def test_help_shows_an_example(tool):
    if tool in ("quickstart.sh", "run_tests.sh"):
        assert "e.g. tools/" in (TOOLS / tool).read_text()
        return
    result = run(tool, "--help")
    assert result.returncode == 0, result.stderr
    assert "xample" in result.stdout or "e.g." in result.stdout
    assert f"tools/{tool}" in result.stdout


def test_bfloat16_trains_where_the_machine_has_it(config, tmp_path):
    """Else it is refused, though PyTorch could do it, slowly."""
    result = run(
        "train.py", config, "--amp", "--work-dir", tmp_path, "--records", tmp_path / "records"
    )
    if not torch.cuda.is_available() and not has_bfloat16():
        return fails(result, "no bfloat16")
    assert result.returncode == 0, result.stderr
    (record,) = map(store.read, (tmp_path / "records").glob("train/*.json"))
    assert [start.precision for start in record.training.starts] == ["bfloat16"]


def test_a_work_dir_is_of_one_training(config, trained, tmp_path):
    shutil.copytree(trained, tmp_path / "run")
    again = (config, "--work-dir", tmp_path / "run", "--cfg-options", "train_cfg.max_epochs=1")
    taken = "import fcntl, sys; f = open(sys.argv[1], 'w'); fcntl.lockf(f, fcntl.LOCK_EX); "
    taken += "print(flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", taken, tmp_path / "run" / machine.LOCK]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        other.stdout.readline()
        fails(run("train.py", *again), f"--work-dir {tmp_path / 'run'}", "another training")
        other.stdin.close()
    result = run("train.py", *again)
    assert result.returncode == 0, result.stderr
    warned = "has checkpoints of an earlier training, which this one writes over"
    assert warned in " ".join((result.stdout + result.stderr).split())


def test_wrong_arguments_end_in_one_line(config, trained, tmp_path):
    checkpoint = trained / "epoch_2.pth"
    fails(run("train.py", "configs/none.py"), "configs/none.py", "no such file")
    fails(run("train.py", config, "--cfg-options", "model.backbone.depth=24"), "depth=24")
    fails(run("train.py", config, "--resume", tmp_path / "none.pth"), "none.pth")
    fails(run("train.py", config.parent), "is a folder")
    fails(run("train.py", "smallbig_r50_k400"), "is smallbig_mm::smallbig_r50_k400.py")
    (tmp_path / "own.py").write_text("")
    fails(run("train.py", tmp_path / "own"), f"{tmp_path / 'own'}: no such file; smallbig-mm list")
    fails(run("train.py", config, "--cfg-options", "a"), "--cfg-options a", "KEY=VALUE")
    beside = tmp_path / "beside.py"
    beside.write_text("classes = open('classes.txt').read()\n")
    fails(run("train.py", beside, cwd=tmp_path), "classes.txt", f"here {tmp_path}")
    loop = ("--work-dir", tmp_path / "loop", "--cfg-options", "train_cfg.max_epoch=1")
    fails(run("train.py", config, *loop), "error: train_cfg.max_epoch: ", "EpochBasedTrainLoop")
    head = ("--work-dir", tmp_path / "loop", "--cfg-options", "model.cls_head.widht=1")
    fails(run("train.py", config, *head), "model.cls_head.widht: ")
    fp16 = ("--cfg-options", "test_cfg.fp16=True")
    fails(run("test.py", config, checkpoint, *fp16), "test_cfg.fp16", "--precision bf16")
    fails(
        run(
            "train.py", config, "--work-dir", tmp_path, "--resume", checkpoint,
            "--cfg-options", "model.backbone.extra_unit=None",
        ),
        "another architecture",
    )  # fmt: skip
    broken = tmp_path / "broken"
    (broken).mkdir()
    (broken / "empty.mp4").touch()
    (broken / "list.txt").write_text("empty.mp4 0\n")
    options = [
        f"test_dataloader.dataset.ann_file={broken / 'list.txt'}",
        "test_dataloader.num_workers=1",
    ]
    options += [f"test_dataloader.dataset.data_prefix.video={broken}"]
    fails(
        run("test.py", config, checkpoint, "--work-dir", tmp_path, "--cfg-options", *options),
        "error: ", "empty.mp4: the file is empty", "list.txt",
    )  # fmt: skip
    fails(run("test.py", config, tmp_path / "none.pth"), "none.pth", "no such file")
    fails(run("test.py", config, checkpoint, "--dump", "scores.json"), ".pkl")
    fails(run("test.py", config, checkpoint, "--dump", checkpoint / "scores.pkl"), "is a file")
    fails(run("test.py", "configs/table10/26_smallbig_en.py", checkpoint), "an ensemble's; test")
    fails(run("train.py", config, "--work-dir", checkpoint / "x"), "epoch_2.pth", "cannot be writ")
    fails(
        run("test.py", config, checkpoint, "--cfg-options", "model.backbone.extra_unit=None"),
        "another architecture",
    )
    fails(
        run("test.py", config, checkpoint, "--cfg-options", "model.cls_head.num_classes=1"),
        "line 2",
        "label '1'",
    )
    (tmp_path / "file").touch()
    fails(
        run("train.py", config, "--work-dir", tmp_path, "--records", tmp_path / "file"),
        "--records", "file", "no record can be written",
    )  # fmt: skip
    missing = f"train_dataloader.dataset.ann_file={tmp_path / 'none.txt'}"
    fails(run("train.py", config, "--cfg-options", missing), "none.txt", "README")
    result = run("dist_train.sh", config)
    assert result.returncode == 2 and "CONFIG GPUS" in result.stdout
