"""tools/predict.py on real video files."""

import csv
import json
import os
import sys
from pathlib import Path

import pytest
import torch
from mmaction.apis import inference_recognizer
from mmaction.registry import MODELS
from mmengine.config import Config
from mmengine.dataset import Compose
from mmengine.registry import init_default_scope

import smallbig_mm
from smallbig_mm import inference
from smallbig_mm.checkpoints import save
from smallbig_mm.commands import start
from smallbig_mm.files import CONFIGS
from smallbig_mm.reading import Video

from ..videos import write_video

ROOT = Path(__file__).resolve().parents[2]
CLIPS = ROOT / "../shared/data/clips"
CONFIG = """
custom_imports = dict(imports=["smallbig_mm"])
default_scope = "mmaction"
model = dict(
    type="Recognizer3D",
    backbone=dict(type="ResNet3dSmallBig", depth=23, base_channels=4, pretrained="nowhere.pth"),
    cls_head=dict(type="I3DHead", num_classes=6, in_channels=128, dropout_ratio=0),
    data_preprocessor=dict(
        type="ActionDataPreprocessor", mean=[114.0], std=[57.0], format_shape="NCTHW"
    ),
)
test_pipeline = [
    dict(type="DecordInit"),
    dict(type="SampleFrames", clip_len=4, frame_interval=2, num_clips=2, test_mode=True),
    dict(type="DecordDecode"),
    dict(type="Resize", scale=(-1, 64)),
    dict(type="ThreeCrop", crop_size=64),
    dict(type="FormatShape", input_format="NCTHW"),
    dict(type="PackActionInputs"),
]
test_dataloader = dict(dataset=dict(pipeline=test_pipeline))
val_pipeline = [step for step in test_pipeline]
val_pipeline[1] = dict(type="SampleFrames", clip_len=4, frame_interval=2, test_mode=True)
val_pipeline[4] = dict(type="CenterCrop", crop_size=64)
val_dataloader = dict(dataset=dict(pipeline=val_pipeline))
"""
FRAMES = CONFIG.replace('    dict(type="DecordInit"),\n', "").replace("Decord", "RawFrame")
LABELLED = CONFIG + 'test_dataloader["dataset"].update(metainfo=dict(classes=list("abcdef")))\n'


@pytest.fixture
def files(tmp_path):
    """A video, a config, and a checkpoint whose classifier prefers class 3, then class 1."""
    write_video(tmp_path / "video.mp4")
    (tmp_path / "config.py").write_text(CONFIG)
    init_default_scope("mmaction")
    cfg = Config.fromfile(tmp_path / "config.py")
    model = MODELS.build(cfg.model | dict(backbone=cfg.model.backbone | dict(pretrained=None)))
    torch.nn.init.normal_(model.cls_head.fc_cls.weight, std=1e-3)
    model.cls_head.fc_cls.bias.data = torch.tensor([0.0, 2.0, 0.0, 4.0, 0.0, -1.0])
    save(model.state_dict(), {}, tmp_path / "checkpoint.pth")
    return [tmp_path / name for name in ("video.mp4", "config.py", "checkpoint.pth")]


@pytest.fixture
def predict(monkeypatch, capsys):
    """Runs the tool on the CPU; returns its exit code and what it printed."""

    def run(*args):
        monkeypatch.setattr(sys, "argv", ["predict.py", *map(str, args), "--device", "cpu"])
        code = 0
        try:
            start("predict")
        except SystemExit as stop:
            code = stop.code
        return code, *capsys.readouterr()

    return run


def test_top_classes_in_one_line_of_json(predict, files, tmp_path):
    (tmp_path / "labels.txt").write_text("zero\none\ntwo\nthree\nfour\nfive\n\n")
    code, printed, errors = predict(
        *files, "--json", "--topk", 6, "--labels", tmp_path / "labels.txt"
    )
    assert code == 0, errors
    assert printed.count("\n") == 1
    top = json.loads(printed)["top"]
    assert [guess["index"] for guess in top[:2]] == [3, 1]
    assert [guess["label"] for guess in (*top[:2], top[-1])] == ["three", "one", "five"]
    wanted = torch.tensor([4.0, 2.0]).exp() / torch.tensor([4.0, 2.0, 0, 0, 0, -1]).exp().sum()
    found = torch.tensor([guess["score"] for guess in top])
    assert torch.allclose(found[:2], wanted, atol=0.02)
    assert abs(found.sum() - 1) < 1e-4
    assert found.tolist() == sorted(found.tolist(), reverse=True)


