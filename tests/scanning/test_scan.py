"""A list is scanned to its end whatever its videos do, and what is known is not tried again."""

import csv
import errno
import json
import os
import signal
import subprocess
import sys
import time
import wave
from pathlib import Path
from unittest.mock import Mock

import cv2
import numpy as np
import pytest

from smallbig_mm.errors import UserError
from smallbig_mm.scanning import trying

from ..faults import scans
from ..reading.corpus import write
from ..reading.processes import decode_with
from ..tool import ROOT, TOOLS, run_here
from ..videos import write_dataset, write_video

# The process that decodes, which hangs or crashes on files of these names.
FAULTY = """
def opened(path, *rest, plain=decoders.open_file):
    while "hangs" in path:
        time.sleep(1)
    if "crashes" in path:
        os.kill(os.getpid(), signal.SIGSEGV)
    return plain(path, *rest)

decoders.open_file = opened
"""


@pytest.fixture
def faulty(tmp_path, monkeypatch):
    decode_with(FAULTY, tmp_path, monkeypatch)


def check(annotations: Path, *options: object, root: Path) -> int:
    """The exit code of a scan."""
    with pytest.raises(SystemExit) as ended:
        run_here("check_videos", annotations, "--root", root, *options, cwd=annotations.parent)
    return ended.value.code


def report(annotations: Path) -> list[dict]:
    text = Path(f"{annotations}.checked/report.jsonl").read_text()
    return [json.loads(line) for line in text.splitlines()]


def summary(annotations: Path) -> dict:
    return json.loads(Path(f"{annotations}.checked/summary.json").read_text())


