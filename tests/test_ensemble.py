"""Score fusion: against sums by hand, refusals, and the command on tiny real video."""

import os
import pickle
import runpy
import sys
from pathlib import Path

import pytest
import torch
from mmaction.registry import MODELS
from mmengine.config import Config
from mmengine.evaluator import DumpResults

from smallbig_mm.configs import load_config
from smallbig_mm.ensemble import PROB, accuracy, fuse, name_videos, read, set_clips, write
from smallbig_mm.errors import UserError
from smallbig_mm.records import store

from .tool import CONFIG, RECORDS, ROOT, TOOLS, fails, run
from .videos import write_dataset


def write_dump(path: Path, scores, labels, names=None, key: str = "filename") -> Path:
    """A dump as mmengine's evaluator writes it: samples share the storage of their batch."""
    metric = DumpResults(str(path))
    scores, labels = torch.as_tensor(scores), torch.tensor(labels)
    samples = [dict(pred_score=s, gt_label=n[None]) for s, n in zip(scores, labels, strict=True)]
    for sample, name in zip(samples, names or (), strict=bool(names)):
        sample.update({key: name, "img_shape": (32, 32)})
    metric.process(None, samples)
    metric.compute_metrics(metric.results)
    return path


def softmax(videos: int, classes: int = 6) -> torch.Tensor:
    return torch.randn(videos, classes).softmax(-1)


def refusal(action, *arguments) -> str:
    with pytest.raises(UserError) as caught:
        action(*arguments)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def fused(*paths: Path):
    return fuse([read(path) for path in paths])


# --------------------------------------------------------------------------------------------------
# Fusion


def test_fusion_is_the_mean_of_scores(tmp_path):
    a = write_dump(tmp_path / "a.pkl", [[0.6, 0.4], [0.5, 0.5], [0.9, 0.1]], [1, 1, 0])
    b = write_dump(tmp_path / "b.pkl", [[0.1, 0.9], [0.3, 0.7], [0.4, 0.6]], [1, 1, 0])
    result = fused(a, b)
    expected = torch.tensor([[0.35, 0.65], [0.4, 0.6], [0.65, 0.35]])
    torch.testing.assert_close(result.scores.float(), expected)
    assert accuracy(result) == {"top-1": 100.0}  # two classes: no top-5
    assert accuracy(read(b))["top-1"] == pytest.approx(200 / 3)


def test_top5_counts_the_five_best(tmp_path):
    scores = torch.tensor([0.3, 0.25, 0.2, 0.12, 0.08, 0.05]).repeat(4, 1)
    found = accuracy(read(write_dump(tmp_path / "a.pkl", scores, [0, 4, 5, 5])))
    assert found == {"top-1": 25.0, "top-5": 50.0}


def test_one_member_repeated_gives_itself(tmp_path):
    scores = softmax(8)
    a = write_dump(tmp_path / "a.pkl", scores, [0, 1] * 4, [f"v/{n}.mp4" for n in range(8)])
    result = fused(a, a, a)
    write(result, tmp_path / "fused.pkl")
    back = read(tmp_path / "fused.pkl")
    assert torch.equal(back.scores.float(), scores)
    assert torch.equal(back.labels, read(a).labels) and back.names == read(a).names


def test_videos_are_aligned_by_name(tmp_path):
    """In another order and below another data root; a member without names goes by order."""
    scores, names = softmax(4), [f"v/{n}.mp4" for n in range(4)]
    order = [2, 0, 3, 1]
    b = write_dump(
        tmp_path / "b.pkl",
        scores[order],
        order,
        [f"/elsewhere/data/{names[n]}" for n in order],
        key="frame_dir",
    )
    a = write_dump(tmp_path / "a.pkl", scores, range(4), [f"data/{name}" for name in names])
    plain = write_dump(tmp_path / "plain.pkl", scores, range(4))
    for paths in ((a, b), (a, b, plain), (plain, a, b)):
        result = fused(*paths)
        torch.testing.assert_close(result.scores.float(), scores)
        assert result.names == tuple(f"data/{name}" for name in names)


