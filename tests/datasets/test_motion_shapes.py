"""MotionShapes: classes differ in the order of frames only, files repeat, configs run."""

import json
import runpy
import shutil
import sys
from collections import Counter
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

import av
import decord
import numpy as np
import pytest
import torch
from mmaction.datasets.transforms import SampleFrames
from mmengine.config import Config
from mmengine.runner import Runner

from smallbig_mm.datasets import motion_shapes_files as files
from smallbig_mm.datasets.manifest import manifest_of
from smallbig_mm.datasets.motion_shapes import (
    CLASSES,
    GROUP_OF,
    GROUPS,
    ORDERS,
    SHAPES,
    SLOT_FRAMES,
    SLOTS,
    cover,
    draw_poses,
    draw_scene,
    draw_video,
)
from smallbig_mm.datasets.motion_shapes_metric import MotionShapesMetric, motion_shapes_accuracy
from smallbig_mm.datasets.video_writer import write_video

REPO = Path(__file__).parents[2]
CONFIGS = sorted((REPO / "configs/motion_shapes").glob("*.py"))
FRAMES = SLOTS * SLOT_FRAMES


def rows(orders) -> set[tuple[int, ...]]:
    return {tuple(order) for order in orders.tolist()}


def digests(frames) -> Counter:
    return Counter(sha256(np.ascontiguousarray(frame)).hexdigest() for frame in frames)


def video(label: int, seed: int = 0) -> np.ndarray:
    scene, order, _ = files.video_streams(seed, "train", 0)
    return draw_video(label, scene, order)


class TestOrders:
    def test_every_order_shows_every_pose_once(self):
        for orders in ORDERS.values():
            assert (np.sort(orders, axis=1) == np.arange(SLOTS)).all()

    def test_no_order_belongs_to_two_classes_of_a_group(self):
        for names in GROUPS.values():
            every = [order for name in names for order in rows(ORDERS[name])]
            assert len(every) == len(set(every))

    def test_order_free_classes_are_closed_under_time_reversal(self):
        for name in GROUPS["order_free"]:
            assert rows(ORDERS[name]) == rows(ORDERS[name][:, ::-1])

    def test_direction_classes_are_each_others_time_reversal(self):
        for group, names in GROUPS.items():
            if group != "order_free":
                assert rows(ORDERS[names[0]]) == rows(ORDERS[names[1]][:, ::-1])

    @pytest.mark.parametrize(
        ("name", "changes"),
        [
            ("oscillating", (7, {1, 2}, {1, 2})),
            ("rocking", ({1, 2}, 7, {1, 2})),
            ("pulsing", ({1, 2}, {1, 2}, 7)),
            ("jittering", ({5, 6, 7}, {5, 6, 7}, {5, 6, 7})),
            ("wandering", ({2, 3}, {2, 3}, {2, 3})),
        ],
    )
    def test_what_changes_how_often(self, name, changes):
        """Of place, angle and size, in this order, over the 7 steps."""
        poses = ORDERS[name][..., None] // (4, 2, 1) % 2
        for attribute, expected in enumerate(changes):
            counts = np.abs(np.diff(poses[..., attribute], axis=1)).sum(1)
            expected = {expected} if isinstance(expected, int) else expected
            assert set(counts.tolist()) == expected


