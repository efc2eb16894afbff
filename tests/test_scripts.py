"""mmaction2's own scripts run on the repaired stack, and end as they would by themselves."""

import json
import os
import subprocess
import sys
from pathlib import Path

import av
import pytest

from smallbig_mm import commands
from smallbig_mm.scripts import Clip

from .tool import ROOT, write_config
from .videos import write_dataset


@pytest.fixture
def smallbig_run(tmp_path, monkeypatch):
    """Runs `smallbig-mm run ...` in a folder; returns the exit code."""

    def start(*arguments: object) -> int | None:
        monkeypatch.setattr(sys, "argv", ["smallbig-mm", "run", *map(str, arguments)])
        try:
            commands.main()
        except SystemExit as ended:
            return ended.code
        return 0

    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setenv("MPLBACKEND", "Agg")
    monkeypatch.chdir(tmp_path)
    return start


@pytest.fixture
def config(tmp_path) -> Path:
    write_dataset(tmp_path / "data", number=2)
    return write_config(tmp_path, tmp_path / "data")


def test_a_curve_of_a_log(tmp_path, smallbig_run):
    lines = [dict(loss=1 / (n + 1), time=0.1, epoch=1, iter=n, step=n) for n in range(1, 5)]
    lines.append({"acc/top1": 0.5, "step": 1})
    (tmp_path / "log.json").write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    given = ["plot_curve", "log.json", "--keys", "loss", "--out", "loss.png"]
    assert smallbig_run("analyze_logs.py", *given) == 0
    assert (tmp_path / "loss.png").read_bytes().startswith(b"\x89PNG")


def test_a_dataset_is_browsed(config, tmp_path, smallbig_run):
    assert smallbig_run("browse_dataset", config, "out", "--show-number", 2) == 0
    videos = sorted((tmp_path / "out").rglob("*.mp4"))
    assert [path.name for path in videos] == ["video_0.mp4", "video_1.mp4"]
    with av.open(str(videos[0])) as container:
        assert sum(1 for _ in container.decode(video=0)) == 4


def test_frames_of_odd_size_are_written(tmp_path):
    clip = Clip([[[[9 * n] * 3] * 33] * 31 for n in range(5)], fps=5)
    clip.write_videofile(str(tmp_path / "a.mp4"), logger=None)
    clip.write_gif(str(tmp_path / "a.gif"), logger=None)
    for name, size in (("a.mp4", (34, 32)), ("a.gif", (33, 31))):
        with av.open(str(tmp_path / name)) as container:
            frames = list(container.decode(video=0))
        assert (len(frames), (frames[0].width, frames[0].height)) == (5, size)


@pytest.mark.parametrize(
    ("text", "code", "last"),
    [
        ("import mmaction.models, helper; raise SystemExit(7)", 7, ""),
        ("import helper; raise ValueError('own')", 1, "ValueError: own"),
        ("import none_such", 1, "ModuleNotFoundError: No module named 'none_such'"),
    ],
)
def test_errors_and_exit_codes_are_the_scripts_own(
    tmp_path, smallbig_run, capsys, text, code, last
):
    """Its folder is where it imports from, as under `python`."""
    (tmp_path / "own.py").write_text(f"import sys; assert sys.argv[1:] == ['--help', 'x']\n{text}")
    (tmp_path / "helper.py").touch()
    assert smallbig_run("own.py", "--help", "x") == code
    assert capsys.readouterr().err.strip().endswith(last)


def test_a_wrong_script_is_told(smallbig_run, capsys):
    assert smallbig_run("analyse_logs.py") == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("error: analyse_logs.py: no such file") and "analyze_logs.py" in line
    assert smallbig_run("kinetics/none_such") == 2
    assert smallbig_run("build_audio_features") == 2  # its own error: it lacks arguments


def test_the_module_is_the_command(tmp_path):
    (tmp_path / "own.py").write_text("import mmaction.models; print('here')")
    done = subprocess.run(
        [sys.executable, "-m", "smallbig_mm", "run", "own.py"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout) == (0, "here\n"), done.stderr
