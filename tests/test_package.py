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


def written(installed: Path) -> set[str]:
    """Files in site-packages that the installation did not put there."""
    (site,) = installed.parent.glob("lib/python*/site-packages")
    (listed,) = site.glob("smallbig_mm-*.dist-info/RECORD")
    own = {line.split(",")[0] for line in listed.read_text().splitlines()} | {"others.pth"}
    found = {str(p.relative_to(site)) for p in site.rglob("*") if p.is_file()}
    return {name for name in found - own if not name.endswith(".pyc")}


def test_the_wheel_holds_configs_tools_and_evidence(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    mim = "smallbig_mm/.mim"
    for name in (
        *("configs/smallbig_r50_k400.py", "configs/_base_/default_runtime.py"),
        *("configs/table11/20_smallbig_en_2x3_sthv2.py", "tools/train.py", "tools/dist_train.sh"),
        *("results/paper/table10.csv", "results/notes.csv"),
        *("model-index.yml", "configs/metafile.yml", "results/page/README.md"),
    ):
        assert f"{mim}/{name}" in names
    assert any(name.startswith(f"{mim}/results/runs/costs/") for name in names)
    assert any(name.startswith(f"{mim}/results/page/plotly-basic") for name in names)
    assert {
        f"smallbig_mm/report/page/{name}" for name in ("index.html", "page.css", "page.js")
    } <= names
    assert f"{mim}/results/index.html" not in names  # make_tables.py makes it
    assert any(name.endswith("LICENSE") for name in names)
    assert not any("__pycache__" in name or name.startswith("tests/") for name in names)


@pytest.fixture(scope="module")
def trained(installed, project) -> Path:
    """The user's folder after an epoch of training."""
    result = shell(installed / "smallbig-mm", "train", "own.py", cwd=project)
    assert result.returncode == 0, result.stderr
    return project


def test_it_trains_from_another_folder(installed, trained):
    (record,) = store.read_all(trained / "work_dirs/records")
    assert (record.kind, record.config) == ("train", "own.py")
    assert record.command == "smallbig-mm train own.py"
    no_commit = "not run: an installed package, no git checkout"
    assert record.code.commit == record.code.dirty == no_commit
    assert record.code.version == smallbig_mm.__version__
    assert written(installed) == set()


@pytest.mark.slow
def test_the_other_commands_do_what_a_checkout_does(installed, trained):
    def run(*arguments: object) -> str:
        result = shell(installed / "smallbig-mm", *arguments, cwd=trained)
        assert result.returncode == 0, result.stderr
        return result.stdout

    run("test", "own.py", "work_dirs/own/epoch_1.pth")
    tested = store.read_all(trained / "work_dirs/records")[-1]
    assert tested.kind == "test" and tested.checkpoints[0].training.epochs == 1
    assert "smallbig_r50_k400 " in run("list", "*r50*")
    counted = json.loads(run("flops", "own.py", "--json", "--clip", 4, 32, 32))
    assert counted["macs"] > 0
    assert "smallbig_mm::" in run("predict", "--help")
    assert json.loads(run("doctor", "--json"))["ok"]
    run("make-tables")
    made = trained / "work_dirs/tables/table05.md"
    assert made.read_text() == (ROOT / "results/tables/table05.md").read_text()
    assert written(installed) == set()


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
