"""A training killed at each of its steps and file operations, resumed, and the endings compared."""

from __future__ import annotations

import json
import multiprocessing
import os
import re
import resource
import signal
import sys
import warnings
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import torch
import torch._dynamo  # which an optimiser imports, for seconds
from mmengine.config import config as mmengine_config
from mmengine.model import BaseModel

from smallbig_mm.compat import repair
from smallbig_mm.files import file_sha256
from smallbig_mm.records import store

from ..tool import CONFIG, ROOT, run_here
from ..videos import write_dataset

# Everything that a resumed training could get wrong: random crops and flips, dropout, averaged
# weights, gradients accumulated over the end of an epoch, a schedule, a best and an oldest
# checkpoint that are deleted.
MORE = """
train[3:3] = [dict(type="RandomResizedCrop", area_range=(0.5, 1.0)), dict(type="Flip")]
train_dataloader["dataset"]["pipeline"] = train
train_cfg = dict(max_epochs=3, val_interval=1)
optim_wrapper = dict(optimizer=dict(lr=0.05), accumulative_counts=3)
custom_hooks = [dict(type="EMAHook")]
default_hooks = dict(checkpoint=dict(max_keep_ckpts=1), logger=dict(interval=1))
"""
EPOCHS, STEPS = 3, 4
KINDS = {  # of kill points, by what is about to happen
    r"step": "in training",
    r"validate": "in validation",
    r"open \.epoch.*part": "before a checkpoint is written",
    r"rename \.epoch": "checkpoint written, not yet named",
    r"(open|rename) \.last_checkpoint": "between checkpoint and last_checkpoint",
    r"remove epoch": "before an old checkpoint is deleted",
    r"(open|rename) \.best": "while the best checkpoint is written",
    r"remove best": "best checkpoint written, old one there",
    r".*(running|json|tiny)": "while logs or records are written",
    r"write": "in the middle of a checkpoint's bytes",
    r"": "elsewhere",
}
warnings.filterwarnings("ignore", ".*found in sys.modules", RuntimeWarning)  # of each fork, by -m
_forkserver = multiprocessing.get_context("forkserver")
_forkserver.set_forkserver_preload([__name__])  # a start costs a fork, not the stack's import


def write_config(root: Path, more: str = MORE) -> Path:
    """A tiny training in a folder of its own."""
    write_dataset(root / "data", number=2 * STEPS)
    path = root / "tiny.py"
    path.write_text(CONFIG.format(configs=ROOT / "configs", data=root / "data") + more)
    return path


def start(config: Path, work: Path, *arguments: object, point: int | None = None, sig: int = 0):
    """Train in a process of its own; its events and output go into WORK's neighbours.

    Args:
        config: the config.
        work: the work dir; the records go beside it, into WORK.records.
        *arguments: of tools/train.py.
        point: the event before which the process gets the signal; None for none.
        sig: the signal. SIGXFSZ comes from the system, when a file has grown to 100 kB.

    Returns:
        The exit code, negative for a signal, and the events.
    """
    work.mkdir(parents=True, exist_ok=True)
    log = work.with_suffix(f".{len(list(work.parent.glob(f'{work.name}.*.events')))}.events")
    process = _forkserver.Process(target=_train, args=(config, work, log, arguments, point, sig))
    process.start()
    process.join()
    return process.exitcode, log.read_text().splitlines()


def _train(config: Path, work: Path, log: Path, arguments: Iterable, point: int | None, sig: int):
    torch.set_num_threads(1)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job ignores it
    output = os.open(log.with_suffix(".txt"), os.O_CREAT | os.O_WRONLY)
    os.dup2(output, 1)
    os.dup2(output, 2)
    events = os.open(log, os.O_CREAT | os.O_WRONLY)
    own, number = os.getpid(), 0

    def event(what: str) -> None:
        nonlocal number
        if os.getpid() != own:
            return
        number += 1
        if number - 1 == point and sig == signal.SIGXFSZ:
            signal.signal(sig, signal.SIG_DFL)
            resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, resource.RLIM_INFINITY))
        elif number - 1 == point:
            os.kill(own, sig)
        os.write(events, f"{what}\n".encode())

    def audit(name: str, args: tuple) -> None:
        if name == "open" and isinstance(args[0], str | os.PathLike):
            writes = args[2] & (os.O_WRONLY | os.O_RDWR | os.O_APPEND)
            path = str(args[0])
        elif name in ("os.rename", "os.link", "os.remove"):
            path = str(args[0])
            writes = name != "os.remove" or not path.endswith(".part")  # those were renamed
        else:
            return
        if writes and path.startswith(str(work.parent)):
            short = re.sub(r"\.[^.]*\.part$", ".part", Path(path).name)
            event(f"{name.removeprefix('os.')} {short}")

    def announced(method: Callable, what: str) -> Callable:
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            event(what)
            return method(*args, **kwargs)

        return wrapped

    mmengine_config.FormatCode = lambda text, **_: (text, True)  # yapf takes a second
    BaseModel.train_step = announced(BaseModel.train_step, "step")
    BaseModel.val_step = announced(BaseModel.val_step, "validate")
    sys.addaudithook(audit)
    given = ["--work-dir", work, "--records", f"{work}.records", *arguments]
    run_here("train", config, *given, cwd=work.parent)


