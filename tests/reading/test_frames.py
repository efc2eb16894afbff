"""The pipelines of this package give the frames of sequential decoding, or refuse the file."""

from pathlib import Path

import numpy as np
import pytest
from mmaction.registry import TRANSFORMS
from mmengine.config import Config
from mmengine.dataset import Compose

from smallbig_mm.configs import load_config
from smallbig_mm.errors import VideoDecodeError
from smallbig_mm.reading import open_video

from ..tool import ROOT
from .corpus import KINDS, sequential, write

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
        # PyAV reads all from the start, however they are sampled.
        for sampler in samplers if video.decoder == "decord" else samplers[:2]:
            steps = [dict(type="DecordInit"), sampler, dict(type="DecordDecode")]
            pipeline = Compose([TRANSFORMS.build(step) for step in steps])
            found = pipeline(dict(filename=str(file), start_index=0, modality="RGB"))
            if isinstance(expected, str) or found["total_frames"] != len(expected):
                return "wrong", f"{found['total_frames']} frames"
            for number, image in zip(found["frame_inds"], found["imgs"], strict=True):
                right = expected[number]
                # Decoders round colours differently by a step or two.
                if image.shape != right.shape or np.abs(image - right.astype(int)).mean() > 1:
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


def test_decord_reads_what_it_reads_right(tmp_path):
    """Most of Kinetics, UCF101 and Something-Something: it is the faster one."""
    by_decord = "h264.mp4 h264-b.mp4 h264-b8.mp4 h264-b.mkv hevc-b.mp4 vp9.webm vp8.webm mpeg4.avi"
    for name in by_decord.split():
        assert open_video(KINDS[name](tmp_path / name)).decoder == "decord", name


def test_long_videos_are_not_kept_in_memory(tmp_path, monkeypatch):
    from smallbig_mm.reading import decoders

    file = write(tmp_path / "a.avi", b_frames=2)
    kept = decoders.PyAV(str(file), 1)
    monkeypatch.setattr(decoders, "KEPT_BYTES", 100_000)
    read_twice = decoders.PyAV(str(file), 1)
    assert kept._kept and read_twice._kept is None
    indices = [40, 3, 40]
    assert np.array_equal(kept.read(indices), read_twice.read(indices))


def test_one_setting_forces_a_decoder(tmp_path):
    own = tmp_path / "own.py"
    own.write_text(f"_base_ = '{ROOT}/configs/smallbig_r23_k400.py'\nvideo_decoder = 'pyav'\n")
    cfg = load_config(str(own))
    steps = [cfg[f"{split}_dataloader"].dataset.pipeline[0] for split in ("train", "val", "test")]
    assert [step.decoder for step in steps] == ["pyav"] * 3
