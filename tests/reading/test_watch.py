"""No decoder stops or ends the process that asks it."""

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from smallbig_mm import reading
from smallbig_mm.errors import StackError, VideoDecodeError
from smallbig_mm.reading import open_video

from .corpus import write
from .processes import decode_with

SHARED = Path(__file__).parents[3] / "shared/trials/videos"
# The process that decodes, which hangs or crashes when it seeks in files of these names.
FAULTY = """
plain = decoders.Seeking

class Faulty(plain):
    def __init__(self, path, threads, tell):
        if "late" not in path:
            fail(path)
        super().__init__(path, threads, tell)
    def read(self, indices):
        fail(self.path)
        return super().read(indices)
    path = property(lambda self: current)

def fail(path):
    while "hangs" in path:
        time.sleep(1)
    if "crashes" in path:
        os.kill(os.getpid(), signal.SIGSEGV)

def opened(path, decoder, *rest, plain=decoders.open_file):
    global current
    current = path
    if decoder == "pyav" and "always" in path:
        fail(path)
    return plain(path, decoder, *rest)

decoders.Seeking, decoders.open_file = Faulty, opened
"""

SLOW = """
def slow(self, plain=decoders.Sequential._decoded):
    for frame in plain(self):
        time.sleep(0.05)
        yield frame

decoders.Sequential._decoded = slow
"""


@pytest.fixture
def faulty(tmp_path, monkeypatch):
    decode_with(FAULTY, tmp_path, monkeypatch)


@pytest.mark.parametrize("fault", ["hangs", "crashes"])
@pytest.mark.parametrize("when", ["early", "late"])
def test_what_seeking_fails_on_is_read_from_the_start(tmp_path, faulty, fault, when):
    file = write(tmp_path / f"{fault}_{when}.mp4")
    video = open_video(file, timeout=1)
    images = video.read([7, 2])
    assert (video.decoder, video.why) == ("pyav", reading.FALLBACK)
    assert np.array_equal(images, open_video(file, "pyav").read([7, 2]))


@pytest.mark.parametrize(("fault", "kind"), [("hangs", "hung"), ("crashes", "crashed")])
def test_what_no_other_decoder_may_read_is_named(tmp_path, faulty, fault, kind):
    file = write(tmp_path / f"{fault}_always.mp4")
    with pytest.raises(VideoDecodeError, match=f"{fault}_always.mp4: its decoder") as caught:
        open_video(file, "pyav", timeout=1)
    assert caught.value.kind == kind
    good = write(tmp_path / "good.mp4")
    assert open_video(good).decoder == "seeking"  # the process was replaced


@pytest.mark.skipif(not SHARED.is_dir(), reason="../shared is not here")
def test_decord_may_not_return_other_frames_for_those_that_it_cannot_decode():
    file = SHARED / "cut_hangs_predict.mp4"
    video = open_video(file, "decord", timeout=3)
    with pytest.raises(VideoDecodeError, match="recovered from nearest frames"):
        video.read(np.linspace(0, video.frames - 57, 10, dtype=int)[:, None] + 8 * np.arange(8))
    assert open_video(file).decoder == "pyav"


def test_a_video_that_takes_long_does_not_hang(tmp_path, monkeypatch):
    """Counting its frames takes 3 seconds, more than an answer may."""
    decode_with(SLOW, tmp_path, monkeypatch)
    assert open_video(write(tmp_path / "a.avi", b_frames=2), timeout=2).frames == 60


def test_two_videos_and_threads_and_forks_do_not_mix(tmp_path):
    files = [write(tmp_path / f"{n}.mp4", frames=n) for n in (20, 30)]
    first, second = map(open_video, files)
    expected = open_video(files[0], "pyav").read([19])
    assert np.array_equal(first.read([19]), expected)  # opened again, for the second one was since
    assert (first.frames, second.frames) == (20, 30)

    def counts(answers):
        answers.append(open_video(files[1]).frames)

    answers: list[int] = []
    thread = threading.Thread(target=counts, args=[answers])
    thread.start()
    thread.join()
    fork = multiprocessing.get_context("fork")
    with fork.Pool(2) as pool:
        found = pool.map(_last_frame, [files[0]] * 4)
    assert answers == [30]
    assert all(np.array_equal(image, expected) for image in found)
    assert np.array_equal(first.read([19]), expected)


def test_videos_that_were_read_leave_nothing_behind(tmp_path):
    file = write(tmp_path / "a.mp4")
    held = []
    for number in range(301):
        open_video(file).read([number % 60])
        if number % 150 == 0:
            pages = Path(f"/proc/{reading._process()._child.pid}/statm").read_text().split()[1]
            held.append(int(pages) * os.sysconf("SC_PAGE_SIZE") / 2**20)
    assert max(held) - held[0] < 8  # MiB


def _last_frame(path):
    return open_video(path).read([19])


def test_it_ends_with_the_process_that_asks(tmp_path):
    """However that ends."""
    file = write(tmp_path / "a.mp4")
    code = (
        f"import smallbig_mm.reading as r; v = r.open_video({str(file)!r}); "
        "print(r._process()._child.pid, flush=True); import time; time.sleep(60)"
    )
    asking = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    child = int(asking.stdout.readline())
    os.kill(asking.pid, signal.SIGKILL)
    asking.wait()
    for _ in range(50):
        if not Path(f"/proc/{child}").exists() or "zombie" in _status(child):
            return
        time.sleep(0.1)
    pytest.fail("it lives on")


def _status(pid: int) -> str:
    return Path(f"/proc/{pid}/status").read_text()


def test_a_process_that_does_not_start_is_no_bad_video(tmp_path, monkeypatch):
    monkeypatch.setattr(reading, "_own", threading.local())
    monkeypatch.setattr(reading, "SERVE", tmp_path / "none.py")
    with pytest.raises(StackError, match="did not start"):
        open_video(write(tmp_path / "a.mp4"))
