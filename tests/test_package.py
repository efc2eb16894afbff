"""An installed package does what a checkout does, from any folder, and leaves itself alone."""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

import smallbig_mm
from smallbig_mm.records import store

from .tool import CONFIG, ROOT, fails
from .videos import write_dataset

OWN = """
train_cfg = dict(max_epochs=1, val_interval=1)
"""


def shell(*command: object, cwd: Path, **env: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        list(map(str, command)),
        cwd=cwd,
        env={**{k: v for k, v in os.environ.items() if k != "PYTHONPATH"}, **env},
        capture_output=True,
        text=True,
    )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """Built from what git tracks."""
    root = tmp_path_factory.mktemp("wheel")
    names = shell("git", "ls-files", cwd=ROOT).stdout.splitlines()
    if not names:
        pytest.skip("no git checkout, so what belongs into a wheel is not known")
    for name in filter(lambda name: (ROOT / name).is_file(), names):
        (root / "source" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, root / "source" / name)
    pip = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "-w", root]
    made = shell(*pip, root / "source", cwd=root)
    assert made.returncode == 0, made.stderr
    return next(root.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory) -> Path:
    """The bin folder of an environment with the wheel, and with this one's other packages."""
    root = tmp_path_factory.mktemp("environment")
    assert shell(sys.executable, "-m", "venv", "--without-pip", root, cwd=root).returncode == 0
    (site,) = root.glob("lib/python*/site-packages")
    (site / "others.pth").write_text(f"{sysconfig.get_path('purelib')}\n")
    pip = [sys.executable, "-m", "pip", "--python", root / "bin/python", "install", "--no-deps"]
    made = shell(*pip, "--force-reinstall", wheel, cwd=root)
    assert made.returncode == 0, made.stderr
    return root / "bin"


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Path:
    """A user's own git repository, with own videos and a config on one of the package's."""
    root = tmp_path_factory.mktemp("project")
    write_dataset(root / "data", number=4, frames=12)
    text = CONFIG.format(configs="smallbig_mm:", data=root / "data")
    (root / "own.py").write_text(text.replace("smallbig_mm:/", "smallbig_mm::") + OWN)
    git = ["git", "-c", "user.name=x", "-c", "user.email=x@y"]
    for arguments in (["init", "-q"], ["add", "own.py"], ["commit", "-q", "-m", "mine"]):
        assert shell(*git, *arguments, cwd=root).returncode == 0
    return root


def files(folder: Path) -> set[str]:
    return {str(p) for p in folder.rglob("*") if p.is_file() and p.suffix != ".pyc"}


def test_the_wheel_holds_configs_tools_and_evidence(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    mim = "smallbig_mm/.mim"
    for name in (
        *("configs/smallbig_r50_k400.py", "configs/_base_/default_runtime.py"),
        *("configs/table11/20_smallbig_en_2x3_sthv2.py", "tools/train.py", "tools/dist_train.sh"),
        *("results/paper/table10.csv", "results/notes.csv"),
    ):
        assert f"{mim}/{name}" in names
    assert any(name.startswith(f"{mim}/results/runs/costs/") for name in names)
    assert any(name.endswith("LICENSE") for name in names)
    assert not any("__pycache__" in name or name.startswith("tests/") for name in names)


def test_it_trains_and_tests_from_another_folder(installed, project):
    (site,) = installed.parent.glob("lib/python*/site-packages")
    before = files(site)
    tool = installed / "smallbig-mm"

    def run(*arguments: object) -> str:
        result = shell(tool, *arguments, cwd=project)
        assert result.returncode == 0, result.stderr
        return result.stdout

    run("train", "own.py")
    checkpoint = project / "work_dirs/own/epoch_1.pth"
    run("test", "own.py", checkpoint)
    trained, tested = store.read_all(project / "work_dirs/records")
    assert (trained.kind, tested.kind) == ("train", "test") and trained.config == "own.py"
    assert trained.command == "smallbig-mm train own.py"
    for record in (trained, tested):
        assert (
            record.code.commit
            == record.code.dirty
            == ("not run: an installed package, no git checkout")
        )
        assert record.code.version == smallbig_mm.__version__
    assert tested.checkpoints[0].training.epochs == 1
    assert "smallbig_r50_k400 " in run("list", "*r50*")
    counted = json.loads(run("flops", "own.py", "--json", "--clip", 4, 32, 32))
    assert counted["macs"] > 0
    shown = run("predict", "--help")
    assert "usage: smallbig-mm predict" in shown
    assert "\n  smallbig-mm predict video.mp4 smallbig_mm::smallbig_r50_k400.py" in shown
    run("make-tables", "--out", project / "tables")
    made = (project / "tables/table05.md").read_text()
    stored = (ROOT / "results/tables/table05.md").read_text()
    assert made == stored
    assert files(site) == before


@pytest.mark.slow
def test_launchers_train(installed, project):
    (share,) = installed.parent.glob("lib/python*/site-packages/smallbig_mm/.mim")
    result = shell(
        "bash", share / "tools/dist_train.sh", "own.py", 1, "--work-dir", "launched",
        "--no-validate", cwd=project, PYTHON=str(installed / "python"), PORT="29613",
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    assert (project / "launched/epoch_1.pth").is_file()


def test_the_doctor_looks_at_the_installed_one(installed, project):
    result = shell(installed / "smallbig-mm", "doctor", "--json", cwd=project)
    answer = json.loads(result.stdout)
    assert (result.returncode, answer["ok"]) == (0, True), result.stdout
    (found,) = (row for row in answer["findings"] if row["name"] == "smallbig_mm")
    assert Path(found["path"]).is_relative_to(installed.parent)
    assert found["status"] == "ok"


def test_broken_stacks_end_in_a_line_and_the_doctor_still_speaks(installed, tmp_path):
    tool = installed / "smallbig-mm"
    (tmp_path / "pydantic.py").write_text("raise ModuleNotFoundError('no pydantic')\n")
    fails(
        shell(tool, "train", "x.py", cwd=tmp_path, PYTHONPATH=str(tmp_path)), "pydantic", "doctor"
    )
    (tmp_path / "mmengine.py").write_text("raise ImportError('broken')\n")
    fails(
        shell(tool, "train", "x.py", cwd=tmp_path, PYTHONPATH=str(tmp_path)), "mmengine", "doctor"
    )
    result = shell(tool, "doctor", cwd=tmp_path, PYTHONPATH=str(tmp_path))
    assert result.returncode == 1 and "Traceback" not in result.stderr
    assert "mmengine" in result.stdout and "pydantic" in result.stdout


def test_help_lists_the_commands_with_a_line_each(installed, tmp_path):
    result = shell(installed / "smallbig-mm", "--help", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    for name in ("train", "test", "make-tables", "doctor", "quickstart", "record"):
        assert f"  {name} " in result.stdout
    fails(shell(installed / "smallbig-mm", "trian", cwd=tmp_path), "trian", "train")
