"""Lists as people have them, through the tools."""

import json
import shutil
from pathlib import Path

import pytest
import torch

from smallbig_mm.compat import pickles
from smallbig_mm.configs import load_config
from smallbig_mm.configs.lists import check_annotations
from smallbig_mm.errors import UserError
from smallbig_mm.files import file_sha256
from smallbig_mm.records import store

from ..tool import CONFIG, ROOT, run_here
from ..videos import write_dataset

AS_PEOPLE_HAVE_IT = "\ufeff0.mp4\t0\r\n\r\nmy clip (1).mp4 1\r\n{data}/2.mp4 0\r\n\r\n"
WRAPPED = """
_base_ = "{config}"
several = dict(_base_.train_dataloader.dataset, ann_file=["{data}/odd.txt", "{data}/more.txt"])
train_dataloader = dict(
    num_workers=0, persistent_workers=True, prefetch_factor=2,
    dataset=dict(_delete_=True, type="RepeatDataset", times=2, dataset=several))
val_dataloader = dict(num_workers=0, persistent_workers=True)
"""


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> Path:
    data = tmp_path_factory.mktemp("lists") / "data"
    write_dataset(data, number=4)
    shutil.copy(data / "1.mp4", data / "my clip (1).mp4")
    (data / "odd.txt").write_text(AS_PEOPLE_HAVE_IT.format(data=data), encoding="utf-16")
    (data / "more.txt").write_text("3.mp4 1\n")
    (data / "names.txt").write_text("1.mp4\n2.mp4\nmy clip (1).mp4\n")
    return data


@pytest.fixture(scope="module")
def config(data) -> Path:
    config = data.parent / "tiny.py"
    config.write_text(CONFIG.format(configs=ROOT / "configs", data=data))
    wrapped = data.parent / "wrapped.py"
    wrapped.write_text(WRAPPED.format(config=config, data=data))
    return wrapped


@pytest.fixture(scope="module")
def trained(config, data) -> Path:
    """Work dir of a training on several lists, one of which is odd, with the tool."""
    run = data.parent / "run"
    options = ["--cfg-options", "train_cfg.max_epochs=1", "--records", data.parent / "records"]
    run_here("train", config, "--work-dir", run, *options, cwd=data.parent)
    return run


def only_record(folder: Path) -> store.Record:
    (record,) = store.read_all(folder)
    return record


def test_training_on_several_odd_lists_is_recorded(trained, data):
    """Also without loader processes, with settings that need them."""
    record = only_record(data.parent / "records")
    assert record.metrics["acc/top1"] >= 0
    listed = [(d.list, d.samples, d.sha256, d.skipped) for d in record.data]
    lists = [(data / "odd.txt", 3), (data / "more.txt", 1), (data / "list.txt", 4)]
    assert listed == [(str(path), n, file_sha256(path), 0) for path, n in lists]
    assert record.training.lists == record.data[:2]
    log = next(trained.glob("*/vis_data/scalars.json")).read_text().splitlines()
    steps = [json.loads(line)["step"] for line in log if "loss" in json.loads(line)]
    assert max(steps) == 4  # twice four samples, by two


def test_a_list_without_labels_needs_dump(trained, config, data, tmp_path):
    names = f"test_dataloader.dataset.ann_file={data / 'names.txt'}"
    test = [config, trained / "epoch_1.pth", "--work-dir", tmp_path, "--records", tmp_path / "r"]
    with pytest.raises(UserError, match=r"names.txt \(test\): the list has no labels.*--dump"):
        run_here("test", *test, "--cfg-options", names, cwd=tmp_path)
    dump = tmp_path / "scores.pkl"
    run_here("test", *test, "--dump", dump, "--cfg-options", names, cwd=tmp_path)
    with dump.open("rb") as file:
        samples = pickles.load(file, dump)
    files = ["1.mp4", "2.mp4", "my clip (1).mp4"]
    assert [Path(sample["filename"]).name for sample in samples] == files
    # the third is a copy of the first
    assert torch.equal(samples[0]["pred_score"], samples[2]["pred_score"])
    record = only_record(tmp_path / "r")
    assert record.metrics == "not run: the list has no labels"
    assert (record.data[0].samples, record.data[0].skipped) == (3, 0)


def test_a_test_of_several_lists(trained, config, data, tmp_path):
    lists = f"test_dataloader.dataset.ann_file=[{data / 'odd.txt'},{data / 'more.txt'}]"
    where = ["--work-dir", tmp_path, "--records", tmp_path / "r", "--dump", tmp_path / "s.pkl"]
    run_here("test", config, trained / "epoch_1.pth", *where, "--cfg-options", lists, cwd=tmp_path)
    record = only_record(tmp_path / "r")
    assert [Path(d.list).name for d in record.data] == ["odd.txt", "more.txt"]
    assert record.input.clips == 2 and 0 <= record.metrics["acc/top1"] <= 1


def test_predicting_a_list(trained, config, data, tmp_path, capsys):
    (data / "broken.mp4").write_text("no video")
    (tmp_path / "list.txt").write_text("my clip (1).mp4 1\nbroken.mp4 0\n1.mp4 1\n")
    given = [tmp_path / "list.txt", config, trained / "epoch_1.pth", "--root", data]
    with pytest.raises(UserError, match=r"list.txt: 1 of 3 videos could not be classified"):
        run_here("predict", *given, "--device", "cpu", cwd=tmp_path)
    first, broken, last = map(json.loads, capsys.readouterr().out.splitlines())
    assert first["video"] == "my clip (1).mp4" and len(first["top"]) == 2
    assert first["top"] == last["top"]  # the same video
    assert "broken.mp4" in broken["error"] and "top" not in broken