class TestWhatIsSeen:
    def test_poses_of_the_order_free_group_are_all_combinations(self):
        poses = np.array(draw_poses("order_free", np.random.default_rng(0)))
        place, angle, size = (np.arange(8) // bit % 2 for bit in (4, 2, 1))
        for column, bit in zip(poses.T, (place, place, angle, size), strict=True):
            for value in (0, 1):
                assert np.ptp(column[bit == value]) < 1e-12
            assert abs(column[bit == 1].mean() - column[bit == 0].mean()) > 1e-3

    @pytest.mark.parametrize("shape", SHAPES)
    def test_directions_on_the_screen(self, shape):
        y, x = (np.mgrid[0.5:96, 0.5:96] - 48) / 96
        for group in ("left_right", "rotation", "depth"):
            poses = draw_poses(group, np.random.default_rng(1))
            covers = [cover(shape, pose, x, y)[..., 0] for pose in poses]
            if group == "left_right":  # first class: moving_left
                assert (np.diff([(c * x).sum() / c.sum() for c in covers]) < 0).all()
            elif group == "depth":  # approaching
                assert (np.diff([c.sum() for c in covers]) > 0).all()
            else:  # clockwise: with y downwards, from x towards y
                axes = []
                for c in covers:
                    cx, cy = (c * x).sum() / c.sum(), (c * y).sum() / c.sum()
                    u, v = x - cx, y - cy
                    axes.append(np.arctan2(2 * (c * u * v).sum(), (c * (u * u - v * v)).sum()) / 2)
                turns = (np.diff(axes) + np.pi / 2) % np.pi - np.pi / 2
                assert (turns > 0).all()

    def test_sizes_that_decord_reads(self):
        shapes = {draw_scene("depth", np.random.default_rng(i)).shape[2:4] for i in range(12)}
        assert len(shapes) > 3
        assert all(side % 2 == 0 and side >= 80 for shape in shapes for side in shape)


@pytest.mark.parametrize("names", GROUPS.values(), ids=GROUPS)
def test_classes_of_a_group_show_the_same_frames(names):
    labels = [CLASSES.index(name) for name in names]
    videos = [video(label) for label in labels]
    assert all(digests(v) == digests(videos[0]) for v in videos[1:])
    assert all((v != videos[0]).any() for v in videos[1:])


@pytest.mark.parametrize("codec", ["libx264", "mpeg4"])
@pytest.mark.parametrize("quantiser", [18, 32])
def test_decoded_and_sampled_frames_do_not_tell_the_class(tmp_path, codec, quantiser):
    """The bag of the frames that mmaction2 samples is the same, to the bit, in all classes."""
    if codec not in av.codecs_available:
        pytest.skip(f"PyAV was built without {codec}")
    for names in GROUPS.values():
        bags = []
        for name in names:
            path = tmp_path / f"{name}.mp4"
            write_video(path, video(CLASSES.index(name)), SLOT_FRAMES, quantiser, codec=codec)
            reader = decord.VideoReader(str(path), num_threads=1)
            assert len(reader) == FRAMES
            frames = reader.get_batch(range(FRAMES)).asnumpy()
            clips = [train_indices(jitter=False), *tested_indices().reshape(SLOT_FRAMES, -1)]
            bags.append([digests(frames[clip]) for clip in clips])
        assert all(bag == bags[0] for bag in bags)


@lru_cache
def sampler_of(split: str) -> dict:
    pipeline = Config.fromfile(REPO / "configs/motion_shapes/r23.py")[
        f"{split}_dataloader"
    ].dataset.pipeline
    return next(dict(t) for t in pipeline if t.type == "SampleFrames")


def train_indices(jitter: bool = True) -> np.ndarray:
    sampler = SampleFrames(**dict(sampler_of("train"), temporal_jitter=jitter))
    return sampler.transform(dict(total_frames=FRAMES, start_index=0))["frame_inds"]


def tested_indices() -> np.ndarray:
    sampler = SampleFrames(**sampler_of("test"))
    return sampler.transform(dict(total_frames=FRAMES, start_index=0))["frame_inds"]


class TestSampling:
    def test_training_takes_one_frame_of_each_slot_anywhere_in_it(self):
        np.random.seed(0)
        draws = np.array([train_indices() for _ in range(40)])
        assert (draws // SLOT_FRAMES == np.arange(SLOTS)).all()
        assert (np.ptp(draws, axis=0) == SLOT_FRAMES - 1).all()

    def test_testing_takes_each_place_of_the_slots_once(self):
        expected = np.arange(SLOTS) * SLOT_FRAMES + np.arange(SLOT_FRAMES)[:, None]
        assert (tested_indices().reshape(SLOT_FRAMES, SLOTS) == expected).all()


class TestFiles:
    @pytest.fixture(scope="class")
    def dataset(self, tmp_path_factory) -> Path:
        root = tmp_path_factory.mktemp("motion_shapes")
        assert files.make_motion_shapes(root, 12, 11, workers=2) == 23
        return root

    def test_lists_labels_and_manifest(self, dataset):
        lines = (dataset / "train.txt").read_text().splitlines()
        assert lines[0] == "train/000/000000.mp4 0" and lines[11].endswith("000011.mp4 0")
        assert all((dataset / line.split()[0]).is_file() for line in lines)
        assert (dataset / "labels.txt").read_text().split() == list(CLASSES)
        manifest = json.loads((dataset / "manifest.json").read_text())
        assert manifest["complete"] and manifest["sizes"] == {"train": 12, "val": 11}
        for name, digest in manifest["sha256"].items():
            assert sha256((dataset / name).read_bytes()).hexdigest() == digest

    def test_a_record_tells_seeds_and_changed_videos_apart_which_lists_do_not(
        self, dataset, tmp_path
    ):
        shutil.copytree(dataset, tmp_path / "copy")
        files.make_motion_shapes(tmp_path / "other", 12, 0, seed=1, workers=1)
        first, copy, other = (
            manifest_of(root / "train.txt")
            for root in (dataset, tmp_path / "copy", tmp_path / "other")
        )
        assert first == copy and first["seed"] == 0 and first["sizes"] == {"train": 12, "val": 11}
        assert first["versions"]["av"] == av.__version__ and first["codec"] == files.default_codec()
        listed = {(root / "train.txt").read_bytes() for root in (dataset, tmp_path / "other")}
        assert len(listed) == 1 and other["videos"] != first["videos"]
        stored = json.loads((dataset / "manifest.json").read_text())["videos"]
        assert stored["train.txt"] == first["videos"] != stored["val.txt"]
        paths = (dataset / "train.txt").read_text().split()[::2]
        hashes = (f"{p} {sha256((dataset / p).read_bytes()).hexdigest()}\n" for p in sorted(paths))
        assert first["videos"] == sha256("".join(hashes).encode()).hexdigest()

        changed = tmp_path / "copy" / files.video_path("train", 0)
        changed.write_bytes((dataset / files.video_path("train", 1)).read_bytes())
        assert manifest_of(tmp_path / "copy/train.txt")["videos"] != first["videos"]
        changed.unlink()
        assert len(manifest_of(tmp_path / "copy/train.txt")["videos"]) == 64

    def test_what_others_made_has_no_manifest_and_an_older_one_tells_no_versions(
        self, dataset, tmp_path
    ):
        shutil.copytree(dataset, tmp_path, dirs_exist_ok=True)
        path = tmp_path / "manifest.json"
        manifest = json.loads(path.read_text())
        (tmp_path / "own.txt").write_text("train/000/000000.mp4 0\n")
        assert manifest_of(tmp_path / "own.txt") is None  # whose sizes these are not
        older = {k: v for k, v in manifest.items() if k not in ("versions", "videos")}
        path.write_text(json.dumps(older))
        assert files.make_motion_shapes(tmp_path, 12, 11) == 0  # nothing to render
        found = manifest_of(tmp_path / "val.txt")
        assert found["versions"] is None and found["videos"] == manifest["videos"]["val.txt"]
        for text in ("[]", "{", '{"name": "my videos"}'):
            path.write_text(text)
            assert manifest_of(tmp_path / "val.txt") is None
        path.unlink()
        assert manifest_of(tmp_path / "val.txt") is None

    @pytest.mark.parametrize("begun", [dict(av="1.0", numpy="1.0"), None])
    def test_other_versions_do_not_complete_a_dataset(self, dataset, tmp_path, begun):
        shutil.copytree(dataset, tmp_path, dirs_exist_ok=True)
        path = tmp_path / "manifest.json"
        path.write_text(json.dumps(dict(json.loads(path.read_text()), versions=begun)))
        assert files.make_motion_shapes(tmp_path, 12, 11) == 0
        assert json.loads(path.read_text())["versions"] == begun  # who rendered it
        with pytest.raises(ValueError, match=r"begun with .*, not av .*: install those"):
            files.make_motion_shapes(tmp_path, 13, 11)

    def test_the_same_seed_gives_the_same_bytes_and_another_one_other_frames(
        self, dataset, tmp_path
    ):
        files.render(tmp_path, 0, files.default_codec(), ("val", 3))
        path = files.video_path("val", 3)
        assert (tmp_path / path).read_bytes() == (dataset / path).read_bytes()
        assert digests(video(3)) == digests(video(3)) != digests(video(3, seed=1))

    def test_a_complete_dataset_is_kept_and_an_incomplete_one_completed(self, dataset):
        lost = dataset / files.video_path("train", 5)
        before, other = lost.read_bytes(), (dataset / files.video_path("train", 6)).stat()
        lost.unlink()
        lost.with_name(f".{lost.name}.part").write_bytes(b"half a video")
        assert files.make_motion_shapes(dataset, 12, 11) == 1
        assert lost.read_bytes() == before
        assert files.make_motion_shapes(dataset, 12, 11) == 0
        kept = (dataset / files.video_path("train", 6)).stat()
        assert kept.st_mtime_ns == other.st_mtime_ns
        assert not list(dataset.rglob("*.mp4.*.part"))  # its own

    def test_an_interrupted_run_says_that_it_is_incomplete(self, tmp_path, monkeypatch):
        def fail(*_, **__):
            raise KeyboardInterrupt

        monkeypatch.setattr(files, "write_video", fail)
        with pytest.raises(KeyboardInterrupt):
            files.make_motion_shapes(tmp_path, 2, 0, workers=1)
        assert json.loads((tmp_path / "manifest.json").read_text())["complete"] is False

    def test_another_seed_in_the_same_folder_is_refused(self, dataset):
        with pytest.raises(ValueError, match="seed 0, not 7: choose another folder"):
            files.make_motion_shapes(dataset, 12, 11, seed=7)

    def test_no_two_videos_share_a_seed(self):
        numbers = range(300)
        first = [
            tuple(stream.integers(0, 2**63) for stream in files.video_streams(seed, split, number))
            for seed in (0, 1)
            for split in files.SPLITS
            for number in numbers
        ]
        drawn = [value for streams in first for value in streams]
        assert len(set(drawn)) == len(drawn) == 3 * 2 * 2 * len(numbers)

    def test_compression_and_classes_vary(self, dataset):
        sizes = [path.stat().st_size for path in dataset.rglob("*.mp4")]
        assert max(sizes) > 1.5 * min(sizes)
        labels = [files.label_of(i) for i in range(len(CLASSES))]
        assert sorted(labels) == list(range(len(CLASSES)))

    def test_contact_sheet(self):
        sheet = files.contact_sheet(side=24)
        assert sheet.shape == (len(CLASSES) * 26, 2 * 24 + SLOTS * 26, 3)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [(["--train", "-1"], "numbers of 0 or more"), (["--contact-sheet", "x.jpg"], "ends in .png")],
)
def test_tool_refuses_in_one_line(tmp_path, monkeypatch, capsys, arguments, message):
    sizes = ["--train", "0", "--val", "0"]
    monkeypatch.setattr(sys, "argv", ["make", str(tmp_path / "out"), *sizes, *arguments])
    with pytest.raises(SystemExit) as stop:
        runpy.run_path(str(REPO / "tools/make_motion_shapes.py"), run_name="__main__")
    assert stop.value.code == 2
    error = capsys.readouterr().err
    assert message in error and error.count("\n") == 1


class TestMetric:
    def test_a_video_is_judged_among_the_classes_of_its_group(self):
        labels = np.arange(len(CLASSES))
        scores = np.eye(len(CLASSES))
        right = motion_shapes_accuracy(scores, labels)
        assert right == dict.fromkeys([*GROUPS, "direction"], 100.0)
        # A higher score of a class of another group does not matter; one of its own group does.
        scores[:, CLASSES.index("approaching")] += 5
        scores[0, 1] = 9
        found = motion_shapes_accuracy(scores, labels)
        assert found["order_free"] == pytest.approx(80)
        assert found["depth"] == 50 and found["left_right"] == 100
        assert found["direction"] == pytest.approx(100 * 5 / 6)

    def test_groups_without_videos_are_left_out(self):
        assert set(motion_shapes_accuracy(np.eye(len(CLASSES))[:2], [0, 1])) == {"order_free"}

    def test_wrong_number_of_scores(self):
        with pytest.raises(ValueError, match="num_classes=11"):
            motion_shapes_accuracy(np.zeros((2, 6)), [0, 1])

    def test_metric_reads_mmaction2_samples(self):
        metric = MotionShapesMetric()
        for label in range(len(CLASSES)):
            score = torch.eye(len(CLASSES))[label]
            metric.process(None, [dict(pred_score=score, gt_label=torch.tensor([label]))])
        assert metric.evaluate(len(CLASSES))["motion_shapes/direction"] == 100


class TestConfigs:
    @pytest.fixture(scope="class")
    def data(self, tmp_path_factory) -> Path:
        root = tmp_path_factory.mktemp("data")
        for kind in files.KINDS:
            files.make_motion_shapes(root / kind, 16, 11, workers=1, kind=kind)
        return root

    @pytest.mark.parametrize("config", CONFIGS, ids=lambda path: path.stem)
    def test_trains_and_tests(self, config, data, tmp_path):
        cfg = Config.fromfile(config)
        number = cfg.model.cls_head.num_classes
        (kind,) = (name for name, each in files.KINDS.items() if len(each.classes) == number)
        classes = cfg.test_dataloader.dataset.metainfo.classes
        assert classes is None if kind == "stills" else tuple(classes) == files.KINDS[kind].classes
        for split in ("train", "val", "test"):
            loader = cfg[f"{split}_dataloader"]
            loader.dataset.data_root = str(data / kind)
            loader.update(num_workers=0, persistent_workers=False)
        cfg.train_dataloader.batch_size = 8  # two steps, where a warm-up takes half an epoch
        cfg.train_cfg.max_epochs = 1
        cfg.default_hooks.checkpoint = None
        cfg.work_dir, cfg.experiment_name = str(tmp_path), f"{config.stem}_{tmp_path.name}"
        runner = Runner.from_cfg(cfg)
        runner.train()
        assert runner.iter == 2
        wanted = dict(
            orders=[f"motion_shapes/{group}" for group in (*GROUPS, "direction")],
            events=["motion_shapes/events"],
            stills=["acc/top1", "acc/top5", "acc/mean1"],
        )
        assert set(runner.test()) == set(wanted[kind])

    def test_no_flip(self):
        for config in CONFIGS:
            pipeline = Config.fromfile(config).train_dataloader.dataset.pipeline
            assert "Flip" not in {t.type for t in pipeline}


def test_every_class_has_a_group():
    assert set(GROUP_OF) == set(CLASSES) == set(ORDERS)
