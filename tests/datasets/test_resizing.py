"""resize.py: smaller copies with the same frames at the same times, or a line that says why not."""

import json
import os
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from smallbig_mm.datasets.resizing import _compare, read_again, resize
from smallbig_mm.errors import UserError, VideoDecodeError
from smallbig_mm.reading import open_video

from ..tool import fails, run_here
from ..tool import run as run_tool
from ..videos import write_video


def encode(
    path: Path,
    codec: str = "libx264",
    pix_fmt: str = "yuv420p",
    size: tuple[int, int] = (96, 130),
    frames: int = 30,
    times: list[int] | None = None,
    sound: bool = False,
    options: dict | None = None,
) -> Path:
    """A video of a light square that moves over a dark ground, at 25 fps or at `times` in ms."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=25, options=options or {})
        (stream.height, stream.width), stream.pix_fmt = size, pix_fmt
        stream.codec_context.time_base = Fraction(1, 1000 if times else 25)
        if sound:
            audio = container.add_stream("aac", rate=16000, layout="mono")
        for t in range(frames):
            image = np.full((*size, 3), 40, np.uint8)
            image[10:40, 3 * t : 3 * t + 30] = (200, 150, 40 + 5 * t)
            frame = av.VideoFrame.from_ndarray(image).reformat(format=pix_fmt)
            frame.pts, frame.time_base = (times or range(frames))[t], stream.codec_context.time_base
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
        if sound:
            wave = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), "fltp", "mono")
            wave.sample_rate = 16000
            container.mux([*audio.encode(wave), *audio.encode(None)])
    return path


def decode(path: Path) -> tuple[np.ndarray, list[float]]:
    """Frames (N, H, W, 3) and their seconds from the first, read from the start."""
    with av.open(str(path)) as container:
        frames = list(container.decode(video=0))
    images = np.stack([frame.to_ndarray(format="rgb24") for frame in frames])
    return images, [frame.time - frames[0].time for frame in frames]


def shrunk(images: np.ndarray, height: int, width: int) -> np.ndarray:
    frames = (av.VideoFrame.from_ndarray(np.ascontiguousarray(image)) for image in images)
    return np.stack([f.reformat(width, height, "rgb24").to_ndarray() for f in frames])


UNEVEN = [0, 40, 50, 200, 220, 300, 1000, 1040, 1500, 1501]


@pytest.mark.parametrize(
    ("name", "settings", "size"),
    [
        ("b_frames.mp4", dict(options={"bf": "3"}), (48, 64)),
        ("open_gop.mkv", dict(options={"bf": "3", "x264-params": "open-gop=1:keyint=8"}), (48, 64)),
        ("uneven.mkv", dict(frames=10, times=UNEVEN), (48, 64)),
        ("uneven.mp4", dict(frames=10, times=[t + 300 for t in UNEVEN]), (48, 64)),
        ("xvid.avi", dict(codec="mpeg4", options={"bf": "0"}), (48, 64)),
        ("vp9.webm", dict(codec="libvpx-vp9", frames=8, options={"cpu-used": "8"}), (48, 64)),
        ("ten_bit_444.mkv", dict(pix_fmt="yuv444p10le"), (48, 64)),
        ("full_range.avi", dict(codec="mjpeg", pix_fmt="yuvj420p"), (48, 64)),
        ("odd.mkv", dict(codec="ffv1", pix_fmt="yuv444p", size=(131, 97)), (64, 48)),
        ("one.mp4", dict(frames=1), (48, 64)),
    ],
)
def test_a_copy_has_the_same_frames_at_the_same_times(tmp_path, name, settings, size):
    source = encode(tmp_path / name, **settings)
    done = resize(source, tmp_path / "copy", 48)
    copy = tmp_path / "copy.mp4"
    wanted, seconds = decode(source)
    found, found_seconds = decode(copy)
    assert found.shape[1:3] == size == (done["height"], done["width"])
    assert len(found) == len(wanted) == done["frames"] == settings.get("frames", 30)
    assert np.allclose(found_seconds, seconds, atol=2e-3) and done["mended"] == 0
    gaps = [np.abs(shrunk(wanted, *size) - one.astype(int)).mean((1, 2, 3)) for one in found]
    assert [int(gap.argmin()) for gap in gaps] == list(range(len(wanted)))
    assert max(gap.min() for gap in gaps) < 3
    with av.open(str(copy)) as container:
        stream = container.streams.video[0]
        packets = [packet for packet in container.demux(stream) if packet.size]
    assert all(packet.pts == packet.dts for packet in packets)  # no reordered frames


@pytest.mark.parametrize(
    "matrix",
    [(a, 0, 0, d) for a in (1, -1) for d in (1, -1)]
    + [(0, b, c, 0) for b in (1, -1) for c in (1, -1)],
)
def test_the_display_matrix_is_applied(tmp_path, matrix):
    source = tmp_path / "phone.mp4"
    encode(source, frames=2)
    plain = decode(source)[0][0]
    content = bytearray(source.read_bytes())
    start = content.index(b"tkhd") + 44
    for i, value in zip((0, 1, 3, 4), matrix, strict=True):
        content[start + 4 * i : start + 4 * i + 4] = (value * 65536).to_bytes(4, "big", signed=True)
    source.write_bytes(content)
    resize(source, tmp_path / "copy", 48)
    # where the matrix takes each pixel, (x, y) -> (a x + c y, b x + d y), moved into the frame
    a, b, c, d = matrix
    y, x = np.indices(plain.shape[:2])
    column, row = a * x + c * y, b * x + d * y
    column, row = column - column.min(), row - row.min()
    wanted = np.zeros((row.max() + 1, column.max() + 1, 3), np.uint8)
    wanted[row, column] = plain
    found = decode(tmp_path / "copy.mp4")[0][0]
    assert np.abs(found.astype(int) - shrunk(wanted[None], *found.shape[:2])[0]).mean() < 3
    for decoder in ("auto", "pyav"):  # what a loader reads of the original
        assert np.abs(open_video(source, decoder).read([0])[0].astype(int) - wanted).mean() < 3


def test_a_turn_by_other_than_quarters_is_refused(tmp_path):
    source = encode(tmp_path / "phone.mp4", frames=2)
    content = bytearray(source.read_bytes())
    start = content.index(b"tkhd") + 44
    content[start : start + 4] = (46341).to_bytes(4, "big")
    source.write_bytes(content)
    with pytest.raises(VideoDecodeError, match="no quarter turn"):
        resize(source, tmp_path / "copy", 48)


def test_a_copy_that_is_not_what_was_to_be_written_is_none(tmp_path):
    video = encode(tmp_path / "a.mp4", frames=5)
    size, times = read_again(video)
    _compare(video, size, times)
    for wrong in ((size, times[:-1]), ((2, 2), times), (size, [2 * t for t in times])):
        with pytest.raises(VideoDecodeError, match="the copy"):
            _compare(video, *wrong)


# --------------------------------------------------------------------------------------------------
# The tool


def run(root: Path, *options: object, short_side: int = 32) -> int:
    with pytest.raises(SystemExit) as ended:
        run_here(
            "resize", "in", "out", "--short-side", short_side, "--workers", 2, *options, cwd=root
        )
    return int(ended.value.code)


def manifest(root: Path) -> dict[str, dict]:
    lines = (root / "out/manifest.jsonl").read_text().splitlines()[1:]
    return {line["source"]: line for line in map(json.loads, filter(None, lines))}


def test_each_failure_has_its_line_and_the_others_go_on(tmp_path, capsys):
    encode(tmp_path / "in/a/good one.mov", sound=True, frames=4)
    write_video(tmp_path / "in/small.avi", size=(24, 32), frames=4)
    (tmp_path / "in/broken.mp4").write_bytes((tmp_path / "in/a/good one.mov").read_bytes()[:999])
    os.mkfifo(tmp_path / "in/hangs.mp4")
    write_video(tmp_path / "in/twin.mp4", frames=2)
    write_video(tmp_path / "in/twin.avi", frames=2)
    before = {p: (p.stat().st_mtime_ns, p.stat().st_size) for p in (tmp_path / "in").rglob("*")}
    assert run(tmp_path, "--timeout", 3) == 1
    errors = [line for line in capsys.readouterr().err.splitlines() if line.startswith("failed: ")]
    assert sorted(errors) == [
        "failed: in/broken.mp4: it cannot be decoded or written (Invalid data found when "
        "processing input)",
        "failed: in/hangs.mp4: hung: not done after 3 s",
        "failed: in/twin.avi: twin.mp4 would have the same copy; rename one of them",
        "failed: in/twin.mp4: twin.avi would have the same copy; rename one of them",
    ]
    made = {str(p.relative_to(tmp_path / "out")) for p in (tmp_path / "out").rglob("*")}
    assert made == {".lock", "manifest.jsonl", "a", "a/good one.mp4", "small.avi"}
    assert (tmp_path / "out/small.avi").read_bytes() == (tmp_path / "in/small.avi").read_bytes()
    statuses = {name: line["status"] for name, line in manifest(tmp_path).items()}
    assert statuses["a/good one.mov"] == "resized" and statuses["small.avi"] == "copied"
    assert list(statuses.values()).count("failed") == 4
    with (
        av.open(str(tmp_path / "out/a/good one.mp4")) as copy,
        av.open(str(tmp_path / "in/a/good one.mov")) as source,
    ):
        assert len(source.streams.audio) == 1 and len(copy.streams) == 1
    assert before == {p: (p.stat().st_mtime_ns, p.stat().st_size) for p in before}
    # what failed is tried again, what is done is not
    for name in ("broken.mp4", "hangs.mp4", "twin.avi"):
        (tmp_path / "in" / name).unlink()
    stamp = (tmp_path / "out/small.avi").stat().st_mtime_ns
    assert run(tmp_path) == 0
    assert (tmp_path / "out/small.avi").stat().st_mtime_ns == stamp
    assert manifest(tmp_path)["twin.mp4"]["status"] == "resized"


def test_an_interrupted_run_goes_on(tmp_path):
    names = [f"{i}.mp4" for i in range(5)]
    for name in names:
        write_video(tmp_path / "in" / name, frames=3)
    assert run(tmp_path) == 0
    out = tmp_path / "out"
    stamps = {name: (out / name).stat().st_mtime_ns for name in names}
    (out / "1.mp4").unlink()
    (out / "2.mp4").write_bytes((out / "2.mp4").read_bytes()[:-10])  # as a machine leaves that dies
    os.utime(tmp_path / "in/3.mp4", (1, 1))  # another video now
    (out / ".4.mp4.part").write_bytes(b"of a killed process")
    text = (out / "manifest.jsonl").read_text()
    kept = [line for line in text.splitlines() if '"4.mp4"' not in line]
    (out / "manifest.jsonl").write_text("\n".join(kept) + '\n{"source": "4.mp4", "sta')
    assert run(tmp_path) == 0
    again = {name: (out / name).stat().st_mtime_ns for name in names}
    assert {name for name in names if again[name] != stamps[name]} == set(names[1:])
    assert run(tmp_path) == 0
    assert again == {name: (out / name).stat().st_mtime_ns for name in names}
    with pytest.raises(UserError, match=r"begun with .*'short_side': 32"):
        run_here("resize", "in", "out", "--short-side", 40, cwd=tmp_path)


@pytest.mark.parametrize(
    ("folder", "out", "short_side", "why"),
    [
        ("in", "in", 32, "lies in in"),
        ("in", "in/small", 32, "lies in in"),
        ("in/a", "in", 32, "lies in in/a, or the other way round"),
        ("in", "link/small", 32, "lies in in"),
        ("in", "full", 32, "full: holds other files"),
        ("nowhere", "out", 32, "nowhere: no such folder"),
        ("empty", "out", 32, "empty: no video in it"),
        ("in", "out", 33, "--short-side 33: give an even number"),
    ],
)
def test_folders_that_cannot_be_meant_are_refused(tmp_path, folder, out, short_side, why):
    write_video(tmp_path / "in/a/0.mp4", frames=1)
    (tmp_path / "full").mkdir()
    (tmp_path / "full/mine.mp4").touch()
    (tmp_path / "empty").mkdir()
    (tmp_path / "link").symlink_to("in")
    before = set(tmp_path.rglob("*"))
    with pytest.raises(UserError, match=why):
        run_here("resize", folder, out, "--short-side", short_side, cwd=tmp_path)
    assert set(tmp_path.rglob("*")) == before


def test_two_at_a_time_are_refused(tmp_path):
    write_video(tmp_path / "in/0.mp4", frames=1)
    (tmp_path / "out").mkdir()
    code = (
        "import fcntl; f = open('out/.lock', 'w'); fcntl.lockf(f, fcntl.LOCK_EX); print(input(0))"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert other.stdout.read(1) == "0"  # it has the lock
    with pytest.raises(UserError, match="another resize"):
        run_here("resize", "in", "out", cwd=tmp_path)
    other.communicate("\n")
    assert run(tmp_path) == 0


def test_a_tool_in_a_folder_of_tools_ends_in_a_line(tmp_path):
    fails(run_tool("data/resize.py", "nowhere", "out", cwd=tmp_path), "nowhere: no such folder")