def test_each_kind_is_named_and_the_others_are_kept(tmp_path, faulty):
    root = tmp_path / "videos"
    for name in ("a b 1.mp4", "bare.mp4", "tab.mp4", "far.mp4"):
        write_video(root / name)
    for name in ("hangs.mp4", "crashes.mp4", "short.mp4"):
        write_video(root / name, frames=1)
    (root / "empty.mp4").touch()
    (root / "text.mp4").write_text("no video\n" * 9)
    for kind in ("avi", "mkv", "mp4"):
        half = write(root / f"half.{kind}")
        half.write_bytes(half.read_bytes()[: half.stat().st_size // 2])
    write(root / "whole.avi", b_frames=2)
    write(root / "gaps.avi", times=lambda number: 3 * number)  # filled with empty chunks
    write(root / "whole.mkv")
    with wave.open(str(root / "sound.mp4"), "wb") as sound:
        sound.setparams((1, 2, 8000, 0, "NONE", ""))
        sound.writeframes(bytes(8000))
    good = f"a b 1.mp4 3\r\n\n  bare 4 7\ntab.mp4\t5\n{root}/far.mp4,2\nwhole.avi 0\nwhole.mkv 0\n"
    good += "gaps.avi 0\n"
    bad = {
        "hangs.mp4": "hung",
        "crashes.mp4": "crashed",
        "short.mp4": "too short",
        "empty.mp4": "empty",
        "text.mp4": "unreadable",
        "half.avi": "wrong count",
        "half.mkv": "wrong count",
        "half.mp4": "unreadable",
        "sound.mp4": "no video stream",
        "none.mp4": "missing",
        "../../none.mp4": "missing",
    }
    listed = tmp_path / "list.txt"
    lines = [*(f"{name} 1\n" for name in bad), *good.splitlines(keepends=True)]
    listed.write_bytes("".join(lines).encode())
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    assert check(listed, "--workers", 2, "--timeout", 1, root=root) == 1

    found = report(listed)
    assert {e["name"]: e["status"] for e in found if e["status"] != "ok"} == bad
    assert [e["line"] for e in found] == [n for n, line in enumerate(lines, 1) if line.strip()]
    assert {e["name"]: e["decoder"] for e in found}["whole.avi"] == "pyav"
    assert (
        Path(f"{listed}.checked/list.cleaned.txt").read_bytes()
        == good.replace("\n\n", "\n").encode()
    )
    with open(f"{listed}.checked/report.csv", newline="") as file:
        table = list(csv.DictReader(file))
    assert [(row["name"], row["why"]) for row in table] == [(e["name"], e["why"]) for e in found]
    total = summary(listed)
    assert total["complete"] and total["statuses"]["ok"] == 7 and total["statuses"]["missing"] == 2
    assert total["frames"] == sum(e["frames"] for e in found if e["status"] == "ok") == 260
    out = {path for path in tmp_path.rglob("*") if "list.txt.checked" in str(path)}
    after = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path not in out}
    assert {**after, tmp_path: 0} == {**before, tmp_path: 0}


def test_what_has_changed_is_tried_again_and_nothing_else(tmp_path):
    listed = write_dataset(tmp_path, 6)
    (tmp_path / "1.mp4").unlink()
    (tmp_path / "2.mp4").write_text("no video")
    assert check(listed, root=tmp_path) == 1
    write_video(tmp_path / "1.mp4")
    write_video(tmp_path / "2.mp4")
    (tmp_path / "4.mp4").unlink()
    assert check(listed, root=tmp_path) == 1
    assert summary(listed)["tried"] == 3
    assert [e["status"] for e in report(listed)] == ["ok"] * 4 + ["missing", "ok"]
    listed.write_text("".join(f"{i}.mp4 0\n" for i in (0, 3, 5)) + "0.mp4 1\n")
    assert check(listed, root=tmp_path) == 0
    assert summary(listed)["tried"] == 0
    entries = Path(f"{listed}.checked/report.jsonl")
    first, second, *rest = entries.read_text().splitlines(keepends=True)
    entries.write_text("".join([first, second.replace('"ok"', '"hung"'), *rest]))
    assert check(listed, root=tmp_path) == 0  # what hung once may not again
    assert summary(listed)["tried"] == 1
    assert check(listed, "--all-frames", root=tmp_path) == 0
    assert summary(listed)["tried"] == 4
    assert check(listed, "--min-frames", 21, root=tmp_path) == 1
    assert summary(listed)["statuses"] == {"too short": 4} and summary(listed)["tried"] == 0


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGKILL])
def test_a_scan_that_was_stopped_goes_on_where_it_was(tmp_path, stop):
    write_video(tmp_path / "0.mp4")
    for i in range(1, 300):
        if i % 5 != 4:  # every fifth is missing
            os.link(tmp_path / "0.mp4", tmp_path / f"{i}.mp4")
    listed = tmp_path / "long.txt"
    listed.write_text("".join(f"{i}.mp4 {i}\n" for i in range(300)))
    process = subprocess.Popen(
        [sys.executable, TOOLS / "check_videos.py", listed, "--root", tmp_path, "--workers", "1"],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    lines = Path(f"{listed}.checked/report.jsonl")
    while not (lines.is_file() and lines.read_bytes().count(b"\n") > 20):
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(stop)
    error = process.communicate()[1]
    done = len(report(listed))
    assert 20 < done < 290
    if stop == signal.SIGINT:
        assert process.returncode == 130 and error.splitlines()[-1] == "error: interrupted"
        assert not summary(listed)["complete"] and summary(listed)["videos"] == done
        assert not Path(f"{listed}.checked/long.cleaned.txt").exists()
    else:
        with lines.open("a") as file:
            file.write('{"line": 1')  # as a kill in the middle of writing leaves it
    assert check(listed, root=tmp_path) == 1
    assert summary(listed)["tried"] == 300 - done
    assert [e["line"] for e in report(listed)] == list(range(1, 301))
    assert summary(listed)["statuses"] == {"ok": 240, "missing": 60}
    assert sorted(p.name for p in lines.parent.iterdir()) == [
        *(".lock", "long.cleaned.txt", "report.csv", "report.jsonl", "summary.json")
    ]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "gb18030", "cp1251"])
def test_a_list_is_cleaned_in_its_own_encoding(tmp_path, encoding):
    name = "видео" if encoding == "cp1251" else "视频"
    write_video(tmp_path / f"{name}.mp4")
    listed = tmp_path / "list.csv"
    listed.write_bytes(f"{name}.mp4 0\n{name}2.mp4 0\n".encode(encoding))
    assert check(listed, root=tmp_path) == 1
    cleaned = Path(f"{listed}.checked/list.cleaned.csv").read_bytes()
    assert cleaned == f"{name}.mp4 0\n".encode(encoding)


def frames(folder: Path, names: list[str]) -> None:
    folder.mkdir(parents=True)
    for name in names:
        cv2.imwrite(str(folder / name), np.full((32, 32, 3), 90, np.uint8))


FIVE = [f"{number:05}.jpg" for number in range(1, 6)]


def test_this_machines_failure_is_no_videos(tmp_path, monkeypatch):
    listed = write_dataset(tmp_path, 3)
    error = OSError(errno.EMFILE, os.strerror(errno.EMFILE))
    with monkeypatch.context() as patch:
        patch.setattr(trying, "open_video", Mock(side_effect=error))
        with pytest.raises(UserError, match=r"0\.mp4: .*Too many open files; fewer --workers"):
            run_here("check_videos", listed, "--root", tmp_path, cwd=tmp_path)
    assert check(listed, root=tmp_path) == 0
    assert [e["status"] for e in report(listed)] == ["ok"] * 3