def differences(whole: Path, work: Path) -> list[str]:
    """How a work dir, its logs and its last record differ from those of a training that was never
    stopped; empty if they do not."""
    found = []
    names = [sorted(path.name for path in folder.glob("*.pth")) for folder in (whole, work)]
    if names[0] != names[1]:
        return [f"checkpoints {names[1]}, not {names[0]}"]
    if left := list(work.rglob("*.part")):
        found.append(f"left over: {left}")
    for name in names[0]:
        a, b = (_content(folder / name) for folder in (whole, work))
        found += [f"{name}: {what}" for what in a if not _same(a[what], b[what])]
    if (work / "last_checkpoint").read_text() != str(work / names[0][-1]):
        found.append("last_checkpoint")
    curves = [_curves(folder) for folder in (whole, work)]
    if curves[0] != curves[1]:
        found.append("learning rates or losses, by step, or validations, by epoch")
    a, b = (store.read_all(Path(f"{folder}.records"))[-1] for folder in (whole, work))
    if a.metrics != b.metrics or a.training.epochs != b.training.epochs:
        found.append(f"record: {b.metrics}, not {a.metrics}")
    for record in store.read_all(Path(f"{work}.records")):
        if isinstance(record.metrics, str):
            continue  # it was stopped, and claims no figure
        for checkpoint in record.checkpoints:
            if checkpoint.sha256 != file_sha256(work / checkpoint.file):
                found.append(f"record: {checkpoint.file} is another file")
    return found


def _content(path: Path) -> dict[str, Any]:
    """What must be equal in a checkpoint: not the time, nor when it was started."""
    repair()
    loaded = torch.load(path, weights_only=True)
    hub = loaded.pop("message_hub")
    scalars = {key: h.data for key, h in hub["log_scalars"].items() if "time" not in key}
    loaded["train"] = {key: value for key, value in scalars.items() if key.startswith("train/")}
    loaded["hub"] = {
        key: Path(value).name if "ckpt" in key and isinstance(value, str) else value
        for key, value in hub["runtime_info"].items()
        if "ckpt" in key or key.startswith("best")
    }
    meta = loaded.pop("meta")
    loaded["progress"] = {key: meta[key] for key in ("epoch", "iter", "seed")}
    return loaded


def _same(a: Any, b: Any) -> bool:
    if isinstance(a, torch.Tensor):
        return a.shape == b.shape and bool(((a == b) | (a.isnan() & b.isnan())).all())
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(_same(a[key], b[key]) for key in a)
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(_same, a, b))
    return bool((a == b).all()) if hasattr(a, "all") else a == b


def _curves(work: Path) -> dict[Any, Any]:
    """Learning rate and loss by step, figures by epoch; later starts' over earlier ones'."""
    found = {}
    for log in sorted(work.glob("*/vis_data/scalars.json")):
        for line in log.read_text().splitlines():
            try:
                row = json.loads(line)
            except ValueError:  # cut short
                continue
            kept = {key: value for key, value in row.items() if "time" not in key}
            kept.pop("memory", None)
            found["lr" in row, row["step"]] = kept
    return found


def points(events: list[str]) -> dict[int, str]:
    """The kind of each kill point; the events before which a training can be killed."""
    return {
        number: next(kind for pattern, kind in KINDS.items() if re.match(pattern, event))
        for number, event in enumerate(events)
    }


def rows(folder: Path, quick: bool) -> list[dict[str, Any]]:
    """A row a kind of kill point: SIGKILL and SIGINT in turn, and half-written checkpoints.

    `work lost` is the most steps that were trained twice. Quick tries every fourth point of a kind.
    """
    config, whole = write_config(folder), folder / "whole"
    code, events = start(config, whole)
    assert code == 0, whole
    found: dict[str, dict[str, Any]] = {}
    seen: dict[str, int] = {}
    for number, kind in points(events).items():
        seen[kind] = seen.get(kind, -1) + 1
        place, skip = divmod(seen[kind], 4 if quick else 1)
        if skip:
            continue
        _try(whole, config, events, number, (signal.SIGKILL, signal.SIGINT)[place % 2], kind, found)
        if events[number] == "open .epoch_2.pth.part":
            _try(whole, config, events, number, signal.SIGXFSZ, KINDS["write"], found)
    return list(found.values())


def _try(
    whole: Path,
    config: Path,
    events: list[str],
    number: int,
    sig: signal.Signals,
    kind: str,
    found: dict[str, dict[str, Any]],
) -> None:
    work = whole.with_name(f"{sig.name}{number}")
    code, before = start(config, work, point=number, sig=sig)
    resumed, after = start(config, work, "--resume")
    wrong = [] if resumed == 0 else [f"resuming ended with code {resumed}"]
    wrong += [] if code else ["it was not stopped"]
    wrong = wrong or differences(whole, work)
    lost = (before + after).count("step") - events.count("step")
    name = f"{sig.name} {kind}"
    row = found.setdefault(
        name, {"killed": name, "points": 0, "ended equal": 0, "work lost, steps": 0}
    )
    row["points"] += 1
    row["ended equal"] += not wrong
    row["work lost, steps"] = max(row["work lost, steps"], lost)
    print(f"{sig.name:8s} before {number:3d} {events[number]:40s} {'; '.join(wrong) or 'equal'}")
