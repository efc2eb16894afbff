"""What fills a row and what does not, with records that the tools wrote."""

import shutil
from itertools import count
from pathlib import Path

import pytest
import torch

from smallbig_mm.configs import load_config
from smallbig_mm.errors import RecordError
from smallbig_mm.paper import ListSize, Row
from smallbig_mm.records import store
from smallbig_mm.records.schema import Record, Weights
from smallbig_mm.report import judging
from smallbig_mm.report.judging import Target, Verdict, judge
from smallbig_mm.report.lines import lines, members_at

from ..tool import CONFIG, ROOT, run, run_here
from ..videos import write_dataset

CELLS = dict.fromkeys(("label", "backbone", "frames", "size", "top1", "top5"), "")
RECIPE = """
dataset = "toy"
auto_scale_lr = dict(base_batch_size=2)
train_cfg = dict(max_epochs=2, val_interval=9)
"""


class Paper:
    """Rows of toy configs: a network, a narrower one, their ensemble, and a longer training."""

    def __init__(self, root: Path) -> None:
        self.root, self.records, self.number = root, root / "records", count()
        write_dataset(root / "data", number=4, frames=12)
        text = CONFIG.format(configs=ROOT / "configs", data=root / "data")
        text = text.replace("num_classes=2", "num_classes=6")  # or there is no top-5
        (root / "a.py").write_text(text + RECIPE)
        narrow = "dict(backbone=dict(base_channels=2), cls_head=dict(in_channels=64))"
        (root / "b.py").write_text(f'_base_ = "a.py"\nmodel = {narrow}\n')
        (root / "both.py").write_text('members = ["a.py", "b.py"]\nnum_clips = 3\n')
        (root / "longer.py").write_text('_base_ = "a.py"\ntrain_cfg = dict(max_epochs=3)\n')
        (root / "clips.py").write_text(
            '_base_ = "a.py"\nsample = dict(_base_.sample, num_clips=3, test_mode=True)\n'
            "first, _, *rest = _base_.test\n"
            "test_dataloader = dict(dataset=dict(pipeline=[first, sample, *rest]))\n"
        )
        self.rows = [
            Row(f"table05/{name}", 5, CELLS, (root / f"{name}.py",))
            for name in ("a", "b", "both", "longer", "clips")
        ]

    def run(self, tool: str, *arguments: object) -> None:
        name = f"experiment_name={tool}{next(self.number)}"  # mmengine's loggers are one a name
        options = ["--cfg-options", name] if "--cfg-options" not in arguments else [name]
        run_here(tool, *arguments, *options, "--records", self.records, cwd=self.root)

    def filled(self) -> dict[str, str]:
        """Status by row."""
        every = lines(store.read_all(self.records), self.rows, self.records)
        found = {line.row.id.split("/")[1]: line for line in every}
        return {
            name: "measured" if line.test else "converted"
            for name, line in found.items()
            if line.test or line.converted
        }

    def newest(self, kind: str = "test") -> Record:
        return [r for r in store.read_all(self.records) if r.kind == kind][-1]

    def judged(self, record: Record, row: str = "a") -> Verdict:
        (path,) = next(r.configs for r in self.rows if r.id == f"table05/{row}")
        return judge(record, Target.of(members_at(path)), self.records)


@pytest.fixture(scope="module")
def paper(tmp_path_factory) -> Paper:
    made = Paper(tmp_path_factory.mktemp("paper"))
    for name in "ab":
        made.run("train", f"{name}.py")
    return made


@pytest.fixture
def fresh(paper):
    """The paper with no test of it recorded."""
    shutil.rmtree(paper.records / "test", ignore_errors=True)
    return paper


@pytest.fixture
def good(fresh) -> Record:
    fresh.run("test", "a.py", "work_dirs/a/epoch_2.pth")
    return fresh.newest()


def test_a_test_of_its_recipes_weights_fills_its_row_and_no_other(good, fresh):
    assert fresh.filled() == {"a": "measured"}
    training = good.checkpoints[0].training
    assert (training.epochs, training.starts[0].batch, training.starts[0].lr) == (2, 2, 0.02)
    assert training.data.samples == 4 and training.data.dataset == "toy"


def test_an_ensemble_fills_its_row_and_its_members_none_with_its_clips(fresh):
    weights = ["work_dirs/a/epoch_2.pth", "work_dirs/b/epoch_2.pth"]
    fresh.run("ensemble", "both.py", *weights, "--cfg-options", "test_dataloader.batch_size=2")
    # its members' tests are recorded as well, with the ensemble's three clips
    assert fresh.filled() == {"both": "measured", "clips": "measured"}


def test_weights_of_an_earlier_epoch_fill_nothing(fresh):
    fresh.run("test", "a.py", "work_dirs/a/epoch_1.pth")
    assert fresh.filled() == {}
    assert fresh.judged(fresh.newest()).differences == ("epochs: 1, the row's recipe 2",)


