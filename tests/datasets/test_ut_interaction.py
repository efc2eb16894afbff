"""UT-Interaction: names, folds, lists, copies, pipelines and controls."""

from __future__ import annotations

import csv
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import av
import numpy as np
import pytest
from mmaction.registry import DATASETS, TRANSFORMS
from mmengine.config import Config
from mmengine.registry import init_default_scope

import smallbig_mm  # noqa: F401
from smallbig_mm.datasets.controls import controlled
from smallbig_mm.datasets.ut_interaction import (
    CLASSES,
    FOLDS,
    Clip,
    discriminant_accuracy,
    find_clips,
    parse_clip,
    scale_clip,
    shape_only,
    split,
    tuning_split,
    write_annotations,
)

ROOT = Path(__file__).resolve().parents[2]
REAL = ROOT.parent / "shared/data/ut_interaction"
needs_data = pytest.mark.skipif(not REAL.is_dir(), reason=f"no UT-Interaction at {REAL}")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """UT-Interaction's layout and quirks: sequence 6 has no punch, sequence 8 has two."""
    root = tmp_path / "videos"
    for label, name in enumerate(CLASSES):
        (root / name).mkdir(parents=True)
        for sequence in range(1, 21):
            copies = {6: 0, 8: 2}.get(sequence, 1) if name == "punch" else 1
            for copy in range(copies):
                (root / name / f"{10 * copy + label}_{sequence}_{label}.avi").touch()
    return root