def test_without_labels_classes_are_numbers(predict, files):
    code, printed, errors = predict(*files)
    assert code == 0, errors
    lines = printed.splitlines()
    assert [line.split()[1] for line in lines[:2]] == ["3", "1"]
    assert len(lines) == 5


def test_labels_of_the_config_and_options(predict, files):
    files[1].write_text(LABELLED)
    code, printed, errors = predict(
        *files, "--topk", 1, "--cfg-options", "test_dataloader.dataset.pipeline.4.type=CenterCrop"
    )
    assert code == 0, errors
    assert printed.split()[1] == "d"


def test_config_that_reads_frames_takes_a_video(predict, files):
    wanted = predict(*files, "--json")
    files[1].write_text(FRAMES)
    assert "RawFrameDecode" in FRAMES and "DecordInit" not in FRAMES
    assert predict(*files, "--json") == wanted


def test_folders_files_and_lists_in_one_start(predict, files, tmp_path):
    """Each video once; one that is broken has its line, and the others go on."""
    folder = tmp_path / "folder/below"
    folder.mkdir(parents=True)
    write_video(folder / "b.mp4", seed=1)
    (folder / "a.mp4").write_text("no video")
    (folder / "notes.txt").write_text("not asked for")
    (tmp_path / "list.txt").write_text("folder/below/b.mp4 3\nfolder/below/c.mp4 0\n")
    given = [files[0], tmp_path / "folder", tmp_path / "list.txt", files[0]]
    code, printed, errors = predict(*given, *files[1:], "--root", tmp_path)
    assert code == 2
    lines = list(map(json.loads, printed.splitlines()))
    below = [str(folder / name) for name in ("a.mp4", "b.mp4")]
    listed = ["folder/below/b.mp4", "folder/below/c.mp4"]
    assert [line["video"] for line in lines] == [str(files[0]), *below, *listed]
    assert [line.get("top", [{}])[0].get("index") for line in lines] == [3, None, 3, 3, None]
    assert "cannot be decoded" in lines[1]["error"] and "no such file" in lines[4]["error"]
    assert "2 of 5 videos could not be classified" in errors.splitlines()[-1]


def test_one_video_by_any_name_is_alone(predict, files, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    plot = ("--every", 1, "--plot", "x.png")
    code, printed, errors = predict("./video.mp4", *files[1:], *plot)
    assert code == 0 and not printed.startswith("{"), errors


def test_a_list_by_any_suffix_and_names_that_are_not_utf8(predict, files, tmp_path):
    folder = tmp_path / "odd"
    folder.mkdir()
    odd = folder / os.fsdecode(b"caf\xe9.mp4")
    odd.write_bytes(files[0].read_bytes())
    listed = tmp_path / "LIST.TXT"
    listed.write_text(f"{files[0]}\n")
    out = tmp_path / "out.csv"
    code, _, errors = predict(listed, folder, *files[1:], "--topk", 1, "--out", out)
    assert code == 0, errors
    assert [row["video"] for row in csv.DictReader(out.open(newline=""))] == [
        str(files[0]),
        f"{folder}/caf\\xe9.mp4",
    ]


def test_a_test_without_a_crop_is_predicted(predict, files):
    whole = files[1].with_name("whole.py")
    whole.write_text(CONFIG.replace('    dict(type="ThreeCrop", crop_size=64),\n', ""))
    assert predict(files[0], whole, files[2])[0] == 0


def test_a_csv_that_a_data_frame_takes(predict, files, tmp_path):
    (tmp_path / "videos").mkdir()
    write_video(tmp_path / "videos/b.mp4")
    (tmp_path / "videos/a.mp4").write_text("no video")
    out = tmp_path / "out/scores.csv"
    args = (tmp_path / "videos", *files[1:], "--topk", 2, "--out", out)
    code, printed, _ = predict(*args)
    assert (code, printed) == (2, f"{out}\n")
    with out.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(Path(row["video"]).name, row["rank"], row["index"]) for row in rows] == [
        ("a.mp4", "", ""),
        ("b.mp4", "1", "3"),
        ("b.mp4", "2", "1"),
    ]
    assert "cannot be decoded" in rows[0]["error"] and not rows[1]["error"]
    code, _, errors = predict(*args)
    assert code == 2 and f"{out}: is there already" in errors