def test_folders_tell_files_of_the_same_name_apart(tmp_path):
    """Two folders up where one is not enough; never files of two folders as one."""
    scores = softmax(2)
    deep = [f"data/{n}/clips/x.mp4" for n in range(2)]
    a = write_dump(tmp_path / "a.pkl", scores, [0, 0], deep)
    b = write_dump(tmp_path / "b.pkl", scores.flip(0), [0, 0], deep[::-1])
    torch.testing.assert_close(fused(a, b).scores.float(), scores)
    train = write_dump(tmp_path / "train.pkl", scores, [0, 0], ["train/0.mp4", "train/1.mp4"])
    val = write_dump(tmp_path / "val.pkl", scores, [0, 0], ["val/0.mp4", "val/1.mp4"])
    assert "4 of 4 videos differ" in refusal(fused, train, val)
    twice = write_dump(tmp_path / "twice.pkl", scores, [0, 0], ["v/x.mp4", "v/x.mp4"])
    assert "v/x.mp4 is there 2 times" in refusal(fused, twice, twice)


# --------------------------------------------------------------------------------------------------
# Refusals


def test_differing_members_are_refused(tmp_path):
    names = [f"v/{n}.mp4" for n in range(5)]
    a = write_dump(tmp_path / "a.pkl", softmax(4), [0, 0, 1, 1], names[:4])
    b = write_dump(tmp_path / "b.pkl", softmax(3), [1, 0, 0], names[2:])
    text = refusal(fused, a, b)
    assert f"{a} and {b}: 4 of 5 videos differ" in text and "e.g. v/0.mp4" in text
    assert f"2 only in {a}, 1 only in {b}, 1 with another label" in text

    plain = write_dump(tmp_path / "plain.pkl", softmax(5), [0, 1, 1, 1, 0])
    text = refusal(fused, a, plain)
    assert "2 of 5 videos differ" in text and "e.g. number 5" in text and "by order" in text
    assert f"0 only in {a}, 1 only in {plain}, 1 with another label" in text

    other = write_dump(tmp_path / "other.pkl", softmax(4, 7), [0, 0, 1, 1], names[:4])
    assert "6 and 7 classes" in refusal(fused, a, other)


@pytest.mark.parametrize(
    "scores, label, words",
    [
        ([2.0, -1.0, 0.5], 0, PROB),
        ([1.5, -0.6, 0.1], 0, PROB),  # logits may sum to one
        ([float("nan"), 0.5, 0.5], 0, PROB),
        ([[0.2, 0.3, 0.5]], 0, "shape (1, 3)"),  # a row a clip
        ([0.2, 0.3, 0.5], 3, "[3] is not one of 0 ... 2"),
    ],
)
def test_scores_that_are_no_probabilities_are_refused(tmp_path, scores, label, words):
    path = write_dump(tmp_path / "a.pkl", [scores], [label])
    text = refusal(read, path)
    assert f"{path}, sample 1" in text and words in text


class Evil:
    def __init__(self, function, *arguments):
        self.reduced = function, arguments

    def __reduce__(self):
        return self.reduced


def test_dumps_run_no_code(tmp_path):
    """Neither by themselves nor in the pickle that a tensor's storage is inside them."""
    path, mark = tmp_path / "a.pkl", tmp_path / "mark"
    evil = Evil(os.mkdir, str(mark))
    path.write_bytes(pickle.dumps([evil]))
    text = refusal(read, path)
    assert str(path) in text and "posix.mkdir" in text

    torch.save(evil, tmp_path / "storage")
    inner = Evil(torch.storage._load_from_bytes, (tmp_path / "storage").read_bytes())
    path.write_bytes(pickle.dumps([inner]))
    assert str(path) in refusal(read, path)
    assert not mark.exists()


