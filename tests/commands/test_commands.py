"""The commands as a whole: they are listed, and what cannot be imported ends in one line."""

import json
import os
import runpy
import subprocess
import sys

import pytest

from smallbig_mm.commands import commands, main

from ..tool import ROOT, TOOLS, fails

SICK = """
import os, sys
class Sick:
    def find_spec(self, name, path=None, target=None):
        if name == os.environ["MISSING"]:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Sick())
"""


@pytest.fixture
def without(tmp_path):
    """Runs a command of Python where a package is missing."""
    (tmp_path / "sitecustomize.py").write_text(SICK)

    def start(package: str, *command) -> subprocess.CompletedProcess:
        path = f"{tmp_path}{os.pathsep}{ROOT}"
        return subprocess.run(
            [sys.executable, *map(str, command)],
            env={**os.environ, "MISSING": package, "PYTHONPATH": path},
            capture_output=True,
            text=True,
            timeout=120,
        )

    return start


def test_each_tool_has_its_command():
    tools = {path.stem.replace("_", "-") for path in TOOLS.rglob("[!_]*.py")}
    assert tools | {"list", "quickstart", "run"} == set(commands())
    assert all(text.endswith(".") for text in commands().values())


@pytest.mark.parametrize(
    ("package", "tool"),
    [
        ("torch", "train.py"),  # checked by name before anything else
        ("scipy", "test.py"),  # mmaction2's
        ("pydantic", "record.py"),
        ("pandas", "make_tables.py"),
    ],
)
def test_a_missing_package_ends_in_one_line(without, package, tool):
    done = without(package, TOOLS / tool, "--help")
    fails(done, package, "doctor")
    assert done.stdout == ""


def test_the_command_says_it_too_and_the_doctor_runs(without):
    fails(without("torch", TOOLS / "smallbig-mm", "train", "x.py"), "torch is not installed")
    done = without("torch", TOOLS / "smallbig-mm", "doctor")
    assert done.returncode == 1 and done.stderr == ""
    assert 'pip install "torch>=2.6"' in done.stdout


def test_an_unknown_command_is_told(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["smallbig-mm", "tran"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert capsys.readouterr().err.startswith("error: tran: no such command; did you mean train?")


def test_a_place_that_takes_nothing_is_told(tmp_path, monkeypatch, capsys):
    (tmp_path / "20260101_000000/vis_data").mkdir(parents=True)
    row = dict(loss=1.0, lr=0.1, epoch=1, iter=1, step=1)
    (tmp_path / "20260101_000000/vis_data/scalars.json").write_text(json.dumps(row) + "\n")
    out = tmp_path / ("long" * 99)
    monkeypatch.setattr(
        sys, "argv", ["smallbig-mm", "plot-curves", str(tmp_path), "--out", str(out)]
    )
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert capsys.readouterr().err == (
        f"error: {out}: File name too long; choose another place, or mend its permissions\n"
    )


@pytest.mark.parametrize(
    "tool", [*sorted(p.name for p in TOOLS.glob("[!_]*.py") if p.stem != "doctor"), "smallbig-mm"]
)
def test_a_loader_process_that_is_spawned_does_not_run_its_tool_again(tool, monkeypatch, capsys):
    """multiprocessing imports the script under this name; it would train in the loader."""
    monkeypatch.setattr(sys, "argv", [tool, "--help"])
    runpy.run_path(str(TOOLS / tool), run_name="__mp_main__")
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("pattern", ["*", "smallbig_r23_k400"])  # more than a buffer, and less
def test_who_reads_no_more_is_no_error(pattern):
    """As `| head` does; what is written at a process's end counts too."""
    command = [sys.executable, "-m", "smallbig_mm", "list", pattern]
    env = {key: value for key, value in os.environ.items() if key != "PYTHONUNBUFFERED"}
    pipes = dict(stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    with subprocess.Popen(command, env=env, **pipes) as process:
        process.stdout.close()
        assert process.stderr.read() == b""