def test_a_colon_in_a_bare_name(trained, config, data, tmp_path, capsys):
    shutil.copy(data / "1.mp4", tmp_path / "a:1.mp4")
    run_here("predict", "a:1.mp4", config, trained / "epoch_1.pth", "--device", "cpu", cwd=tmp_path)
    assert len(capsys.readouterr().out.splitlines()) == 2


def check(config: Path, *splits: str, **files: str) -> None:
    options = {f"{split}_dataloader.dataset.ann_file": file for split, file in files.items()}
    check_annotations(load_config(str(config.parent / "tiny.py"), options), *splits)


def test_all_lists_are_checked_at_once(config, data, tmp_path):
    (tmp_path / "train.txt").write_text("0.mp4 0\n1.mp4 2\n2.mp4 9\n")
    (tmp_path / "val.txt").write_text("0.mp4\n")
    with pytest.raises(
        UserError, match=r"line 2: label '2'.*line 3.*; .*val.txt \(val\).*no label"
    ):
        check(config, "train", "val", train=f"{tmp_path}/train.txt", val=f"{tmp_path}/val.txt")
    with pytest.raises(UserError, match=r"none.txt \(train\): .*no such file"):
        check(config, "train", train=f"{tmp_path}/none.txt")


def test_videos_that_are_named_twice(config, data, tmp_path, monkeypatch):
    twice = tmp_path / "twice.txt"
    twice.write_text(f"0.mp4 0\n./0.mp4 0\n{data}/0.mp4 0\n1.mp4 1\n")
    said = []
    monkeypatch.setattr("smallbig_mm.configs.lists.print_log", lambda text, **_: said.append(text))
    check(config, "train", train=str(twice))
    assert len(said) == 1 and said[0].startswith("2 lines of the train list name a video again")
    assert "line 2: ./0.mp4" in said[0] and "line 1" in said[0]
    said.clear()
    monkeypatch.chdir(data.parent)  # the prefix relative, a name absolute
    prefix = {"train_dataloader.dataset.data_prefix.video": data.name}
    options = {"train_dataloader.dataset.ann_file": str(twice), **prefix}
    check_annotations(load_config(str(config.parent / "tiny.py"), options), "train")
    assert said[0].startswith("2 lines")
    twice.write_text("1.mp4 1\n0.mp4 0\n./1.mp4 0\n")
    with pytest.raises(UserError, match=r"line 3: ./1.mp4 .*line 1, too, with label 1, not 0"):
        check(config, "train", train=str(twice))
    (tmp_path / "other.txt").write_text("1.mp4 0\n")
    twice.write_text("1.mp4 1\n")
    with pytest.raises(UserError, match=r"other.txt, line 1: 1.mp4 .*twice.txt, line 1, too"):
        check(config, "train", train=[str(twice), f"{tmp_path}/other.txt"])


@pytest.mark.parametrize("splits", [("train", "val"), ("val",)])
def test_train_videos_in_the_val_list(config, data, tmp_path, monkeypatch, splits):
    (tmp_path / "train.txt").write_text("0.mp4 0\n1.mp4 1\n2.mp4 0\n")
    (tmp_path / "val.txt").write_text("3.mp4 1\n2.mp4 0\n1.mp4 1\n")
    said = []
    monkeypatch.setattr("smallbig_mm.configs.lists.print_log", lambda text, **_: said.append(text))
    check(config, *splits, train=f"{tmp_path}/train.txt", val=f"{tmp_path}/val.txt")
    (text,) = said
    assert text.startswith("2 of the 3 videos of the val list are trained on")
    assert "2.mp4" in text and "val.txt, line 2" in text and "train.txt, line 3" in text
    said.clear()
    (tmp_path / "val.txt").write_text("3.mp4 1\n")
    check(config, *splits, train=f"{tmp_path}/train.txt", val=f"{tmp_path}/val.txt")
    assert not said


def test_as_many_classes_as_the_dataset_names(config, data):
    cfg = load_config(str(config.with_name("tiny.py")))
    cfg.val_dataloader.dataset.metainfo = dict(classes=["a", "b", "c"])
    with pytest.raises(UserError, match=r"tiny.py \(val\): .*num_classes=2.*classes.*names 3"):
        check_annotations(cfg, "val")
    cfg.val_dataloader.dataset.metainfo = dict(classes=["a", "b"])
    check_annotations(cfg, "val")


def test_several_labels_need_the_number_of_classes(config, data, tmp_path):
    (tmp_path / "train.txt").write_text("0.mp4 0 1\n")
    cfg = load_config(str(config.parent / "tiny.py"))
    cfg.train_dataloader.dataset.update(multi_class=True, ann_file=f"{tmp_path}/train.txt")
    with pytest.raises(UserError, match=r"multi_class=True the dataset needs num_classes=2"):
        check_annotations(cfg, "train")
    cfg.train_dataloader.dataset.num_classes = 2
    check_annotations(cfg, "train")