def test_one_clip_sees_what_validation_sees(predict, files):
    """The mean over clips x crops differs from the centre's scores, which mmaction2's are."""
    cfg = Config.fromfile(files[1])
    model = inference.load_recognizer(cfg, files[2], "cpu")
    wanted = inference_recognizer(model, str(files[0]), Compose(cfg.val_pipeline)).pred_score
    seen = {}
    for option in ("--one-clip", "--json"):
        _, printed, _ = predict(*files, "--json", "--topk", 6, option)
        top = json.loads(printed)["top"]
        seen[option] = torch.tensor([g["score"] for g in sorted(top, key=lambda g: g["index"])])
    assert torch.allclose(seen["--one-clip"], wanted, atol=2e-6)
    assert not torch.allclose(seen["--json"], wanted, atol=2e-6)


def test_scores_over_time_are_those_of_the_parts(predict, files, tmp_path, monkeypatch):
    """25 frames a second: a part each 0.4 s has 10 frames, more than the clip's 7."""
    write_video(files[0], frames=28)
    read = []
    monkeypatch.setattr(
        Video,
        "read",
        lambda self, frames, read_=Video.read: read.append(frames) or read_(self, frames),
    )
    picture = tmp_path / "plots/moments.png"
    options = ("--one-clip", "--every", 0.4, "--topk", 1)
    code, printed, errors = predict(*files, *options, "--json", "--plot", picture)
    assert code == 0, errors
    lines = [json.loads(line) for line in printed.splitlines()[:-1]]
    assert [(line["start"], line["end"]) for line in lines] == [(0, 0.4), (0.4, 0.8), (0.72, 1.12)]
    assert [sorted(set(map(int, frames))) for frames in read] == [
        [1, 3, 5, 7],
        [11, 13, 15, 17],
        [19, 21, 23, 25],
    ]
    assert all(line["top"][0]["index"] == 3 for line in lines)
    assert picture.read_bytes().startswith(b"\x89PNG")
    code, printed, _ = predict(*files, *options)
    assert [line.split()[:3] for line in printed.splitlines()][1] == ["0.40", "-", "0.80"]
    _, printed, _ = predict(*files, "--one-clip", "--every", 0.12, "--json")  # of 7 frames
    starts = [json.loads(line)["start"] for line in printed.splitlines()]
    assert starts == [0, 0.12, 0.24, 0.36, 0.48, 0.6, 0.72, 0.84]


def test_a_list_of_the_config_lies_where_it_says(predict, files, tmp_path):
    (tmp_path / "videos").mkdir()
    files[0].rename(tmp_path / "videos" / "größe.mp4")
    (tmp_path / "own.txt").write_text("größe.mp4 3\n", encoding="utf-8")
    where = dict(type="VideoDataset", ann_file=str(tmp_path / "own.txt"))
    where |= dict(data_prefix=dict(video=f"{tmp_path}/videos"))
    with files[1].open("a") as config:
        config.write(f"test_dataloader['dataset'].update({where})\n")
    code, printed, errors = predict(tmp_path / "own.txt", *files[1:])
    assert code == 0, errors
    assert json.loads(printed)["top"][0]["index"] == 3 and '"größe.mp4"' in printed
    code, printed, _ = predict(tmp_path / "own.txt", *files[1:], "--root", tmp_path)
    assert code == 2 and "no such file" in json.loads(printed)["error"]


@pytest.mark.parametrize(
    "name, text",
    [
        ("labels.json", '["a", "b", "c", "d", "e", "f"]'),
        ("labels.json", '{"f": 5, "a": 0, "b": 1, "c": 2, "d": 3, "e": 4}'),
        ("labels.json", '{"0": "a", "1": "b", "2": "c", "3": "d", "4": "e", "5": "f"}'),
        ("labels.csv", "id,name\n0,a\n1,b\n2,c\n3,d\n4,e\n5,f\n"),
    ],
)
def test_label_maps_as_they_are_found(name, text, tmp_path):
    (tmp_path / name).write_text(text)
    assert inference.read_labels(Config(), str(tmp_path / name), 6) == list("abcdef")


