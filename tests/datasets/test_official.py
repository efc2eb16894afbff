"""kinetics.py and something_something.py: official annotations joined with what is on the disk."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from mmaction.datasets import RawframeDataset, VideoDataset
from mmengine.config import Config

from smallbig_mm.datasets.official import key
from smallbig_mm.errors import UserError

from ..tool import ROOT, run_here
from ..videos import write_video

HEADER = "label,youtube_id,time_start,time_end,split,is_cc\n"
CLASSES = ["arm wrestling", "massaging person's head", "passing American football (in game)"]


def config_names(config: str) -> set[str]:
    """The lists that a config reads."""
    cfg = Config.fromfile(ROOT / "configs" / config)
    loaders = (cfg.train_dataloader, cfg.val_dataloader, cfg.test_dataloader)
    return {Path(loader.dataset.ann_file).name for loader in loaders}


def read(path: Path, kind=VideoDataset) -> list[tuple]:
    found = kind(str(path), pipeline=[], data_prefix=dict(video="", img=""), lazy_init=True)
    names = ("filename", "frame_dir", "total_frames", "label")
    return [tuple(s[k] for k in names if k in s) for s in found.load_data_list()]


# --------------------------------------------------------------------------------------------------
# Kinetics


@pytest.fixture(scope="module")
def video(tmp_path_factory) -> bytes:
    path = tmp_path_factory.mktemp("video") / "one.mp4"
    write_video(path, frames=3)
    return path.read_bytes()


def place(root: Path, content: bytes, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)


@pytest.fixture
def kinetics(tmp_path, video) -> Path:
    """A folder with a classes file of three, a csv, and videos named in every way that there is."""
    (tmp_path / "classes.txt").write_text("".join(f"{name}\n" for name in CLASSES))
    rows = [
        f"{CLASSES[0]},aaaaaaaaaa0,10,20,train,0",
        f'"{CLASSES[1]}",-bbbbbbbb_1,0,10,train,0',
        f"{CLASSES[2]},cccccccccc2,000003,13.0,train,1",
        f"{CLASSES[0]},dddddddddd3,1,11,train,0",
        f"{CLASSES[1]},eeeeeeeeee4,5,15,train,0",  # missing
        f"{CLASSES[1]},ffffffffff5,5,15,train,0",  # a bare id of two clips
        f"{CLASSES[1]},ffffffffff5,25,35,train,0",
        f"{CLASSES[0]},gggggggggg6,1,11,train,0",  # broken
        f"{CLASSES[2]},hhhhhhhhhh7,1,11,validate,0",
    ]
    (tmp_path / "all.csv").write_text(HEADER + "\n".join(rows) + "\n")
    place(
        tmp_path / "videos",
        video,
        "aaaaaaaaaa0_000010_000020.mp4",
        "massaging_persons_head/-bbbbbbbb_1_000000_000010.mkv",
        "passing_American_football_-in_game-/cccccccccc2.mp4",
        "massaging_persons_head/dddddddddd3.mp4",  # the csv says otherwise
        "ffffffffff5.mp4",
        "hhhhhhhhhh7_000001_000011.mp4",
        "zzzzzzzzzz9_000000_000010.mp4",
    )
    (tmp_path / "videos/gggggggggg6.mp4").write_bytes(video[:500])
    return tmp_path


def test_kinetics_finds_files_however_they_are_named(kinetics, capsys):
    run_here("kinetics", "all.csv", "videos", "out", "--classes", "classes.txt", cwd=kinetics)
    assert read(kinetics / "out/kinetics3_train_list_videos.txt") == [
        ("aaaaaaaaaa0_000010_000020.mp4", 0),
        ("massaging_persons_head/-bbbbbbbb_1_000000_000010.mkv", 1),
        ("massaging_persons_head/dddddddddd3.mp4", 0),
        ("passing_American_football_-in_game-/cccccccccc2.mp4", 2),
    ]
    assert read(kinetics / "out/kinetics3_val_list_videos.txt") == [
        ("hhhhhhhhhh7_000001_000011.mp4", 2)
    ]
    assert (kinetics / "out/kinetics3_classes.txt").read_text().splitlines() == CLASSES
    report = json.loads((kinetics / "out/kinetics3_train_list_videos.json").read_text())
    assert report["per_class"] == dict(zip(CLASSES, (2, 1, 1), strict=True))
    ids = ("eeeeeeeeee4_000005_000015", "ffffffffff5_000005_000015", "ffffffffff5_000025_000035")
    assert tuple(report["missing"]) == ids
    assert report["extra"] == ["ffffffffff5.mp4", "zzzzzzzzzz9_000000_000010.mp4"]
    assert report["in_another_class_folder"] == ["massaging_persons_head/dddddddddd3.mp4"]
    (why,) = report["left_out"].values()
    assert why.startswith("it cannot be decoded") and "gggggggggg6.mp4" in report["left_out"]
    assert report["statistics"]["fps"] == dict(min=25, median=25, max=25)
    said = capsys.readouterr().out
    assert report["sha256"] in said and "4 videos, 3 missing" in said and "zzzzzzzzzz9" in said


def test_all_400_classes_are_numbered_alphabetically(tmp_path, video):
    names = [f"class {number:03}" for number in range(400)]
    rows = [f"{name},{number:011},0,10,val\n" for number, name in enumerate(names)]
    (tmp_path / "val.csv").write_text(HEADER + "".join(reversed(rows)))
    place(tmp_path / "videos", video, "class_007/00000000007.mp4", "00000000399.mp4")
    run_here("kinetics", "val.csv", "videos", "data", cwd=tmp_path)
    made = tmp_path / "data/kinetics400_val_list_videos.txt"
    assert read(made) == [("00000000399.mp4", 399), ("class_007/00000000007.mp4", 7)]
    wanted = config_names("smallbig_r23_k400.py")
    assert wanted == {made.name, made.name.replace("val", "train")}
    # another split must have the same numbers
    (tmp_path / "train.csv").write_text(HEADER + "".join(rows[1:]) + "class 4,0,0,10,train\n")
    with pytest.raises(UserError, match=r"kinetics400_classes\.txt: is there, with other contents"):
        run_here("kinetics", "train.csv", "videos", "data", cwd=tmp_path)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("label,id\n", "no column youtube_id, time_start, time_end"),
        (HEADER, "no rows"),
        (HEADER + "a,b,soon,10,train,0\n", "line 2: give youtube_id, time_start"),
        (HEADER + "a,b,0,10,dev,0\n", "line 2: give youtube_id"),
        (HEADER + "juggling,aaaaaaaaaa0,10,20,train,0\n", "line 2: 'juggling' is none of the 3"),
        (HEADER + "arm wrestling,none,10,20,train,0\n", "none of the 1 videos of the annotations"),
    ],
)
def test_kinetics_says_what_is_wrong_with_a_csv(kinetics, text, why):
    (kinetics / "all.csv").write_text(text)
    with pytest.raises(UserError, match=why):
        run_here("kinetics", "all.csv", "videos", "out", "--classes", "classes.txt", cwd=kinetics)
    assert not (kinetics / "out").exists()


def test_numbers_are_not_told_from_a_part_of_the_classes(kinetics):
    with pytest.raises(UserError, match="names 3 classes, and Kinetics has 400, 600 or 700"):
        run_here("kinetics", "all.csv", "videos", "out", cwd=kinetics)


def test_a_test_set_without_labels_has_a_list_without(kinetics):
    (kinetics / "test.csv").write_text(
        "youtube_id,time_start,time_end,split\naaaaaaaaaa0,10,20,test\n"
    )
    run_here("kinetics", "test.csv", "videos", "out", "--classes", "classes.txt", cwd=kinetics)
    made = kinetics / "out/kinetics3_test_list_videos.txt"
    assert made.read_text() == "aaaaaaaaaa0_000010_000020.mp4\n"
    assert read(made) == [("aaaaaaaaaa0_000010_000020.mp4", -1)]


def test_classes_are_told_apart_however_folders_write_them():
    same = ("massaging person's head", "massaging_persons_head", "Massaging person_s head")
    assert len({key(name) for name in same}) == 1
    games = ("passing American football (in game)", "passing American football (not in game)")
    assert len({key(name) for name in games}) == 2


# --------------------------------------------------------------------------------------------------
# Something-Something

LABELS = ["Holding something", "Putting number of something onto something"]


def frames(folder: Path, template: str, numbers: range) -> None:
    folder.mkdir(parents=True)
    for number in numbers:
        image = np.full((24, 32, 3), number, np.uint8)
        cv2.imwrite(str(folder / template.format(number)), image)


@pytest.mark.parametrize("template", ["{:05}.jpg", "img_{:04}.png"])
def test_v1_counts_frames(tmp_path, template, capsys):
    official, media = tmp_path / "official", tmp_path / "frames"
    official.mkdir()
    name = "something-something-v1-{}.csv"
    (official / name.format("labels")).write_text("\n".join(reversed(LABELS)) + "\n")
    train = ["1", "2", "3", "4", "5"]
    lines = [f"{video};{LABELS[int(video) % 2]}" for video in train]
    (official / name.format("train")).write_text("\n".join(lines) + "\n")
    (official / name.format("validation")).write_text(f"6;{LABELS[0]}\n")
    (official / name.format("test")).write_text("7\n8\n")
    for video, number in (("1", 4), ("2", 3), ("3", 3), ("5", 5), ("6", 2), ("7", 2), ("9", 2)):
        frames(media / video, template, range(1, number + 1))
    (media / "2" / template.format(2)).unlink()
    (media / "3" / template.format(3)).write_bytes(b"")
    options = () if template == "{:05}.jpg" else ("--template", template)
    run_here("something_something", "official", "frames", "out", *options, cwd=tmp_path)
    made = {p.name for p in (tmp_path / "out").glob("*.txt")}
    assert config_names("smallbig_slowonly_r50_8f_sthv1.py") <= made
    lists = "sthv1_{}_list_rawframes"
    assert read(tmp_path / f"out/{lists.format('train')}.txt", RawframeDataset) == [
        ("1", 4, 0),
        ("5", 5, 0),
    ]
    assert read(tmp_path / f"out/{lists.format('val')}.txt", RawframeDataset) == [("6", 2, 1)]
    assert read(tmp_path / f"out/{lists.format('test')}.txt", RawframeDataset) == [("7", 2, -1)]
    report = json.loads((tmp_path / f"out/{lists.format('train')}.json").read_text())
    assert report["left_out"] == {
        "2": f"frame {template.format(2)} is missing, of 2 frames",
        "3": f"frame {template.format(3)} is empty",
    }
    assert report["missing"] == ["4"] and report["extra"] == ["9"]
    assert report["statistics"]["frames"] == dict(min=4, median=4.5, max=5)
    assert ("set filename_tmpl" in capsys.readouterr().out) == bool(options)
    with pytest.raises(UserError, match=r"can be used: 1: no frame x1\.jpg; it holds .*1"):
        run_here(
            "something_something", "official", "frames", "o2", "--template", "x{}.jpg", cwd=tmp_path
        )


def write_v2(official: Path, train: list[dict], labels: dict) -> None:
    official.mkdir(exist_ok=True)
    (official / "labels.json").write_text(json.dumps(labels))
    (official / "train.json").write_text(json.dumps(train))
    (official / "validation.json").write_text(
        json.dumps([dict(id="30", template="Holding [something]")])
    )
    (official / "test.json").write_text(json.dumps([dict(id="40")]))


def test_v2_reads_templates_with_brackets(tmp_path, video):
    train = [
        dict(id="10", label="holding a cup", template="Holding [something]"),
        dict(id="20", template="Putting [number of] [something] onto [something]"),
    ]
    write_v2(tmp_path / "official", train, {LABELS[0]: "1", LABELS[1]: "0"})
    place(tmp_path / "videos", video, "10.webm", "20.mp4", "30.webm", "50.webm")
    run_here("something_something", "official", "videos", "out", cwd=tmp_path)
    made = {p.name for p in (tmp_path / "out").glob("*.txt")}
    assert made == {"sthv2_classes.txt", *config_names("smallbig_slowonly_r50_8f_sthv2.py")}
    assert read(tmp_path / "out/sthv2_train_list_videos.txt") == [("10.webm", 1), ("20.mp4", 0)]
    assert read(tmp_path / "out/sthv2_val_list_videos.txt") == [("30.webm", 1)]
    assert (tmp_path / "out/sthv2_classes.txt").read_text().splitlines() == LABELS[::-1]
    report = json.loads((tmp_path / "out/sthv2_val_list_videos.json").read_text())
    assert report["extra"] == ["50.webm"] and not report["missing"]


@pytest.mark.parametrize(
    ("train", "labels", "why"),
    [
        (
            [dict(id="10", template="Flying [something]")],
            {"Holding something": "0"},
            "item 1: 'Flying",
        ),
        ([dict(template="x")], {"Holding something": "0"}, "no official annotations of V2"),
        ({}, {"Holding something": "0"}, "holds no list"),
        ([], {"Holding something": "1"}, r"labels\.json: its numbers are not 0 ... 0"),
        ([], {"Holding something": "0", "holding  something": "1"}, "comes twice: Holding"),
    ],
)
def test_v2_says_what_is_wrong_with_the_annotations(tmp_path, video, train, labels, why):
    write_v2(tmp_path / "official", train, labels)
    place(tmp_path / "videos", video, "10.webm")
    with pytest.raises(UserError, match=why):
        run_here("something_something", "official", "videos", "out", cwd=tmp_path)
    assert not (tmp_path / "out").exists()


def test_the_version_must_be_plain(tmp_path):
    (tmp_path / "media").mkdir()
    with pytest.raises(UserError, match="neither V1"):
        run_here("something_something", ".", "media", "out", cwd=tmp_path)
    write_v2(tmp_path, [], {"Holding something": "0"})
    (tmp_path / "labels.csv").write_text("Holding something\n")
    (tmp_path / "train.csv").write_text("1;Holding something\n")
    with pytest.raises(UserError, match=r"V1 and of V2"):
        run_here("something_something", ".", "media", "out", cwd=tmp_path)
