"""The doctor finds what is broken, says what to do, and survives what it examines."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from smallbig_mm import doctor

TOOL = Path(__file__).resolve().parents[1] / "tools" / "doctor.py"
# Imported by Python at its start: some packages are missing, one kills the interpreter.
SICK = """
import os, signal, sys
class Sick:
    def find_spec(self, name, path=None, target=None):
        if name in os.environ["MISSING"].split():
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        if name == os.environ["DEADLY"]:
            os.kill(os.getpid(), signal.SIGSEGV)
sys.meta_path.insert(0, Sick())
"""


def run_tool(*arguments: str, **variables: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, str(TOOL), *arguments],
        capture_output=True,
        text=True,
        timeout=180,
        env={**os.environ, "OMP_NUM_THREADS": "1", **variables},
        check=False,
    )


def test_a_working_installation_passes() -> None:
    done = run_tool("--json")
    answer = json.loads(done.stdout)
    assert (done.returncode, answer["ok"]) == (0, True), done.stdout
    found = {row["name"]: row for row in answer["findings"]}
    assert Path(found["torch"]["path"]).is_dir()
    assert found["decoder"]["value"].startswith("decord reads 16 frames of 64x48")
    assert found["allow_checkpoint_types"]["status"] == "ok"
    assert all(row["fix"] for row in answer["findings"] if row["status"] != "ok")


def test_missing_and_deadly_packages_are_findings(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(SICK)
    done = run_tool(
        MISSING="torch mmengine mmcv mmaction", DEADLY="decord", PYTHONPATH=str(tmp_path)
    )
    assert done.returncode == 1, done.stderr
    assert done.stderr == ""
    text = done.stdout
    assert "decord: 0.6.0, cannot be imported: crashes Python (SIGSEGV)" in text
    for wanted in (
        'pip install "torch>=2.6"',
        'pip install "mmcv-lite==2.1.0"',
        'pip install "mmaction2==1.2.0"',
        "smallbig_mm: cannot be imported: StackError: torch is not installed",
        "decoder: crashes Python",
    ):
        assert wanted in text
    numpy, av = (
        next(row for row in text.splitlines() if f"  {name} " in row) for name in ("numpy", "av")
    )
    assert numpy.strip().startswith("ok")  # examined although others died
    assert av.strip().startswith("ok")


def test_help_has_an_example() -> None:
    done = run_tool("--help")
    assert done.returncode == 0
    assert "python tools/doctor.py --json" in done.stdout


def judge(
    monkeypatch: pytest.MonkeyPatch, module: str, found: dict[str, str], error: str = ""
) -> doctor.Finding:
    """The finding on one package whose distributions are `found` and whose import says `error`."""
    package = next(package for package in doctor.PACKAGES if package.module == module)
    monkeypatch.setattr(doctor, "PACKAGES", (package,))
    monkeypatch.setattr(doctor, "_installed", lambda package: found)
    facts: dict[str, Any] = {"error": error} if error else {"version": "", "path": "somewhere"}
    (finding,) = doctor._packages({module: facts})
    return finding


@pytest.mark.parametrize(
    ("module", "found", "error", "status", "fix"),
    [
        ("mmcv", {"mmcv-lite": "2.1.0"}, "", "ok", ""),
        ("mmcv", {"mmcv": "2.0.1"}, "", "ok", ""),
        ("mmcv", {"mmcv": "2.2.0"}, "", "fail", "mmcv-lite==2.1.0"),
        ("mmcv", {"mmcv": "1.7.2"}, "", "fail", "mmcv-lite==2.1.0"),
        ("mmcv", {"mmcv": "2.1.0", "mmcv-lite": "2.1.0"}, "", "warn", "overwrite each other"),
        ("mmcv", {"mmcv": "2.2.0", "mmcv-lite": "2.1.0"}, "", "fail", "overwrite each other"),
        ("mmcv", {}, "ModuleNotFoundError: No module named 'mmcv'", "fail", "mmcv-lite==2.1.0"),
        (
            "mmaction",
            {"mmaction2": "1.2.0"},
            "AssertionError: MMCV==2.2.0",
            "fail",
            "mmcv-lite==2.1",
        ),
        (
            *("mmaction", {"mmaction2": "1.2.0"}, "ModuleNotFoundError: No module named 'mmcv'"),
            *("fail", "it needs mmcv"),
        ),
        (
            "decord",
            {},
            "ModuleNotFoundError: No module named 'decord'",
            "fail",
            "pip install decord",
        ),
        *(
            (module, {}, f"ModuleNotFoundError: No module named '{module}'", "fail", fix)
            for module, fix in {
                "pydantic": 'pip install "pydantic>=2.5,<3"',
                "pandas": 'pip install "pandas>=2.2"',
                "scipy": 'pip install "scipy>=1.11"',
                "sklearn": "pip install scikit-learn",
                "jinja2": "pip install jinja2",
                "tabulate": "pip install tabulate",
                "yaml": "pip install PyYAML",
                "tqdm": "pip install tqdm",
            }.items()
        ),
        ("av", {}, "ModuleNotFoundError: No module named 'av'", "warn", "pip install av"),
        ("torch", {"torch": "2.13.0+cpu"}, "", "ok", ""),
        ("torch", {"torch": "2.5.1"}, "", "fail", "torch>=2.6"),
        ("setuptools", {"setuptools": "80.10.2"}, "", "ok", ""),
        ("setuptools", {"setuptools": "82.0.0"}, "", "warn", "setuptools<81"),
        (
            *("setuptools", {}, "ModuleNotFoundError: No module named 'setuptools'"),
            *("warn", "setuptools<81"),
        ),
        ("cv2", {"opencv-python": "5.0.0.93", "opencv-contrib-python": "5.0.0.93"}, "", "ok", ""),
        (
            *("cv2", {"opencv-python": "5.0.0.93", "opencv-contrib-python": "5.1.0.95"}, ""),
            *("warn", 'pip install "opencv-python==5.0.0.93" "opencv-contrib-python==5.0.0.93"'),
        ),
        (
            *("cv2", {"opencv-python": "5.0.0.93", "opencv-python-headless": "4.10.0.84"}, ""),
            *("warn", "pip uninstall -y opencv-python opencv-python-headless"),
        ),
        (
            *(
                "cv2",
                {"opencv-python": "4.5.0"},
                "ImportError: numpy.core.multiarray failed to import",
            ),
            *("fail", "built for another NumPy: pip install --upgrade numpy opencv-python"),
        ),
        (
            *("cv2", {"opencv-python": "4.5.0"}, "ImportError: libGL.so.1: cannot open"),
            *("fail", "opencv-python-headless"),
        ),
    ],
)
def test_each_known_trouble_has_its_fix(
    monkeypatch: pytest.MonkeyPatch,
    module: str,
    found: dict[str, str],
    error: str,
    status: str,
    fix: str,
) -> None:
    finding = judge(monkeypatch, module, found, error)
    assert finding.status == status
    assert fix in finding.fix
    assert bool(finding.fix) == (status != "ok")


def test_what_only_some_commands_need_is_no_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    missing = "ModuleNotFoundError: No module named 'openvino'"
    finding = judge(monkeypatch, "openvino", {}, missing)
    assert (finding.status, finding.fix) == ("ok", "")
    assert finding.value == "not installed, optional: pip install openvino"
    finding = judge(monkeypatch, "openvino", {"openvino": "2026.4.1"}, "ImportError: no libtbb")
    assert (finding.status, finding.fix) == (
        "warn",
        "reinstall it: pip install --force-reinstall openvino",
    )


def test_storage_troubles(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import shutil
    import tempfile
    from collections import namedtuple

    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(64 * 2**20, 0, 64 * 2**20))

    def refuse(dir: Path) -> None:
        raise PermissionError(13, "Permission denied", str(dir))

    monkeypatch.setattr(tempfile, "TemporaryFile", refuse)
    monkeypatch.chdir(tmp_path)
    found = {row.name: row for row in doctor._storage({"hub": str(tmp_path)})}
    assert {name: row.status for name, row in found.items()} == {
        **({"shared memory": "warn"} if Path("/dev/shm").is_dir() else {}),
        "free disk": "warn",
        "work_dirs": "fail",
        "ImageNet weights": "warn",
    }
    assert "--work-dir" in found["work_dirs"].fix
    assert "TORCH_HOME" in found["ImageNet weights"].fix
    assert not (tmp_path / "work_dirs").exists()  # looking leaves nothing behind


def test_unsafe_loading_and_an_unused_gpu_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    import shutil

    monkeypatch.setenv("TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD", "1")
    monkeypatch.setattr(shutil, "which", lambda name: "/usr/bin/nvidia-smi")
    found = {row.name: row for row in doctor._machine({"threads": 2, "gpus": [], "cuda": None})}
    assert found["environment"].status == "warn"
    assert found["GPU"].status == "warn"
    assert "a CPU build" in found["GPU"].value
    named = {"threads": 2, "gpus": ["A100"], "cuda": "12.8"}
    found = {row.name: row for row in doctor._machine(named)}
    assert (found["GPU"].status, found["GPU"].value) == ("ok", "A100 (CUDA 12.8)")


def test_the_report_puts_what_is_broken_first() -> None:
    findings = [
        doctor.Finding("A", "one", "ok", "1.0", "/here"),
        doctor.Finding("A", "two", "warn", "odd", fix="do this"),
        doctor.Finding("B", "three", "fail", "gone", fix="do that"),
    ]
    text = doctor.report(findings)
    assert text.index("do that") < text.index("do this")
    assert text.endswith("1 broken, 1 warning: mend what is marked `fail`, in this order.")
    assert "\033" not in text
    assert doctor.report(findings[:1]).endswith("Everything works.")
    assert doctor.report(findings[:2]).endswith("Everything needed works (1 warning).")
    assert "\033[31mfail" in doctor.report(findings, colour=True)


def test_a_hanging_step_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    def hang(*args: Any, timeout: float, **kwargs: Any) -> None:
        raise subprocess.TimeoutExpired("child", timeout)

    monkeypatch.setattr(subprocess, "run", hang)
    facts = doctor._run_steps(["torch", "decoder"], timeout=1)
    assert facts["torch"]["error"] == facts["decoder"]["error"]
    assert "does not finish within 1 seconds" in facts["torch"]["error"]