@pytest.mark.parametrize(
    "options, words",
    [
        (["train_dataloader.batch_size=4"], ["batch: 4, the row's recipe 2"]),
        (["optim_wrapper.accumulative_counts=2"], ["batch: 4, the row's recipe 2"]),
        (
            ["train_dataloader.batch_size=4", "auto_scale_lr.enable=True"],
            ["batch: 4, the row's recipe 2", "lr: 0.04, the row's recipe 0.02"],
        ),
        (["optim_wrapper.optimizer.momentum=0.5"], ["optim_wrapper.optimizer.momentum: 0.5, the"]),
        (
            ["load_from={a}", "custom_hooks.0.type=EMAHook"],
            ["ema: True, the row's recipe False", "load_from: epoch_2.pth, the row's recipe none"],
        ),
    ],
)
def test_another_recipe_fills_nothing_and_is_named(options, words, fresh, tmp_path):
    options = [option.format(a=fresh.root / "work_dirs/a/epoch_2.pth") for option in options]
    if any("EMA" in option for option in options):
        config = tmp_path / "ema.py"
        config.write_text(
            f'_base_ = "{fresh.root}/a.py"\ncustom_hooks = [dict(type="EMAHook")]\n'
            f"load_from = {str(fresh.root / 'work_dirs/a/epoch_2.pth')!r}\n"
        )
        fresh.run("train", config, "--work-dir", tmp_path)
    else:
        fresh.run("train", "a.py", "--work-dir", tmp_path, "--cfg-options", *options)
    fresh.run("test", "a.py", tmp_path / "epoch_2.pth")
    assert fresh.filled() == {}
    differences = fresh.judged(fresh.newest()).differences
    assert len(differences) == len(words)
    assert all(
        text.startswith(word) for word, text in zip(sorted(words), sorted(differences), strict=True)
    )


def test_a_batch_made_of_smaller_ones_is_the_recipe(good, fresh):
    """Two in one process, or one in each of two: the step is the same."""
    (checkpoint,) = good.checkpoints
    (start,) = checkpoint.training.starts
    parts = dict(batch_per_process=1, processes=2, accumulation=1)
    start = start.model_copy(update=parts)
    training = checkpoint.training.model_copy(update=dict(starts=[start]))
    checkpoint = checkpoint.model_copy(update=dict(training=training))
    assert fresh.judged(good.model_copy(update=dict(checkpoints=[checkpoint]))).status


def test_a_resumed_training_remembers_its_first_start(fresh, tmp_path):
    first = ["--cfg-options", "optim_wrapper.optimizer.weight_decay=0.1"]
    fresh.run("train", "longer.py", "--work-dir", tmp_path, *first)
    (tmp_path / "epoch_3.pth").unlink()
    (tmp_path / "last_checkpoint").write_text(str(tmp_path / "epoch_2.pth"))
    fresh.run("train", "longer.py", "--work-dir", tmp_path, "--resume")
    fresh.run("test", "longer.py", tmp_path / "epoch_3.pth")
    verdict = fresh.judged(fresh.newest(), "longer")
    assert verdict.differences == ("settings from epoch 0 on: others than at the end",)
    training = fresh.newest("train").training
    assert [start.epoch for start in training.starts] == [0, 2] and training.epochs == 3


def test_weights_from_elsewhere_are_converted_and_weights_without_a_word_nothing(fresh, tmp_path):
    tensors = torch.load(fresh.root / "work_dirs/a/epoch_2.pth", weights_only=True)["state_dict"]
    torch.save(dict(state_dict=tensors), tmp_path / "bare.pth")
    fresh.run("test", "a.py", tmp_path / "bare.pth")
    assert fresh.filled() == {}
    assert "does not say how it was trained" in fresh.judged(fresh.newest()).differences[0]
    meta = dict(origin="converted from a checkpoint")
    torch.save(dict(state_dict=tensors, meta=meta), tmp_path / "converted.pth")
    fresh.run("test", "a.py", tmp_path / "converted.pth")
    assert fresh.filled() == {"a": "converted", "longer": "converted"}  # their test is the same


def test_converted_weights_bring_the_normalisation_of_their_input_and_no_other_network(
    fresh, tmp_path
):
    tensors = torch.load(fresh.root / "work_dirs/a/epoch_2.pth", weights_only=True)["state_dict"]
    mean, dropout = "model.data_preprocessor.mean", "model.cls_head.dropout_ratio"
    theirs = {mean: [114.75, 114.75, 114.75], dropout: 0.1}
    meta = dict(origin="converted from a checkpoint", settings=theirs)
    torch.save(dict(state_dict=tensors, meta=meta), tmp_path / "converted.pth")
    weights = ["test", "a.py", tmp_path / "converted.pth"]
    options = ["--cfg-options", f"{mean}=114.75,114.75,114.75"]
    fresh.run(*weights, *options)
    assert "a" in fresh.filled()
    fresh.run(*weights, *options, f"{dropout}=0.1")
    (said,) = fresh.judged(fresh.newest()).differences
    assert said.startswith(f"{dropout}: 0.1, the row's")
    fresh.run(*weights)  # as the row has it, which is not as the weights need it
    assert any(mean in said for said in fresh.judged(fresh.newest()).differences)