@pytest.mark.parametrize("content", [b"", b"no pickle", pickle.dumps([]), pickle.dumps([{}])])
def test_no_dumps_are_refused(tmp_path, content):
    path = tmp_path / "a.pkl"
    path.write_bytes(content)
    assert str(path) in refusal(read, path)


# --------------------------------------------------------------------------------------------------
# Configs


def test_names_are_asked_for_beside_what_is_packed_already():
    cfg = load_config(str(ROOT / "configs/smallbig_r50_k400.py"))
    name_videos(cfg)
    name_videos(cfg)
    keys = cfg.test_dataloader.dataset.pipeline[-1].meta_keys
    assert "img_shape" in keys and sorted(keys)[:2] == ["filename", "frame_dir"]
    assert len(set(keys)) == len(keys)
    assert "meta_keys" not in cfg.train_dataloader.dataset.pipeline[-1]


def test_clips_are_set_in_the_test_sampler_only():
    cfg = load_config(str(ROOT / "configs/smallbig_r50_k400.py"))
    set_clips(cfg, 4)
    assert cfg.test_dataloader.dataset.pipeline[1].num_clips == 4
    assert cfg.val_dataloader.dataset.pipeline[1].num_clips == 1
    cfg.test_dataloader.dataset.pipeline[1].update(clip_len=1, num_clips=8)
    assert "num_clips cannot be set" in refusal(set_clips, cfg, 4)
    assert "num_clips = '4'" in refusal(set_clips, cfg, "4")


# --------------------------------------------------------------------------------------------------
# The command


@pytest.fixture(scope="module")
def trained(tmp_path_factory) -> Path:
    """Folder of two configs that differ in their width, an ensemble of them, and random weights."""
    root = tmp_path_factory.mktemp("ensemble")
    write_dataset(root / "data", number=4, frames=12)
    (root / "a.py").write_text(CONFIG.format(configs=ROOT / "configs", data=root / "data"))
    narrow = "dict(backbone=dict(base_channels=2), cls_head=dict(in_channels=64))"
    (root / "b.py").write_text(f'_base_ = "a.py"\nmodel = {narrow}\n')
    (root / "both.py").write_text('members = ["a.py", "b.py"]\nnum_clips = 3\n')
    for name in "ab":
        torch.manual_seed(ord(name))
        cfg = Config.fromfile(root / f"{name}.py")
        model = MODELS.build(dict(cfg.model, _scope_="mmaction"))
        torch.save(dict(state_dict=model.state_dict()), root / f"{name}.pth")
    return root


