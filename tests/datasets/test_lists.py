"""make_lists.py: from folders of clips to lists that mmaction2 reads."""

import json
import os
import shutil
from collections import Counter, defaultdict
from pathlib import Path

import pytest
from mmaction.datasets import VideoDataset

from smallbig_mm.datasets.lists import Video, split
from smallbig_mm.errors import UserError

from ..reading.corpus import truncated
from ..tool import run_here
from ..videos import write_video


def read(path: Path) -> dict[str, int]:
    """Labels by name, as mmaction2 reads them."""
    found = VideoDataset(str(path), pipeline=[], data_prefix=dict(video=""), lazy_init=True)
    return {sample["filename"]: sample["label"] for sample in found.load_data_list()}


def make(root: Path, *options: object, folder: str = "clips", out: str = "out") -> dict:
    run_here("make_lists", folder, out, "--workers", 2, *options, cwd=root)
    return json.loads((root / out / "report.json").read_text())


@pytest.fixture(scope="module")
def recordings(tmp_path_factory) -> Path:
    """Two classes of six videos, three of each of two recordings and ten of a third one."""
    root = tmp_path_factory.mktemp("lists")
    write_video(root / "one.mp4", frames=3)
    for label in ("jump", "run"):
        for number in range(10):
            file = root / "clips" / label / f"rec{number // 2}_{number}.mp4"
            file.parent.mkdir(parents=True, exist_ok=True)
            content = (root / "one.mp4").read_bytes()
            file.write_bytes(content + f"{label}{number}".encode())  # alike, but not the same
    return root


@pytest.mark.parametrize("other", ["extra/e.mp4", "eval/jump/e.mp4"])
def test_a_folder_beside_those_of_lists_is_not_taken_for_a_class(recordings, tmp_path, other):
    for name in ("train/jump/a.mp4", "val/jump/b.mp4", other):
        file = tmp_path / "clips" / name
        file.parent.mkdir(parents=True)
        shutil.copy(recordings / "one.mp4", file)
    with pytest.raises(UserError, match=rf"{other.split('/')[0]} beside train, val.*--csv"):
        make(tmp_path)
    assert not (tmp_path / "out").exists()


def test_lists_are_stratified_and_the_same_for_a_seed(recordings, capsys):
    report = make(recordings, "--val", 0.3, "--seed", 1)
    train, val = (read(recordings / f"out/{side}.txt") for side in ("train", "val"))
    assert (recordings / "out/classes.txt").read_text() == "jump\nrun\n"
    assert Counter(train.values()) == {0: 7, 1: 7} and Counter(val.values()) == {0: 3, 1: 3}
    assert all((recordings / "clips" / name).is_file() for name in train | val)
    assert all(label == name.startswith("run/") for name, label in (train | val).items())
    assert report["per_class"] == dict(train=dict(jump=7, run=7), val=dict(jump=3, run=3))
    assert report["statistics"]["fps"]["median"] == 25 and not report["left_out"]
    assert report["sha256"]["val.txt"] in capsys.readouterr().out
    again = make(recordings, "--val", 0.3, "--seed", 1)  # writes the same once more
    other = make(recordings, "--val", 0.3, "--seed", 2, out="other")
    assert again == report and other["sha256"] != report["sha256"]
    with pytest.raises(UserError, match=r"train\.txt: is there, with other contents"):
        make(recordings, "--val", 0.3, "--seed", 2)
    assert set(os.listdir(recordings)) == {"clips", "one.mp4", "out", "other"}


def test_clips_of_a_recording_stay_on_one_side(recordings):
    for seed in range(3):
        make(recordings, "--group-by", r"rec\d+", "--seed", seed, out=f"grouped{seed}")
        train, val = (read(recordings / f"grouped{seed}/{s}.txt") for s in ("train", "val"))
        sides = [{name.split("/")[1].split("_")[0] for name in part} for part in (train, val)]
        assert not sides[0] & sides[1] and len(sides[0] | sides[1]) == 5
        assert set(val.values()) == {0, 1}
    with pytest.raises(UserError, match=r"--group-by 'rec\[0-3\]': not found in jump/rec4_8.mp4"):
        make(recordings, "--group-by", "rec[0-3]")
    with pytest.raises(UserError, match="no regular expression"):
        make(recordings, "--group-by", "rec(")


def test_uneven_recordings_are_shared_out():
    """A class whose recordings are all larger than its share still has one in val, if it can."""
    sizes = dict(a=9, b=9, c=2, d=30)
    videos = [
        Video(f"{name}{i}", "cd".find(name) * "x" or "y")
        for name in sizes
        for i in range(sizes[name])
    ]
    group_of = [video.name[0] for video in videos]
    sides = split(videos, group_of, share=0.1, seed=0)
    by_group = defaultdict(set)
    for group, side in zip(group_of, sides, strict=True):
        by_group[group].add(side)
    assert all(len(side) == 1 for side in by_group.values())
    for label in {video.label for video in videos}:
        of_class = {s for v, s in zip(videos, sides, strict=True) if v.label == label}
        groups = {g for v, g in zip(videos, group_of, strict=True) if v.label == label}
        assert of_class == ({"train", "val"} if len(groups) > 1 else {"train"})


