"""The pipelines of this package give the frames of sequential decoding, or refuse the file."""

from pathlib import Path

import numpy as np
import pytest
from mmaction.registry import TRANSFORMS
from mmengine.config import Config
from mmengine.dataset import Compose

from smallbig_mm.configs import load_config
from smallbig_mm.errors import VideoDecodeError
from smallbig_mm.reading import FALLBACK, open_video
from smallbig_mm.reading.decoders import packets, readers

from ..tool import ROOT
from .corpus import KINDS, sequential, write
from .processes import decode_with

SHARED = Path(__file__).parents[3] / "shared"
REAL = sorted(p for name in ("trials/videos", "data/clips") for p in SHARED.glob(f"{name}/*"))
REAL += sorted(SHARED.glob("data/ut_interaction/*/*.avi"))[::12]


def samplers(pattern: str) -> list[dict]:
    """Every sampler of some configs, once."""
    found: dict[str, dict] = {}
    for path in sorted((ROOT / "configs").glob(pattern)):
        if "_base_" in path.parts or path.name in ("grid.py", "quickstart.py"):
            continue
        cfg = Config.fromfile(path)
        for split in ("train", "val", "test"):
            loader = cfg.get(f"{split}_dataloader") or dict(dataset={})
            for step in loader["dataset"].get("pipeline", ()):
                if "clip_len" in step:
                    found[repr(sorted(step.items()))] = dict(step)
    return list(found.values())


SAMPLERS = samplers("*.py")


def verdict(file: Path, samplers: list[dict] = SAMPLERS) -> tuple[str, str]:
    """What the pipelines make of a file: right, refused or wrong; and the decoder, or why."""
    expected = sequential(file)
    try:
        video = open_video(file)
        # From the start all is decoded, however it is sampled.
        for sampler in samplers if video.decoder == "seeking" else samplers[:2]:
            steps = [dict(type="DecordInit"), sampler, dict(type="DecordDecode")]
            pipeline = Compose([TRANSFORMS.build(step) for step in steps])
            found = pipeline(dict(filename=str(file), start_index=0, modality="RGB"))
            if isinstance(expected, str) or found["total_frames"] != len(expected):
                return "wrong", f"{found['total_frames']} frames"
            for number, image in zip(found["frame_inds"], found["imgs"], strict=True):
                if not np.array_equal(image, expected[number]):
                    return "wrong", f"frame {number}, by {video.decoder}"
    except VideoDecodeError as error:
        return "refused", str(error)
    return "right", video.decoder


@pytest.mark.parametrize("name", KINDS)
def test_frames_are_right_or_the_file_is_refused(tmp_path, name):
    file = KINDS[name](tmp_path / name)
    found, by = verdict(file)
    assert found == ("refused" if isinstance(sequential(file), str) else "right"), by


@pytest.mark.slow
def test_frames_are_right_however_any_config_samples(tmp_path):
    found = samplers("**/*.py")
    assert {sampler["type"] for sampler in found} > {"SampleFrames", "UniformSample"}
    assert len(found) > len(SAMPLERS)
    for name in KINDS:
        file = KINDS[name](tmp_path / name)
        assert verdict(file, found)[0] != "wrong", name


@pytest.mark.skipif(not REAL, reason="../shared is not here")
@pytest.mark.parametrize("file", REAL, ids=lambda path: path.name)
def test_real_files(file):
    assert verdict(file)[0] == "right"


SOUGHT = """
    h264.mp4 h264-b.mp4 h264-b8.mp4 h264-b.mkv h264-b.flv h264-open.mp4 h264-refresh.mkv
    hevc-b.mp4 hevc-open.mp4 vp9.webm vp9-hidden.webm vp8.webm mpeg4.avi mpeg4-b.avi mpeg4-b.mp4
    10bit.mkv variable-rate.mkv rotated-90.mp4 no-index.mkv
"""


@pytest.mark.parametrize("name", SOUGHT.split())
def test_each_frame_is_found_from_anywhere(tmp_path, name):
    """Most of Kinetics, UCF101 and Something-Something: seeking is faster."""
    file = KINDS[name](tmp_path / name)
    expected, video = np.stack(sequential(file)), open_video(file)
    assert (video.decoder, video.why) == ("seeking", "")
    order = np.random.RandomState(0).permutation(len(expected))
    for number in order:
        assert np.array_equal(video.read([number])[0], expected[number]), number
    for indices in (order, order[:9], [5, 5, 3], [len(expected) - 1, 0]):
        assert np.array_equal(video.read(indices), expected[indices])


def test_only_what_is_needed_is_decoded(tmp_path, monkeypatch):
    """Of 60 frames, a key frame every 12: from the key frame before to the frame wanted, in each
    group; and of B frames that no other needs, those wanted."""
    decoded = []
    plain = readers.Seeking._needed
    monkeypatch.setattr(
        readers.Seeking,
        "_needed",
        lambda self, numbers: decoded.append(plain(self, numbers)) or decoded[-1],
    )

    def decodes(name: str, indices: list[int], **options) -> int:
        reader = readers.Seeking(str(write(tmp_path / name, **options)), 1, lambda: None)
        assert len(reader.read(indices)) == len(indices)
        return int(decoded[-1][0].sum())

    assert decodes("a.mp4", [0], codec="mpeg4") == 1
    assert decodes("a.mp4", [11], codec="mpeg4") == 12
    assert decodes("a.mp4", [40, 14], codec="mpeg4") == 3 + 5
    every_other = dict(b_frames=1, options={"b_strategy": "0"})
    assert decodes("b.mp4", [10, 3], **every_other) in (7, 8)


def test_files_of_any_length_are_read(tmp_path, monkeypatch):
    """What is too much to keep is read again."""
    files = [write(tmp_path / name, b_frames=2) for name in ("a.mp4", "a.avi")]
    kept = [readers.Seeking(str(files[0]), 1, lambda: None), readers.Sequential(str(files[1]), 1)]
    monkeypatch.setattr(packets, "KEPT_BYTES", 1000)
    monkeypatch.setattr(readers, "KEPT_BYTES", 100_000)
    again = [readers.Seeking(str(files[0]), 1, lambda: None), readers.Sequential(str(files[1]), 1)]
    assert kept[0]._index.kept and kept[1]._kept
    assert again[0]._index.kept is None and again[1]._kept is None
    indices = [40, 3, 40]
    for first, second in zip(kept, again, strict=True):
        assert np.array_equal(first.read(indices), second.read(indices))


LOSING = """
def losing(self, *needed, plain=decoders.Seeking._decoded):
    frames = plain(self, *needed)
    next(frames)
    return frames

decoders.Seeking._decoded = losing
"""


def test_a_frame_that_does_not_come_has_the_file_read_from_the_start(tmp_path, monkeypatch):
    """Even one that is not wanted: frames are then others than the packets tell."""
    decode_with(LOSING, tmp_path, monkeypatch)
    file = write(tmp_path / "a.mp4")
    video = open_video(file)
    assert np.array_equal(video.read([9])[0], sequential(file)[9])
    assert (video.decoder, video.why) == ("pyav", FALLBACK)


def test_one_setting_forces_a_decoder(tmp_path):
    own = tmp_path / "own.py"
    own.write_text(f"_base_ = '{ROOT}/configs/smallbig_r23_k400.py'\nvideo_decoder = 'pyav'\n")
    cfg = load_config(str(own))
    steps = [cfg[f"{split}_dataloader"].dataset.pipeline[0] for split in ("train", "val", "test")]
    assert [step.decoder for step in steps] == ["pyav"] * 3