def test_a_newer_record_that_does_not_qualify_hides_nothing(good, fresh, tmp_path):
    part = tmp_path / "list.txt"
    part.write_text("0.mp4 0\n")
    option = ["--cfg-options", f"test_dataloader.dataset.ann_file={part}", "dataset=other"]
    fresh.run("test", "a.py", "work_dirs/a/epoch_2.pth", *option)
    (line,) = lines(store.read_all(fresh.records), fresh.rows[:1], fresh.records)
    assert line.test == good
    assert fresh.judged(fresh.newest()).differences == (
        "dataset of the test: other, the row's toy",
    )


@pytest.mark.parametrize("samples, fills", [(17999, 0), (18000, 1), (20000, 1), (20001, 0)])
def test_nine_in_ten_videos(samples, fills, good, fresh, monkeypatch):
    sizes = {("toy", "validation"): ListSize(20000, "a" * 64, "by hand")}
    monkeypatch.setattr(judging, "datasets", lambda: sizes)
    seen = good.data[0].model_copy(update=dict(samples=samples))
    record = good.model_copy(update=dict(data=[seen]))
    assert bool(fresh.judged(record).status) is bool(fills)
    known = record.model_copy(update=dict(data=[seen.model_copy(update=dict(sha256="a" * 64))]))
    assert fresh.judged(known).status == "measured"  # whatever was counted, it is that list


def test_another_backend_or_precision_fills_nothing(good, fresh):
    for ran in (dict(backend="openvino"), dict(precision="bf16"), dict(backend="torch-folded")):
        verdict = fresh.judged(other := good.model_copy(update=ran))
        said = f"run by {other.backend} {other.precision}: torch fp32 fills a row"
        assert verdict == Verdict(None, (said,))


def test_what_cannot_be_known_fills_nothing(good, fresh):
    def why(**changes) -> str:
        verdict = fresh.judged(good.model_copy(update=changes))
        assert verdict.status is None
        return "; ".join(verdict.differences)

    assert why(kind="train").startswith("it is no test")
    assert why(metrics="not run: killed").endswith("killed")
    assert "not kept" in why(settings=["0" * 64])
    assert "members: 2, the row's 1" in why(settings=good.settings * 2)
    assert why(data="not run: x") == "data: not run: x"
    skipped = good.data[0].model_copy(update=dict(skipped=1))
    assert why(data=[skipped]) == "videos skipped in the test: 1"
    assert why(checkpoints="not run: x") == "which weights were tested is not known"
    with pytest.raises(RecordError, match=r"acc/top1 is 70\.0, not in"):
        fresh.judged(good.model_copy(update=dict(metrics={"acc/top1": 70.0, "acc/top5": 90.0})))


def test_initial_weights_are_told_by_the_digits_in_their_url(good, fresh):
    """A row's `torchvision://resnet50` is resnet50-0676ba61.pth."""
    target = fresh.judged  # the toy row draws its weights
    weights = dict(file="x.pth", sha256="0676ba61" + "0" * 56, loaded=1, tensors=1)
    (checkpoint,) = good.checkpoints
    training = checkpoint.training.model_copy(update=dict(pretrained=Weights(**weights)))
    record = good.model_copy(
        update=dict(checkpoints=[checkpoint.model_copy(update=dict(training=training))])
    )
    assert target(record).differences == ("pretrained: x.pth, the row's recipe None",)
    own = next(r for r in fresh.rows if r.id.endswith("/a")).configs[0]
    (fresh.root / "net.py").write_text(
        f'_base_ = "{own}"\nmodel = dict(backbone=dict(pretrained="torchvision://resnet50"))\n'
    )
    wanted = Target.of([load_config(str(fresh.root / "net.py"))])
    assert judge(record, wanted, fresh.records).status == "measured"
    other = training.pretrained.model_copy(update=dict(sha256="1" * 64))
    training = training.model_copy(update=dict(pretrained=other))
    record = good.model_copy(
        update=dict(checkpoints=[checkpoint.model_copy(update=dict(training=training))])
    )
    assert judge(record, wanted, fresh.records).differences == (
        "pretrained: x.pth (11111111), the row's recipe torchvision://resnet50",
    )


def test_explain_says_what_differs(fresh):
    """In the checkout's own rows, through the tool."""
    fresh.run("test", "a.py", "work_dirs/a/epoch_2.pth")
    path = next((fresh.records / "test").glob("*.json"))
    result = run("record.py", "explain", path, "table05/05_full")
    assert result.returncode == 0, result.stderr
    for word in ("not filled", "model.backbone.base_channels: 4", "batch: 2, the row's recipe 128"):
        assert word in result.stdout
    assert run("record.py", "explain", path, "table10/99_none").returncode == 2
