"""Examine an installation: versions with paths, repairs, decoding, the machine, and what to do.

It has to work where the stack is broken, so this file imports the standard library only and may be
loaded by path, without its package. Whatever imports the stack runs in a child process (this file
as a script): a package that crashes or hangs is then a finding as well, and the rest still runs.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.metadata
import importlib.util
import json
import os
import platform
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
MMCV_FIX = 'pip uninstall -y mmcv mmcv-lite && pip install "mmcv-lite==2.1.0"'
OPENCV = (
    "opencv-python",
    "opencv-python-headless",
    "opencv-contrib-python",
    "opencv-contrib-python-headless",
)
REQUIRED_OPENCV = ("opencv-python", "opencv-contrib-python")  # by mmengine and mmaction2
MIB, GIB = 2**20, 2**30
CHILD = "--child"


@dataclass(frozen=True)
class Package:
    """A package of the stack.

    Attributes:
        module: its name in an import.
        distributions: that provide it.
        fix: how to install it.
        optional: whether only some commands need it.
    """

    module: str
    distributions: tuple[str, ...]
    fix: str
    optional: bool = False


PACKAGES = (
    Package("numpy", ("numpy",), 'pip install "numpy>=1.26"'),
    Package("torch", ("torch",), 'pip install "torch>=2.6"'),
    Package("mmengine", ("mmengine", "mmengine-lite"), 'pip install "mmengine==0.10.7"'),
    Package("mmcv", ("mmcv", "mmcv-lite"), 'pip install "mmcv-lite==2.1.0"'),
    Package("mmaction", ("mmaction2",), 'pip install "mmaction2==1.2.0"'),
    Package("decord", ("decord", "eva-decord", "decord2"), "pip install decord"),
    Package("cv2", OPENCV, "pip install opencv-python"),
    Package("av", ("av",), "pip install av"),
    Package("fvcore", ("fvcore",), "pip install fvcore"),
    Package("pydantic", ("pydantic",), 'pip install "pydantic>=2.5,<3"'),
    Package("pandas", ("pandas",), 'pip install "pandas>=2.2"'),
    Package("scipy", ("scipy",), 'pip install "scipy>=1.11"'),
    Package("sklearn", ("scikit-learn",), "pip install scikit-learn"),
    Package("jinja2", ("Jinja2",), "pip install jinja2"),
    Package("tabulate", ("tabulate",), "pip install tabulate"),
    Package("yaml", ("PyYAML",), "pip install PyYAML"),
    Package("tqdm", ("tqdm",), "pip install tqdm"),
    Package("setuptools", ("setuptools",), 'pip install "setuptools<81"'),
    *(
        Package(name, (name,), f"pip install {name}", optional=True)
        for name in ("onnx", "onnxscript", "onnxruntime", "openvino", "nncf")
    ),
)


@dataclass(frozen=True)
class Finding:
    """One line of the report.

    Attributes:
        section: heading it belongs to.
        name: what was looked at.
        status: `ok`, `warn` (works, but read the fix) or `fail` (training or testing will not run).
        value: what was found.
        path: where it lies, if anywhere.
        fix: what to do, for `warn` and `fail`.
    """

    section: str
    name: str
    status: str
    value: str
    path: str = ""
    fix: str = ""


def diagnose() -> list[Finding]:
    """Examine this Python, its packages and this machine. Takes some ten seconds."""
    steps = [*(package.module for package in PACKAGES), "smallbig_mm", "accelerators", "decoder"]
    facts = _run_steps(steps)
    return [
        _python(),
        *_packages(facts),
        *_repairs(facts["smallbig_mm"]),
        _decoder(facts["decoder"]),
        *_machine(facts["accelerators"]),
        *_storage(facts["accelerators"]),
    ]


# --------------------------------------------------------------------------------------------------
# The child process


def _run_steps(steps: list[str], timeout: float = 180) -> dict[str, dict[str, Any]]:
    """Run each step in a child process; start another one after a step that kills it.

    Returns:
        For each step a dict of facts; with the key `error` where it failed.
    """
    facts: dict[str, dict[str, Any]] = {}
    with tempfile.TemporaryDirectory() as folder:
        while len(facts) < len(steps):
            rest = steps[len(facts) :]
            results = Path(folder) / "results.jsonl"
            results.unlink(missing_ok=True)
            ended = ""
            try:
                child = subprocess.run(
                    [sys.executable, __file__, CHILD, str(results), *rest],
                    capture_output=True,
                    timeout=timeout,
                    env={**os.environ, "NNCF_CI": "1"},  # or NNCF prepares to report its use
                    check=False,
                )
                if child.returncode < 0:
                    ended = f"crashes Python ({signal.Signals(-child.returncode).name})"
                elif child.returncode:
                    last = child.stderr.decode(errors="replace").strip().splitlines()[-1:]
                    ended = f"ended Python with exit code {child.returncode}: {' '.join(last)}"
            except subprocess.TimeoutExpired:
                ended = f"does not finish within {timeout:.0f} seconds"
            lines = results.read_text().splitlines() if results.exists() else []
            facts.update(zip(rest, map(json.loads, lines), strict=False))
            if len(lines) < len(rest):
                facts[rest[len(lines)]] = {"error": ended or "gave no result"}
    return facts


def _child(results: str, steps: list[str]) -> None:
    """Run `steps`, appending one line of JSON a step to the file `results`."""
    here = str(Path(__file__).resolve().parent)
    sys.path[:] = [entry for entry in sys.path if os.path.realpath(entry or ".") != here]
    special = {"smallbig_mm": _try_package, "accelerators": _try_torch, "decoder": _try_decoder}
    for step in steps:
        try:
            facts = special[step]() if step in special else _try_import(step)
        except Exception as error:
            message = " ".join(str(error).split()) or "no message"
            facts = {"error": f"{type(error).__name__}: {message}"}
        with open(results, "a") as stream:
            stream.write(json.dumps(facts) + "\n")


def _try_import(name: str) -> dict[str, Any]:
    module = importlib.import_module(name)
    folder = Path(module.__file__).parent if module.__file__ else "no path: a leftover folder?"
    return {"version": str(getattr(module, "__version__", "")), "path": str(folder)}


def _try_package() -> dict[str, Any]:
    installed = importlib.util.find_spec("smallbig_mm") is not None
    if not installed:
        sys.path.append(str(ROOT))
    facts = _try_import("smallbig_mm")
    compat = importlib.import_module("smallbig_mm.compat")
    return {**facts, "installed": installed, "repairs": compat.repairs()}


def _try_torch() -> dict[str, Any]:
    import torch

    cuda = torch.cuda
    return {
        "threads": torch.get_num_threads(),
        "gpus": [cuda.get_device_name(index) for index in range(cuda.device_count())],
        "cuda": torch.version.cuda,
        "hub": torch.hub.get_dir(),
    }


def _try_decoder() -> dict[str, Any]:
    """Write a small video whose frames get brighter and read it back with decord."""
    import numpy as np

    frames, height, width = 16, 48, 64
    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, "doctor.mp4")
        writer = _write_video(
            file, [np.full((height, width, 3), 12 * t, np.uint8) for t in range(frames)]
        )
        import decord

        clip = decord.VideoReader(file, num_threads=1)[:].asnumpy()
    if clip.shape != (frames, height, width, 3):
        raise RuntimeError(f"{frames} frames of {width}x{height} were read as {clip.shape}")
    if not (np.diff(clip.mean((1, 2, 3))) > 0).all():
        raise RuntimeError("the frames were read in a wrong order or with wrong colours")
    return {"value": f"decord reads {frames} frames of {width}x{height} that {writer} wrote"}


def _write_video(file: str, frames: list[Any]) -> str:
    """Write RGB frames (H, W, 3) as MPEG-4, with OpenCV or else PyAV, and name the one."""
    height, width = frames[0].shape[:2]
    try:
        import cv2

        writer = cv2.VideoWriter(file, cv2.VideoWriter.fourcc(*"mp4v"), 25, (width, height))
        for frame in frames:
            writer.write(frame[..., ::-1])
        writer.release()
        if os.path.getsize(file):
            return "OpenCV"
    except Exception:  # PyAV's turn; OpenCV has a line of its own in the report
        pass
    import av

    with av.open(file, "w") as container:
        stream = container.add_stream("mpeg4", rate=25)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for frame in frames:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format="rgb24")))
        container.mux(stream.encode())
    return "PyAV"


# --------------------------------------------------------------------------------------------------
# Judgements


def _python() -> Finding:
    version = sys.version_info[:2]
    supported = (3, 10) <= version <= (3, 13)
    return Finding(
        "Packages",
        "python",
        "ok" if supported else "warn",
        platform.python_version(),
        sys.executable,
        "" if supported else "use Python 3.10 to 3.13; the tested one is 3.11",
    )


def _installed(package: Package) -> dict[str, str]:
    """Version of each installed distribution that provides `package`."""
    found = {}
    for name in package.distributions:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def _packages(facts: dict[str, dict[str, Any]]) -> Iterable[Finding]:
    for package in PACKAGES:
        found, imported = _installed(package), facts[package.module]
        title = " + ".join(found) or package.distributions[0]
        version = " + ".join(dict.fromkeys(found.values())) or imported.get("version", "")
        status, fix = _judge(package, found, imported)
        error = imported.get("error", "")
        value = "not installed" if _is_missing(package, imported) else version or "?"
        if package.optional and value == "not installed":
            yield Finding("Packages", title, "ok", f"{value}, optional: {fix}")
            continue
        if package.optional and status == "fail":
            status = "warn"
        if error and value != "not installed":
            value += f", cannot be imported: {error}"
        yield Finding("Packages", title, status, value, imported.get("path", ""), fix)


def _is_missing(package: Package, imported: dict[str, Any]) -> bool:
    return imported.get("error", "").endswith(f"No module named '{package.module}'")


def _judge(package: Package, found: dict[str, str], imported: dict[str, Any]) -> tuple[str, str]:
    """Status and fix of a package: what `found` says first, as it explains a failing import."""
    name, error = package.module, imported.get("error", "")
    versions = sorted(set(found.values()), key=_number)
    refused = [version for version in versions if not (2, 0) <= _number(version) < (2, 2)]
    if name == "mmcv" and len(found) > 1:
        status = "fail" if error or refused else "warn"
        return status, f"mmcv and mmcv-lite overwrite each other; keep one: {MMCV_FIX}"
    if name == "mmcv" and refused:
        return "fail", f"mmaction2 1.2.0 needs mmcv 2.0 or 2.1: {MMCV_FIX}"
    if name == "torch" and versions and _number(versions[0]) < (2, 6):
        return "fail", f"older ones load checkpoints unsafely: {package.fix}"
    if name == "setuptools":
        if _number(versions[0] if versions else "99") < (82,):
            return "ok", ""
        return "warn", (
            "mmengine needs pkg_resources, which setuptools 82 dropped (repaired here, but not for "
            f"other packages): {package.fix}"
        )
    if name == "cv2" and len(versions) > 1:
        listed = ", ".join(f"{key} {version}" for key, version in found.items())
        status = "fail" if error else "warn"
        if set(found) == set(REQUIRED_OPENCV):
            alike = " ".join(f'"{key}=={versions[0]}"' for key in found)
            return status, f"{listed} overwrite each other; make them one: pip install {alike}"
        return status, (
            f"{listed} overwrite each other; keep one: "
            f"pip uninstall -y {' '.join(found)} && pip install opencv-python"
        )
    if not error:
        return "ok", ""
    if _is_missing(package, imported):
        # mmaction2 and others call OpenCV, so only PyAV is a matter of taste.
        return ("warn" if name == "av" else "fail"), package.fix
    if other := re.search(r"No module named '(\w+)", error):
        known = {one.module: one.fix for one in PACKAGES}
        fix = known.get(other[1], f"pip install {other[1]}")
        return "fail", f"it needs {other[1]}: {fix}"
    if name == "cv2" and "libGL" in error:
        return "fail", "pip uninstall -y opencv-python && pip install opencv-python-headless"
    if "numpy" in error.lower():
        upgrade = f"pip install --upgrade numpy {next(iter(found), name)}"
        return "fail", f"it was built for another NumPy: {upgrade}"
    if name == "mmaction" and "MMCV" in error:
        return "fail", MMCV_FIX
    return "fail", "reinstall it: " + package.fix.replace("install", "install --force-reinstall", 1)


def _number(version: str) -> tuple[int, ...]:
    """Leading numbers of a version: `2.13.0+cpu` is (2, 13, 0)."""
    match = re.match(r"\d+(\.\d+)*", version)
    return tuple(int(part) for part in match.group().split(".")) if match else (0,)


def _repairs(facts: dict[str, Any]) -> Iterable[Finding]:
    section = "Repairs (made by `import smallbig_mm`, in memory only)"
    if "error" in facts:
        yield Finding(
            section, "smallbig_mm", "fail", f"cannot be imported: {facts['error']}", str(ROOT),
            "mend the packages above first; if they are fine, pip install -e " + str(ROOT),
        )  # fmt: skip
        return
    path = Path(facts["path"])
    status, fix = "ok", ""
    if not facts["installed"]:
        status = "warn"
        fix = f"to import it from any folder: pip install -e {ROOT} --no-deps"
    elif path.resolve() != ROOT / "smallbig_mm":
        status, fix = "warn", f"this is not the copy in {ROOT}; for that: pip install -e {ROOT}"
    yield Finding(section, "smallbig_mm", status, facts["version"], facts["path"], fix)
    for name, done in facts["repairs"].items():
        yield Finding(section, name, "ok", done or "not needed")


def _decoder(facts: dict[str, Any]) -> Finding:
    if "error" in facts:
        fix = "pip install decord (there are wheels for Linux, Windows and Intel Macs)"
        if "decord" not in facts["error"]:
            fix = "pip install --force-reinstall --no-deps decord opencv-python"
        return Finding("Video", "decoder", "fail", facts["error"], fix=fix)
    return Finding("Video", "decoder", "ok", facts["value"])


def _machine(torch: dict[str, Any]) -> Iterable[Finding]:
    section = "Machine"
    affinity = getattr(os, "sched_getaffinity", None)
    cores = len(affinity(0)) if affinity else os.cpu_count()
    threads = f", {torch['threads']} torch threads" if "threads" in torch else ""
    yield Finding(section, "CPU", "ok", f"{cores} cores{threads}, {platform.machine()}")
    if gpus := torch.get("gpus"):
        yield Finding(section, "GPU", "ok", f"{', '.join(gpus)} (CUDA {torch['cuda']})")
    elif shutil.which("nvidia-smi") or Path("/proc/driver/nvidia").exists():
        built = f"built for CUDA {torch['cuda']}" if torch.get("cuda") else "a CPU build"
        fix = "install a torch for your driver (https://pytorch.org/get-started/locally), or check"
        yield Finding(
            section, "GPU", "warn", f"NVIDIA's driver is here, but torch ({built}) sees no GPU",
            fix=fix + " CUDA_VISIBLE_DEVICES",
        )  # fmt: skip
    else:
        yield Finding(section, "GPU", "ok", "none: training runs on the CPU (gloo if distributed)")
    if hasattr(os, "sysconf") and "SC_AVPHYS_PAGES" in os.sysconf_names:
        page = os.sysconf("SC_PAGE_SIZE")
        free, total = (page * os.sysconf(f"SC_{kind}PHYS_PAGES") for kind in ("AV", ""))
        yield Finding(section, "memory", "ok", f"{_size(free)} free of {_size(total)}")
    if os.environ.get("TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD", "0").lower() in ("1", "y", "yes", "true"):
        yield Finding(
            section, "environment", "warn", "TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD is set",
            fix="unset TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD: with it, a checkpoint may run any code",
        )  # fmt: skip


def _storage(torch: dict[str, Any]) -> Iterable[Finding]:
    section = "Storage"
    shared = Path("/dev/shm")
    if shared.is_dir():
        usage = shutil.disk_usage(shared)
        tiny = usage.free < 256 * MIB
        yield Finding(
            section, "shared memory", "warn" if tiny else "ok",
            f"{_size(usage.free)} free of {_size(usage.total)}", str(shared),
            "loader processes pass clips through it: start docker with --shm-size=8g, or set "
            "train_dataloader.num_workers=0 and persistent_workers=False" if tiny else "",
        )  # fmt: skip
    free = shutil.disk_usage(Path.cwd()).free
    yield Finding(
        section, "free disk", "ok" if free > 2 * GIB else "warn", _size(free), str(Path.cwd()),
        "" if free > 2 * GIB else "checkpoints of an R50 take 0.3 GiB each: choose a --work-dir "
        "on another disk, or set default_hooks.checkpoint.max_keep_ckpts=1",
    )  # fmt: skip
    yield _writable("work_dirs", Path.cwd() / "work_dirs", "fail", "pass --work-dir FOLDER")
    cache = Path(torch.get("hub") or Path.home() / ".cache/torch/hub") / "checkpoints"
    yield _writable("ImageNet weights", cache, "warn", "export TORCH_HOME=FOLDER")


def _writable(name: str, folder: Path, otherwise: str, fix: str) -> Finding:
    """Try to write to `folder` or, where there is none yet, to the folder it would be made in."""
    place = folder
    while not place.exists() and place != place.parent:
        place = place.parent
    try:
        with tempfile.TemporaryFile(dir=place):
            pass
    except OSError as error:
        value = f"no write access ({error.strerror})"
        return Finding(
            "Storage", name, otherwise, value, str(folder), f"{fix}, with a folder you can write to"
        )
    return Finding("Storage", name, "ok", "can be written", str(folder))


def _size(number: float) -> str:
    return f"{number / GIB:.1f} GiB" if number >= GIB else f"{number / MIB:.0f} MiB"


# --------------------------------------------------------------------------------------------------
# The report


def report(findings: list[Finding], colour: bool = False) -> str:
    """The findings as text: a table a section, then what to do, the broken things first."""
    paint = {"ok": "32", "warn": "33", "fail": "31"}

    def mark(status: str) -> str:
        word = f"{status:<4}"
        return f"\033[{paint[status]}m{word}\033[0m" if colour else word

    lines = ["smallbig_mm doctor"]
    for section in dict.fromkeys(finding.section for finding in findings):
        rows = [finding for finding in findings if finding.section == section]
        short = [len(row.value) for row in rows if row.path and len(row.value) < 40]
        value_width = max(short, default=0)
        name_width = max(len(row.name) for row in rows)
        lines += ["", section]
        for row in rows:
            value = f"{row.value:<{value_width}}  {row.path}" if row.path else row.value
            lines.append(f"  {mark(row.status)}  {row.name:<{name_width}}  {value}".rstrip())
    problems = [row for status in ("fail", "warn") for row in findings if row.status == status]
    if problems:
        lines += ["", "What to do"]
    for row in problems:
        value = textwrap.shorten(row.value, 80, placeholder=" ...")
        lines += [f"  {mark(row.status)}  {row.name}: {value}", f"        {row.fix}"]
    broken = sum(row.status == "fail" for row in findings)
    advice = len(problems) - broken
    lines += ["", _verdict(broken, advice)]
    return "\n".join(lines)


def _verdict(broken: int, advice: int) -> str:
    warnings = f"{advice} warning{'s' * (advice != 1)}"
    if broken:
        return f"{broken} broken, {warnings}: mend what is marked `fail`, in this order."
    return f"Everything needed works ({warnings})." if advice else "Everything works."


def main() -> None:
    """The command; exit code 1 if something is broken."""
    name = sys.argv[0] if sys.argv[0].startswith("smallbig-mm ") else "python tools/doctor.py"
    tool = argparse.ArgumentParser(
        description="Say whether this installation can train and test, and what to do where it "
        "cannot: versions with install paths, what was repaired, a decoding test, CPU, GPU, memory "
        "and storage. Exit code 1 if something is broken.",
        epilog=f"example: {name} --json > doctor.json",
    )
    tool.add_argument("--json", action="store_true", help="print the findings as JSON")
    as_json = tool.parse_args().json

    findings = diagnose()
    broken = any(finding.status == "fail" for finding in findings)
    if as_json:
        rows = [asdict(finding) for finding in findings]
        print(json.dumps({"ok": not broken, "findings": rows}, indent=2))
    else:
        print(report(findings, colour=sys.stdout.isatty() and "NO_COLOR" not in os.environ))
    sys.exit(int(broken))


if __name__ == "__main__":
    if sys.argv[1:2] == [CHILD]:
        _child(sys.argv[2], sys.argv[3:])
    else:
        main()