def test_folders_of_frames(tmp_path):
    good = ["12", "13", "flow"]
    frames(tmp_path / "12", FIVE)
    frames(tmp_path / "13", [f"img_{n:05}.jpg" for n in range(5)] + ["x_1.jpg"])
    frames(tmp_path / "flow", [f"img_{n}" for n in FIVE] + [f"flow_x_{n}" for n in FIVE[:4]])
    for name in ("gap", "hole", "broken", "cut"):
        frames(tmp_path / name, FIVE)
    (tmp_path / "gap/00003.jpg").unlink()
    (tmp_path / "hole/00002.jpg").write_bytes(b"")
    (tmp_path / "broken/00005.jpg").write_text("no picture")
    whole = (tmp_path / "cut/00001.jpg").read_bytes()
    (tmp_path / "cut/00001.jpg").write_bytes(whole[:-40])
    (tmp_path / "none").mkdir()
    bad = {
        "12 999999999 1": ("wrong count", "00006.jpg is missing: 999999999 frames are listed"),
        "gap 5 0": ("missing", "00003.jpg is missing: 5 frames are listed, 4 of them"),
        "hole 5 0": ("empty", "00002.jpg is empty"),
        "broken 5 0": ("unreadable", "00005.jpg is no picture"),
        "cut 5 0": ("unreadable", "00001.jpg is no picture"),
        "none 5 0": ("empty", "the folder is empty"),
        "nowhere 5 0": ("missing", "no such file"),
    }
    listed = tmp_path / "list.txt"
    listed.write_text("".join(f"{line}\n" for line in [*(f"{n} 5 3 4" for n in good), *bad]))
    assert check(listed, root=tmp_path) == 1
    found = {e["name"] + e["rest"]: e for e in report(listed) if e["status"] != "ok"}
    assert {text: e["status"] for text, e in found.items()} == {k: v[0] for k, v in bad.items()}
    assert all(found[text]["why"].startswith(why) for text, (_, why) in bad.items())
    assert summary(listed)["frames"] == 15
    cv2.imwrite(str(tmp_path / "broken/00005.jpg"), np.full((32, 32, 3), 90, np.uint8))
    assert check(listed, root=tmp_path) == 1  # the folder's own time is as it was
    assert "broken" not in {e["name"] for e in report(listed) if e["status"] != "ok"}


def test_flow_and_offsets_are_told(tmp_path):
    frames(tmp_path / "a", [f"{axis}_{n}" for n in FIVE for axis in "xy"])
    listed = tmp_path / "list.txt"
    listed.write_text("a 2 3 0\n")
    options = ["--filename-tmpl", "{}_{:05}.jpg", "--with-offset"]
    assert check(listed, *options, root=tmp_path) == 0
    (tmp_path / "a/y_00004.jpg").unlink()
    assert check(listed, *options, root=tmp_path) == 1
    assert report(listed)[0]["why"].startswith("y_00004.jpg is missing")


def test_wrong_arguments_are_told(tmp_path):
    listed = write_dataset(tmp_path, 1)
    (tmp_path / "other").mkdir()
    (tmp_path / "other/report.jsonl").write_text("mine\n")
    (tmp_path / "blank.txt").write_text(" \n\n")
    for words, given in {
        "none.txt: no such file": [tmp_path / "none.txt"],
        "blank.txt: is empty": [tmp_path / "blank.txt"],
        "--root .*none: no such folder": [listed, "--root", tmp_path / "none"],
        "report.jsonl: is no report": [listed, "--out", tmp_path / "other"],
        "list.txt: is a file, not a folder": [listed, "--out", listed],
        "--filename-tmpl img.jpg: must name": [listed, "--filename-tmpl", "img.jpg"],
        "--timeout 0": [listed, "--timeout", 0],
    }.items():
        with pytest.raises(UserError, match=words):
            run_here("check_videos", *given, cwd=tmp_path)
    assert (tmp_path / "other/report.jsonl").read_text() == "mine\n"


@pytest.mark.slow
def test_a_million_lines_take_the_memory_of_a_few(tmp_path):
    few, many, _ = scans.rows(tmp_path, quick=False)
    assert (many["ok"], many["missing"]) == (1_000, 999_000)
    assert float(many["peak MiB"]) < float(few["peak MiB"]) + 30
