"""Faults between the processes and machines of a training, and what they cost."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mmengine.dist import all_reduce, is_main_process
from mmengine.hooks import Hook
from mmengine.registry import HOOKS

from smallbig_mm.datasets.skipped import FILE
from smallbig_mm.records import store

from ..tool import CONFIG, ROOT, TOOLS
from ..videos import write_dataset

# The same clips whichever process draws them, no dropout, batch norms that use what they have: so
# the mean over processes of a step's loss is that of the whole batch, but for rounding.
EQUAL = (
    CONFIG
    + """
custom_imports = dict(imports=["smallbig_mm", "tests.faults.machines"])
custom_hooks = [dict(type="MeanLoss")]
model["backbone"]["norm_eval"] = True
model["cls_head"]["dropout_ratio"] = 0.0
middle = [train[0], dict(sample, test_mode=True), *train[2:]]
train_dataloader["dataset"]["pipeline"] = middle
val_cfg = val_dataloader = val_evaluator = None
train_cfg = dict(max_epochs={epochs})
"""
)
WRAPPED = """
_base_ = "{config}"
inner = _base_.train_dataloader.dataset
train_dataloader = dict(num_workers=1, dataset=dict(
    _delete_=True, type="RepeatDataset", times=2, dataset=inner))
env_cfg = dict(mp_cfg=dict(mp_start_method="{start_method}"))
"""
BY_ITERATION = 'train_cfg = dict(_delete_=True, type="IterBasedTrainLoop", max_iters=8)'
LOSSES = "mean_loss.jsonl"


@HOOKS.register_module()
class MeanLoss(Hook):
    """Writes each step's loss, averaged over the processes, to the first one's work dir."""

    def after_train_iter(
        self, runner: Any, batch_idx: int, data_batch: Any = None, outputs: Any = None
    ) -> None:
        loss = outputs["loss"].detach().clone()
        all_reduce(loss, "mean")
        if is_main_process():
            with (Path(runner.work_dir) / LOSSES).open("a") as file:
                file.write(json.dumps([runner.iter + 1, loss.item()]) + "\n")


def curve(work_dir: Path) -> list[tuple[int, float]]:
    """Step and loss, of each step that was made, in the order in which they were."""
    return [tuple(json.loads(line)) for line in (work_dir / LOSSES).read_text().splitlines()]


def tiny(folder: Path, epochs: int = 5) -> Path:
    """Eight videos, and the config of a network that trains on them in seconds."""
    write_dataset(folder / "data", number=8)
    path = folder / "tiny.py"
    path.write_text(EQUAL.format(configs=ROOT / "configs", data=folder / "data", epochs=epochs))
    return path


def free_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


class Run:
    """A `dist_train.sh` that is running.

    Args:
        config: the config file.
        work_dir: where it writes; its output beside it.
        processes: of this machine.
        options: of the config.
        inside: a network namespace.
        env: of the launcher, e.g. `NNODES="2"`.
    """

    def __init__(
        self,
        config: Path,
        work_dir: Path,
        processes: int = 1,
        options: Sequence[str] = (),
        inside: str | None = None,
        **env: str,
    ) -> None:
        self.work_dir = work_dir
        self.log = Path(f"{work_dir}{env.get('NODE_RANK', '')}.log")
        command = ["bash", str(TOOLS / "dist_train.sh"), str(config), str(processes)]
        command += ["--work-dir", str(work_dir), "--records", f"{work_dir}.records"]
        command += ["--cfg-options", *options] if options else []
        command = ["ip", "netns", "exec", inside, *command] if inside else command
        own = {"PYTHONPATH": str(ROOT), "PYTHON": sys.executable, "OMP_NUM_THREADS": "1"}
        own["DIST_TIMEOUT"] = "120"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env={**os.environ, **own, **env}, stdout=log, stderr=log
            )
        self.begun = time.monotonic()

    def wait(self, seconds: float = 240) -> int:
        """Its exit code; an error if it does not end in time, which ends it."""
        try:
            return self.process.wait(seconds)
        finally:
            if self.process.poll() is None:
                self.kill()

    def until(self, steps: int, seconds: float = 120) -> None:
        """Wait until it has made so many steps."""
        end = time.monotonic() + seconds
        while not (self.work_dir / LOSSES).is_file() or len(curve(self.work_dir)) < steps:
            assert self.process.poll() is None and time.monotonic() < end, self.said()
            time.sleep(0.05)

    def kill(self, *ranks: int) -> None:
        """Kill the training processes with these ranks; all, and the launcher, without ranks."""
        for process in Path("/proc").glob("[0-9]*"):
            try:
                parent = int((process / "stat").read_text().rpartition(")")[2].split()[1])
                words = (process / "environ").read_bytes().split(b"\0")
            except OSError:  # it has ended, or is another user's
                continue
            if parent == self.process.pid and (
                not ranks or any(f"RANK={rank}".encode() in words for rank in ranks)
            ):
                os.kill(int(process.name), signal.SIGKILL)
        if not ranks:
            self.process.kill()

    def said(self) -> str:
        """Its output."""
        return self.log.read_text()

    def last_line(self) -> str:
        return self.said().strip().splitlines()[-1]

    def record(self) -> store.Record:
        """Its last record."""
        return store.read_all(Path(f"{self.work_dir}.records"))[-1]


def nodes(inside: Sequence[str | None] = (None, None), **env: str) -> list[dict[str, Any]]:
    """What says to each of two launchers which machine it is."""
    address = "10.77.0.1" if inside[0] else "127.0.0.1"
    meeting = dict(NNODES="2", MASTER_ADDR=address, **{"PORT": free_port(), **env})
    if inside[0]:
        meeting["GLOO_SOCKET_IFNAME"] = "eth0"
    return [dict(meeting, NODE_RANK=str(rank), inside=inside[rank]) for rank in range(2)]


@contextmanager
def namespaces() -> Iterator[tuple[str, str]]:
    """Two machines, joined by a cable: network namespaces with a virtual link."""
    names = tuple(f"machine{rank}-{os.getpid()}" for rank in (0, 1))

    def ip(*arguments: str) -> None:
        subprocess.run(["ip", *arguments], check=True)

    try:
        for name in names:
            ip("netns", "add", name)
            ip("-n", name, "link", "set", "lo", "up")
        peer = ("peer", "name", "eth0", "netns", names[1])
        ip("-n", names[0], "link", "add", "eth0", "type", "veth", *peer)
        for rank, name in enumerate(names):
            ip("-n", name, "addr", "add", f"10.77.0.{rank + 1}/24", "dev", "eth0")
            ip("-n", name, "link", "set", "eth0", "up")
        yield names
    finally:
        for name in names:
            subprocess.run(["ip", "netns", "del", name], check=False)


def two_machines(
    folder: Path, inside: Sequence[str | None] = (None, None)
) -> list[tuple[int, float, float]]:
    """Step, loss of one process with a batch of 4, mean loss of two machines with 2 each."""
    config = tiny(folder)
    one = Run(config, folder / "one", options=["train_dataloader.batch_size=4"], PORT=free_port())
    assert one.wait() == 0, one.said()
    pair = [Run(config, folder / f"two{rank}", **node) for rank, node in enumerate(nodes(inside))]
    for run in pair:
        assert run.wait() == 0, run.said()
    alone, both = curve(folder / "one"), curve(folder / "two0")
    return [(step, a, b) for (step, a), (_, b) in zip(alone, both, strict=True)]


def killed_worker(folder: Path, rank: int = 1, machines: int = 1) -> dict[str, int]:
    """Of two processes, on one machine or two, one dies by SIGKILL; torchrun starts both again."""
    config, env = tiny(folder, 20), dict(MAX_RESTARTS="2", PORT=free_port())
    if machines == 1:
        runs = [Run(config, folder / "run", 2, **env)]
    else:
        runs = [Run(config, folder / "run", **node) for node in nodes(**env)]
    runs[0].until(7)
    for run in runs:
        run.kill(rank)
    for run in runs:
        assert run.wait() == 0, run.said()
    start = runs[0].record().training.starts[-1]
    steps = [step for step, _ in curve(folder / "run")]
    return dict(
        restarts=start.restarts,
        resumed_after_epoch=start.epoch,
        steps_lost=len(steps) - len(set(steps)),
        steps=steps[-1],
    )


def absent_machine(folder: Path, rank: int = 0, seconds: int = 4) -> tuple[float, int, str]:
    """One of two machines never appears: seconds that the other runs, its exit code, its words."""
    node = nodes(DIST_TIMEOUT=str(seconds))[rank]
    run = Run(tiny(folder), folder / "run", **node)
    code = run.wait(60 + seconds)
    return time.monotonic() - run.begun, code, run.last_line()


def dead_machine(
    folder: Path, inside: Sequence[str | None] = (None, None), seconds: int = 20
) -> tuple[float, int, str]:
    """The second of two machines dies, or its cable is cut where it has one of its own.

    Returns:
        Seconds until the first one has ended, its exit code, its words.
    """
    config = tiny(folder, 5000)
    first, second = (
        Run(config, folder / f"run{rank}", **node)
        for rank, node in enumerate(nodes(inside, DIST_TIMEOUT=str(seconds)))
    )
    first.until(4)
    if inside[1]:
        subprocess.run(["ip", "-n", inside[1], "link", "set", "eth0", "down"], check=True)
    else:
        second.kill()
    begun = time.monotonic()
    code = first.wait(seconds + 120)
    took = time.monotonic() - begun
    if inside[1]:
        second.wait(seconds + 120)
    said = [line for line in first.said().splitlines() if line.startswith("error: ")]
    return took, code, said[0]


def skipped_videos(
    folder: Path, start_method: str, by_epoch: bool
) -> tuple[int, set[int], set[int]]:
    """Broken videos of a wrapped dataset, on two machines with work dirs of their own.

    One has one process, the other two.

    Returns:
        How many the record counts; which the first machine's file names; which are broken.
    """
    config, broken = folder / "wrapped.py", {1, 4, 6}
    text = WRAPPED.format(config=tiny(folder, 2), start_method=start_method)
    config.write_text(text if by_epoch else text + BY_ITERATION)
    for number in broken:
        (folder / f"data/{number}.mp4").write_bytes(b"")
    runs = [
        Run(config, folder / f"run{rank}", rank + 1, **node) for rank, node in enumerate(nodes())
    ]
    for run in runs:
        assert run.wait() == 0, run.said()
    lines = map(json.loads, (folder / "run0" / FILE).read_text().splitlines())
    return runs[0].record().data[0].skipped, {line["index"] for line in lines}, broken


def curve_rows(folder: Path, quick: bool) -> list[dict[str, Any]]:
    """A row a step: the loss of one process, and the mean loss of two machines."""
    with _network() as inside:
        return [
            {
                "step": step,
                "one process": f"{one:.7f}",
                "two machines": f"{two:.7f}",
                "relative difference": f"{abs(one - two) / one:.1e}",
            }
            for step, one, two in two_machines(folder, inside)
        ]


def rows(folder: Path, quick: bool) -> list[dict[str, Any]]:
    """A row a fault; quick injects the first only."""
    found = []
    for count in (1,) if quick else (1, 2):
        lost = killed_worker(folder / f"killed{count}", machines=count)
        steps = f"{lost['steps_lost']} of {lost['steps']} steps"
        went = f"all started again, resumed after epoch {lost['resumed_after_epoch']}"
        fault = f"a process killed, of two on {count} machine{'s' * (count > 1)}"
        found.append({"fault": fault, "what followed": went, "work lost": steps})
    if quick:
        return found
    for method, by_epoch in itertools.product(("fork", "spawn"), (True, False)):
        place = folder / f"skipped-{method}-{by_epoch}"
        counted, _, broken = skipped_videos(place, method, by_epoch)
        how = f"{method}ed loaders, by {'epoch' if by_epoch else 'iteration'}"
        fault = f"{len(broken)} broken videos, 3 processes on 2 machines, {how}"
        found.append(
            {"fault": fault, "what followed": f"{counted} named and counted", "work lost": "none"}
        )
    for rank in (0, 1):
        seconds, _, said = absent_machine(folder / f"absent{rank}", rank)
        what = f"ended after {seconds:.0f} s: {said}"
        found.append({"fault": f"only machine {rank}", "what followed": what, "work lost": "none"})
    with _network() as inside:
        seconds, _, said = dead_machine(folder / "dead", inside)
    fault = f"a machine {'cut off' if inside[0] else 'killed'}, DIST_TIMEOUT=20"
    what = f"the other ended after {seconds:.0f} s: {said}"
    found.append({"fault": fault, "what followed": what, "work lost": "since the last checkpoint"})
    return found


@contextmanager
def _network() -> Iterator[Sequence[str | None]]:
    """Namespaces, where this user may make them."""
    if os.geteuid() or shutil.which("ip") is None:
        yield (None, None)
        return
    with namespaces() as names:
        yield names