def test_what_cannot_be_used_is_left_out_and_named(recordings, tmp_path, capsys):
    clips = tmp_path / "clips"
    shutil.copytree(recordings / "clips", clips)
    (clips / "run/empty.mp4").touch()
    (clips / "run/text.mp4").write_text("no video")
    (clips / "run/new\nline.mp4").write_bytes(b"x")
    truncated(clips / "run/cut.avi")
    (clips / "run/notes.txt").touch()
    (clips / "top.mp4").touch()
    (clips / "nothing").mkdir()
    shutil.copy(clips / "run/rec0_0.mp4", clips / "run/copy.mp4")
    shutil.copy(clips / "run/rec0_1.mp4", clips / "jump/same.mp4")
    before = {path: path.stat().st_mtime_ns for path in clips.rglob("*")}
    report = make(tmp_path)
    assert report["left_out"] == {
        "top.mp4": "lies in no class folder",
        "run/empty.mp4": "the file is empty",
        "run/text.mp4": "it cannot be decoded (Invalid data found when processing input)",
        "run/cut.avi": "it is cut short: 60 frames by its header, and 24 in it",
        "run/new\nline.mp4": "its name has the character '\\n'; rename it",
        "run/rec0_0.mp4": "the same video as run/copy.mp4",
        **dict.fromkeys(
            ("jump/same.mp4", "run/rec0_1.mp4"),
            "the same video in several classes: jump/same.mp4 (jump), run/rec0_1.mp4 (run)",
        ),
    }
    said = capsys.readouterr().out
    assert "folders without a video, so no classes: nothing" in said and "run/notes.txt" in said
    assert "left out: 'run/empty.mp4': the file is empty" in said and "8 videos left out" in said
    listed = read(tmp_path / "out/train.txt") | read(tmp_path / "out/val.txt")
    assert len(listed) == 19 and not listed.keys() & report["left_out"].keys()
    assert before == {path: path.stat().st_mtime_ns for path in clips.rglob("*")}


def test_names_with_blanks_and_other_alphabets(recordings, tmp_path):
    for number, name in enumerate(("riding a bike/a 1.mp4", "Süß, 跑步/b  2.MP4")):
        for copy in range(2):
            file = tmp_path / "clips" / name.replace("/", f"/{copy} ")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes((recordings / "one.mp4").read_bytes() + bytes([number, copy]))
    make(tmp_path, "--val", 0.5)
    assert (tmp_path / "out/classes.txt").read_text().splitlines() == ["Süß, 跑步", "riding a bike"]
    lines = "".join((tmp_path / f"out/{s}.txt").read_text() for s in ("train", "val")).splitlines()
    found = dict(line.rsplit(" ", 1) for line in lines)
    assert len(found) == 4
    assert all((tmp_path / "clips" / name).is_file() for name in found)
    assert all(label == str(int(name.startswith("riding"))) for name, label in found.items())


def test_videos_that_are_split_already_stay_so(recordings, tmp_path):
    shutil.copytree(recordings / "clips", tmp_path / "clips/train")
    shutil.copytree(recordings / "clips/run", tmp_path / "clips/Test/run")
    (tmp_path / "clips/Test/run/rec0_0.mp4").unlink()
    report = make(tmp_path)
    train, val = (read(tmp_path / f"out/{side}.txt") for side in ("train", "val"))
    # the same clip in both would be a test on what was trained on
    assert train == {
        **{f"train/jump/rec{n // 2}_{n}.mp4": 0 for n in range(10)},
        "train/run/rec0_0.mp4": 1,
    }
    assert len(val) == 9 and set(val.values()) == {1}
    assert len(report["left_out"]) == 9
    assert any("what is called test is val.txt" in note for note in report["notes"])
    assert any("val.txt has no video of jump" in note for note in report["notes"])
    with pytest.raises(UserError, match="come with their split"):
        make(tmp_path, "--group-by", "rec", out="other")


def test_a_csv_names_the_classes(recordings):
    lines = [f"{i} x;run/rec{i // 2}_{i}.mp4;{['far', 'near'][i % 2]};" for i in range(8)]
    table = recordings / "table.csv"
    table.write_text("\n".join(["﻿id;Path;label;note", *lines, "", "x;gone.mp4;far;"]) + "\n")
    report = make(recordings, "--csv", "table.csv", out="csv")
    assert report["left_out"] == {"gone.mp4": "table.csv, line 11: no such file in clips"}
    assert any("12 videos are not in table.csv: jump/" in note for note in report["notes"])
    listed = read(recordings / "csv/train.txt") | read(recordings / "csv/val.txt")
    assert listed == {f"run/rec{i // 2}_{i}.mp4": i % 2 for i in range(8)}
    for text, why in (
        ("file,label\na,b\n", "no column path; its first line says file, label"),
        ("path,label\nrun/rec0_0.mp4,\n", "line 2: no label"),
        ("path,label\nnone.mp4,a\n", "none of its paths is a file"),
        ('path,label\n"' + "run/rec0_0.mp4,a\n" * 9000, 'larger than.*is there a lone "'),
        ("path,label,split\nrun/rec0_0.mp4,a,dev\n", "line 2: split 'dev'"),
        ("path,label,split\nrun/rec0_0.mp4,a,val\nrun/rec0_1.mp4,a,\n", "some lines have a split"),
    ):
        table.write_text(text)
        with pytest.raises(UserError, match=why):
            make(recordings, "--csv", "table.csv", out="bad")


@pytest.mark.parametrize(
    ("folder", "options", "why"),
    [
        ("nowhere", [], "nowhere: no such folder"),
        (".", [], "all videos are of class 'clips'"),
        ("clips/run", [], "no video in a class folder"),
        ("clips", ["--val", 1.5], "--val 1.5: give a share between 0 and 1"),
        ("clips", ["--group-by", "clip|mp4"], "none of them for val.txt"),
    ],
)
def test_what_makes_no_lists_is_refused(recordings, tmp_path, folder, options, why):
    (tmp_path / "clips").symlink_to(recordings / "clips")
    with pytest.raises(UserError, match=why):
        make(tmp_path, *options, folder=folder)
    assert not (tmp_path / "out").exists()