def write_video(path: Path, width: int, height: int, frames: int) -> None:
    """Writes an mpeg4 video whose frame t has grey value 5 t."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=30)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for t in range(frames):
            image = np.full((height, width, 3), 5 * t, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="rgb24")))
        container.mux(stream.encode(None))


def read_video(path: Path) -> list[np.ndarray]:
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]


def test_folds_partition_the_sequences_and_mix_the_locations() -> None:
    assert sorted(s for held_out in FOLDS.values() for s in held_out) == list(range(1, 21))
    assert all(sum(s <= 10 for s in held_out) == 2 for held_out in FOLDS.values())


def test_no_sequence_in_both_parts_and_every_clip_held_out_once(folder: Path) -> None:
    clips = find_clips(folder)
    held_out: Counter[Clip] = Counter()
    for fold in FOLDS:
        parts = split(clips, fold)
        assert not {c.sequence for c in parts["train"]} & {c.sequence for c in parts["val"]}
        assert len(parts["train"]) + len(parts["val"]) == 120
        held_out.update(parts["val"])
    assert set(held_out.values()) == {1} and len(held_out) == 120


def test_class_balance(folder: Path) -> None:
    clips = find_clips(folder)
    assert Counter(c.label for c in clips) == {label: 20 for label in range(6)}
    punch = CLASSES.index("punch")
    for fold, punches in {1: 4, 2: 4, 3: 3, 4: 5, 5: 4}.items():
        counts = Counter(c.label for c in split(clips, fold)["val"])
        assert counts == {label: punches if label == punch else 4 for label in range(6)}


def test_tuning_never_sees_fold_1s_test_clips(folder: Path) -> None:
    clips = find_clips(folder)
    tune = tuning_split(clips)
    assert set(tune["train"]) | set(tune["val"]) == set(split(clips, 1)["train"])
    assert not {c.sequence for c in tune["train"]} & {c.sequence for c in tune["val"]}


def test_lists_are_read_by_mmaction2(folder: Path, tmp_path: Path) -> None:
    sizes = write_annotations(find_clips(folder), tmp_path / "lists")
    assert sizes["fold3_val.txt"] == 23 and sizes["fold4_val.txt"] == 25
    assert (tmp_path / "lists/labels.txt").read_text().split() == list(CLASSES)
    dataset = DATASETS.build(
        dict(
            type="VideoDataset",
            ann_file=str(tmp_path / "lists/fold3_val.txt"),
            data_prefix=dict(video=str(folder)),
            pipeline=[],
        )
    )
    assert len(dataset) == 23
    for i in range(len(dataset)):
        info = dataset.get_data_info(i)
        assert Path(info["filename"]).is_file()
        assert CLASSES[info["label"]] == Path(info["filename"]).parent.name


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("kick/3_2.avi", "kick/3_2.avi: the name is not"),
        ("kick/3_2_2_copy.avi", "the name is not"),
        ("kick/3_21_2.avi", "sequence 21 is not one of 1 to 20"),
        ("kick/3_2_4.avi", r"label 4 contradicts its folder \(kick is 2\)"),
        ("jump/3_2_4.avi", "folder 'jump' is not one of"),
    ],
)
def test_wrong_names_are_named(path: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse_clip(Path(path))


def test_wrong_folders_are_named(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="nowhere: no such folder"):
        find_clips(tmp_path / "nowhere")
    with pytest.raises(FileNotFoundError, match="no folder handshake, hug"):
        find_clips(tmp_path)
    shutil.rmtree(folder / "push")
    (folder / "push").mkdir()
    with pytest.raises(FileNotFoundError, match=r"push: no \.avi or \.mp4 file"):
        find_clips(folder)


def test_missing_sequences_make_no_empty_list(folder: Path, tmp_path: Path) -> None:
    clips = [c for c in find_clips(folder) if c.sequence not in FOLDS[5]]
    with pytest.raises(ValueError, match=r"no clip for fold5_val\.txt"):
        write_annotations(clips, tmp_path / "lists")


def test_copies_keep_shape_and_frames(tmp_path: Path) -> None:
    source, target = tmp_path / "a.avi", tmp_path / "out/a.mp4"
    write_video(source, 64, 96, 10)
    assert scale_clip(source, target, 32) == (32, 48, 10)
    frames = read_video(target)
    assert [f.shape for f in frames] == [(48, 32, 3)] * 10
    assert scale_clip(source, target, 32, every=3) == (32, 48, 4)
    np.testing.assert_allclose([f.mean() for f in read_video(target)], [0, 15, 30, 45], atol=3)
    assert list(target.parent.iterdir()) == [target]


def test_undecodable_and_odd_copies_leave_nothing(tmp_path: Path) -> None:
    broken, target = tmp_path / "broken.avi", tmp_path / "out/a.mp4"
    broken.write_bytes(b"no video")
    with pytest.raises(ValueError, match=r"broken\.avi: cannot be decoded"):
        scale_clip(broken, target, 32)
    assert not list(target.parent.iterdir())
    with pytest.raises(ValueError, match="short_side=33"):
        scale_clip(broken, target, 33)
    with pytest.raises(ValueError, match="every=0"):
        scale_clip(broken, target, 32, every=0)


def test_discriminant_finds_what_is_there_and_nothing_else() -> None:
    clips = [Clip(Path(f"{s}_{c}"), s, c) for s in range(1, 21) for c in range(6)]
    rng = np.random.default_rng(0)
    labels = np.array([[clip.label] for clip in clips], float)
    assert discriminant_accuracy(labels + 0.01 * rng.normal(size=(120, 1)), clips) == 1
    noise = rng.normal(size=(120, 2))
    assert discriminant_accuracy(noise, clips) < 0.3
    assert discriminant_accuracy(np.concatenate([noise, labels], 1), clips) == 1  # no variance
    assert discriminant_accuracy(np.ones((120, 2)), clips) == pytest.approx(1 / 6, abs=0.05)


@needs_data
def test_shape_alone_gives_classes_away() -> None:
    """The leak that the pipelines are made to close; half of it is chance by then."""
    seen = shape_only(REAL, find_clips(REAL))
    assert seen["width, height and length"] > 0.6
    assert seen["what is left of the shape in a crop"] < 0.35


@needs_data
def test_real_names_agree_with_the_index() -> None:
    with (REAL / "clips.csv").open() as file:
        listed = {row["file"] for row in csv.DictReader(file)}
    assert {clip.path.as_posix() for clip in find_clips(REAL)} == listed


@pytest.mark.parametrize("size", [(40, 88), (88, 40), (88, 260)])
def test_pipelines_hide_the_shape_of_the_frame(size: tuple[int, int], tmp_path: Path) -> None:
    """Equal shapes come out whatever goes in, and no border of padding with them."""
    init_default_scope("mmaction")
    width, height = size
    write_video(tmp_path / "grey.avi", width, height, 20)
    cfg = Config.fromfile(ROOT / "configs/ut_interaction/r23.py")
    for loader in (cfg.train_dataloader, cfg.test_dataloader):
        results = dict(filename=str(tmp_path / "grey.avi"), label=0, start_index=0, modality="RGB")
        for step in loader.dataset.pipeline:
            results = TRANSFORMS.build(step)(results)
        clip = results["inputs"].float()
        assert clip.shape == (1, 3, 8, cfg.crop, cfg.crop)
        # Every frame of the video is of one grey, so a border would show.
        assert (clip.amax((1, 3, 4)) - clip.amin((1, 3, 4))).max() <= 6
        # Uniform over the whole clip, in order.
        grey = clip.mean((1, 3, 4))
        assert (grey.diff(dim=1) >= -1).all() and (grey[:, -1] > 75).all()


def changed(control: str, filename: str = "a/b.mp4") -> list[int]:
    """Two clips of eight frames, under a control."""
    indices = np.arange(16, dtype=np.int32)
    results = dict(frame_inds=indices, clip_len=8, filename=filename)
    found = TRANSFORMS.build(dict(type=control))(results)["frame_inds"]
    assert found.dtype == np.int32 and indices.tolist() == list(range(16))
    assert set(found[:8]) <= set(range(8)) and set(found[8:]) <= set(range(8, 16))
    return found.tolist()


def test_controls_stay_within_their_clip() -> None:
    assert changed("SingleFrame") == [4] * 8 + [12] * 8
    assert changed("ReverseFrames") == [*range(7, -1, -1), *range(15, 7, -1)]
    shuffled = changed("ShuffleFrames")
    assert sorted(shuffled) == list(range(16)) != shuffled


def test_an_order_is_the_files_own() -> None:
    assert changed("ShuffleFrames") == changed("ShuffleFrames", "elsewhere/b.mp4")
    assert changed("ShuffleFrames") != changed("ShuffleFrames", "a/c.mp4")


def test_a_control_stands_behind_the_sampling() -> None:
    steps = [dict(type="DecordInit"), dict(type="UniformSample"), dict(type="DecordDecode")]
    loader = dict(dataset=dict(pipeline=steps))
    types = [step["type"] for step in controlled(loader, "SingleFrame")["dataset"]["pipeline"]]
    assert types == ["DecordInit", "UniformSample", "SingleFrame", "DecordDecode"]
    assert len(steps) == 3
    with pytest.raises(ValueError, match="needs one of"):
        controlled(dict(dataset=dict(pipeline=steps[:1])), "SingleFrame")


def run_tool(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, ROOT / "tools/make_ut_interaction.py", *arguments],
        capture_output=True,
        text=True,
        cwd=ROOT,
    )


def test_tool_ends_with_one_line_on_a_wrong_folder(tmp_path: Path) -> None:
    result = run_tool(tmp_path, "--out", tmp_path / "out")
    assert result.returncode == 2
    assert result.stderr.strip().splitlines()[-1].startswith(f"error: {tmp_path}: no folder")
    assert "Traceback" not in result.stderr