def test_ensemble_config_is_tested_and_fused(trained, tmp_path):
    dump = tmp_path / "fused.pkl"
    result = run(
        "ensemble.py", trained / "both.py", trained / "a.pth", trained / "b.pth",
        "--work-dir", tmp_path / "run", "--dump", dump,
        "--cfg-options", "test_dataloader.batch_size=2",
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    a, b = (tmp_path / "run" / name for name in ("1_a.pkl", "2_b.pkl"))
    mean = (read(a).scores + read(b).scores) / 2
    torch.testing.assert_close(read(dump).scores, mean, atol=1e-6, rtol=0)
    assert not torch.allclose(read(a).scores, read(b).scores, atol=1e-4)
    assert [Path(name).name for name in read(dump).names] == [f"{n}.mp4" for n in range(4)]
    for stem in ("1_a", "2_b"):
        logged = Config.fromfile(next((tmp_path / "run" / stem).glob("*/vis_data/config.py")))
        assert logged.test_dataloader.dataset.pipeline[1].num_clips == 3
        assert logged.test_dataloader.batch_size == 2
    *_, head, first, second, fusion, count, said = result.stdout.strip().splitlines()
    assert head.split() == ["top-1", "%"] and count == "4 videos"
    assert [line.split()[0] for line in (first, second, fusion)] == [str(a), str(b), "fusion"]
    assert fusion.split()[1] == f"{accuracy(read(dump))['top-1']:.2f}"
    record = store.read(Path(said.removeprefix("Record: ")))
    assert record.metrics == {"acc/top1": accuracy(read(dump))["top-1"] / 100}
    assert [c.file for c in record.checkpoints] == ["a.pth", "b.pth"]
    assert [(data.samples, data.skipped) for data in record.data] == [(4, 0)]
    members = [r for r in store.read_all(RECORDS) if r.id.startswith(("test/a-", "test/b-"))]
    assert {r.input.clips for r in members} == {3}
    assert record.config_sha256 not in {r.config_sha256 for r in members}


def test_a_finished_member_is_kept(trained, tmp_path):
    """A dump beside a config; another's weights fail after the first config is tested."""
    dump = write_dump(tmp_path / "old.pkl", softmax(4, 2), [0, 1, 0, 1])
    result = run(
        "ensemble.py", dump, trained / "a.py", trained / "a.pth", trained / "b.py",
        trained / "a.pth", "--work-dir", tmp_path,
    )  # fmt: skip
    fails(result, "a.pth is of another architecture")
    assert f"{tmp_path / '2_a.pkl'} holds" in result.stderr
    assert len(read(tmp_path / "2_a.pkl").labels) == 4


def command(monkeypatch, capsys, *arguments) -> str:
    """The tool in this process: what it prints, or its line of error."""
    monkeypatch.setattr(sys, "argv", ["ensemble.py", *map(str, arguments)])
    capsys.readouterr()  # what the test itself had logged
    try:
        runpy.run_path(str(TOOLS / "ensemble.py"), run_name="__main__")
    except SystemExit as end:
        assert end.code == 2
        printed = capsys.readouterr()
        assert printed.err.startswith("error: ") and printed.err.count("\n") == 1
        return printed.err
    return capsys.readouterr().out


def test_dumps_are_fused(monkeypatch, capsys, tmp_path):
    a = write_dump(tmp_path / "a.pkl", softmax(4), [0] * 4, [f"v/{n}.mp4" for n in range(4)])
    b = write_dump(tmp_path / "longer.pkl", softmax(4), [0] * 4)
    dump = tmp_path / "new" / "fused.pkl"
    head, *rows, count, note = command(monkeypatch, capsys, a, b, "--dump", dump).splitlines()
    assert head.split() == ["top-1", "%", "top-5", "%"] and count == "4 videos"
    assert len(rows) == 3 and len({len(line) for line in (head, *rows)}) == 1
    assert note.endswith(f": {b}")
    assert torch.equal(read(dump).scores.float(), fused(a, b).scores.float())


def test_wrong_arguments_end_in_one_line(monkeypatch, capsys, trained, tmp_path):
    def refused(*arguments) -> str:
        return command(monkeypatch, capsys, *arguments)

    dump = write_dump(tmp_path / "a.pkl", softmax(4), [0] * 4)
    config, checkpoint = trained / "a.py", trained / "a.pth"
    assert "two members" in refused(dump)
    assert "none.pkl: no such file" in refused(dump, tmp_path / "none.pkl")
    assert "none.pth: no such file" in refused(config, tmp_path / "none.pth", dump)
    assert "scores.json" in refused(dump, dump, "--dump", "scores.json")
    assert "a.py: it takes 1 " in refused(config, dump)
    assert "takes 2 checkpoint(s) after it, and 1 of" in refused(
        trained / "both.py", checkpoint, dump
    )
    assert "a.pth: neither" in refused(config, checkpoint, checkpoint)
    options = ["--cfg-options", "model.cls_head.average_clips=score"]
    assert PROB in refused(config, checkpoint, config, checkpoint, *options)
    options = [f"test_dataloader.dataset.ann_file={tmp_path / 'none.txt'}"]
    assert "none.txt" in refused(config, checkpoint, dump, "--cfg-options", *options)
    for content, words in (
        ('members = "a.py"', "members must be"),
        ('members = ["none.py"]', "none.py: no such file"),
        ("model = dict()", "a model and a test_dataloader"),
    ):
        (tmp_path / "wrong.py").write_text(content)
        assert words in refused(tmp_path / "wrong.py", checkpoint, dump)