def test_from_python(files):
    files[1].write_text(LABELLED)
    model, pipeline = smallbig_mm.load(files[1], files[2], device="cpu")
    assert pipeline(files[0])["inputs"].shape == (6, 3, 4, 64, 64)  # 2 clips x 3 crops
    top = smallbig_mm.predict(model, files[0], pipeline, topk=2)
    assert [guess["label"] for guess in top] == ["d", "b"]
    assert smallbig_mm.predict(model, files[0], topk=2) == top
    _, pipeline = smallbig_mm.load(str(files[1]), str(files[2]), device="cpu", one_clip=True)
    assert len(pipeline(str(files[0]))["inputs"]) == 1


def broken(files, tmp_path):
    """What a user gets wrong: the arguments, and what the message says."""
    video, config, checkpoint = files
    text, empty = tmp_path / "text.mp4", tmp_path / "empty.mp4"
    text.write_text("no video")
    empty.write_bytes(b"")
    labels = tmp_path / "labels.txt"
    labels.write_text("a\nb\n")
    none = tmp_path / "none"
    full = ("--cfg-options", "model.backbone.extra_unit=default")
    yield (none, config, checkpoint), "video", "none: no such file"
    yield (video, none, checkpoint), "config", "none: no such file"
    yield (video, config, none), "checkpoint", "none: no such file"
    yield (text, config, checkpoint), "text.mp4", "cannot be decoded"
    yield (empty, config, checkpoint), "empty.mp4", "empty"
    yield (video, config, text), "text.mp4", "no checkpoint"
    yield (*files, "--labels", labels), "labels.txt: 2 labels", "6 classes"
    yield (*files, "--labels", none), "--labels", "no such file"
    yield (*files, *full), "another architecture", "tensors match"
    yield (*files, "--cfg-options", "model.backbone.depth=22"), "config.py", "depth=22"
    yield (*files, "--topk", 0), "--topk 0", "at least 1"
    (tmp_path / "nothing").mkdir()
    yield (tmp_path / "nothing", config, checkpoint), "nothing", "no file in this folder"
    yield (*files, "--every", 0), "--every 0", "above 0"
    yield (*files, "--plot", "x.png"), "--plot x.png", "--every"
    yield (*files, "--every", 1, "--plot", "x.txt"), "--plot x.txt", ".png, .svg"
    plot = ("--every", 1, "--plot", "x.png")
    yield (video, tmp_path / "text.mp4", config, checkpoint, *plot), "--plot x.png", "one video"
    yield (*files, "--out", "x.txt"), "--out x.txt", ".csv or .jsonl"
    yield (*files, "--out", text / "x.csv"), "text.mp4: is a file"
    yield (*files, "--out", tmp_path), "is a folder"
    features = config.with_name("features.py")
    features.write_text(CONFIG + 'model["cls_head"] = dict(type="FeatureHead")\n')
    yield (video, features, checkpoint), "features.py", "FeatureHead", "gives no scores"
    ensemble = CONFIGS / "table10/26_smallbig_en.py"
    yield (video, ensemble, checkpoint), "26_smallbig_en.py: an ensemble's; run its members"
    (tmp_path / "labels.json").write_text('{"a": 0, "b": 2}')
    yield (*files, "--labels", tmp_path / "labels.json"), "labels.json", "not 0, 1, 2"


def test_what_the_user_can_mend_is_said_in_one_line(predict, files, tmp_path):
    for args, *words in broken(files, tmp_path):
        code, printed, errors = predict(*args)
        assert (code, printed) == (2, ""), errors
        assert errors.startswith("error: ")
        assert errors.count("\n") == 1, errors
        assert all(word in errors for word in words), errors


def test_weights_that_are_not_numbers_are_named(predict, files):
    content = torch.load(files[2], weights_only=True)
    content["state_dict"]["cls_head.fc_cls.bias"][0] = float("nan")
    torch.save(content, files[2])
    code, _, errors = predict(*files)
    assert code == 2
    assert "not finite" in errors


@pytest.mark.skipif(not CLIPS.is_dir(), reason="../shared/data/clips is not here")
def test_real_clips(predict, files):
    for clip in sorted(CLIPS.glob("*.mp4")):
        code, printed, errors = predict(clip, *files[1:], "--json")
        assert code == 0, errors
        assert json.loads(printed)["top"][0]["index"] == 3
