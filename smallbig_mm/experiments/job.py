"""A job of many: one network, trained, tested and counted in a process of its own, and recorded.

`engine` writes a job into a folder and starts `python -m smallbig_mm.experiments.job FOLDER`.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from mmengine.config import Config
from mmengine.hooks import Hook
from mmengine.runner import Runner, TestLoop
from tqdm import tqdm

from .. import ensemble
from ..costs.counting import clip_of, count
from ..datasets.controls import controlled
from ..files import CHECKOUT, write_text
from ..progress import progress_bar
from ..records import recording, runs, store
from ..records.figures import as_fields
from ..records.provenance import environment
from ..records.resuming import resume
from ..records.training import planned

CONFIG, ORDER, SCORES, ERROR = "job.py", "job.json", "scores.pkl", "error.txt"


@dataclass(frozen=True)
class Job:
    """A network, its training and its test.

    Attributes:
        name: what the ids of its records begin with; it holds the config's digest.
        config: path of the config, as records name it.
        cfg: the config as it is run, all but its work dir.
        seed: of weights, order and augmentation.
        detail: what its record adds.
        keep_predictions: the record gets each video's name, label and predicted class, too.
    """

    name: str
    config: str
    cfg: Config
    seed: int
    detail: dict[str, Any]
    keep_predictions: bool = False

    def save(self, folder: Path, **order: Any) -> None:
        """Write the job, and what else `execute` is to be given, into a folder."""
        fields = {key: value for key, value in vars(self).items() if key != "cfg"}
        folder.mkdir(parents=True, exist_ok=True)
        self.cfg.dump(str(folder / CONFIG))  # a .py, which tells tuples from lists
        write_text(folder / ORDER, json.dumps(dict(job=fields, **order), indent=1) + "\n")


class Progress(Hook):
    """One line that moves: steps, loss and time left of training, then clips tested."""

    priority = "VERY_LOW"

    def __init__(self, name: str) -> None:
        self.name = name

    def _bar(self, what: str, total: int, done: int = 0) -> tqdm:
        return progress_bar(total=total, initial=done, desc=f"{self.name:18s} {what}")

    def before_train(self, runner: Runner) -> None:
        self.bar = self._bar("train", runner.max_iters, runner.iter)

    def after_train_iter(self, runner: Runner, batch_idx, data_batch=None, outputs=None) -> None:
        self.bar.update()
        if outputs is not None:
            self.bar.set_postfix(loss=f"{outputs['loss'].item():.2f}", refresh=False)

    def after_train(self, runner: Runner) -> None:
        self.bar.close()

    def before_test(self, runner: Runner) -> None:
        self.bar = self._bar("test", len(runner.test_dataloader))

    def after_test_iter(self, runner: Runner, batch_idx, data_batch=None, outputs=None) -> None:
        self.bar.update()

    def after_test(self, runner: Runner) -> None:
        self.bar.close()


def execute(job: Job, folder: Path, records: Path, command: str, progress: bool) -> None:
    """Train, test and count; an error is recorded and raised.

    An interrupted training goes on from its newest checkpoint, if its config has it write any.

    Args:
        job: what to do.
        folder: for logs, checkpoints and scores.
        records: where its record goes.
        command: what the user typed, for the record.
        progress: show a line that moves.
    """
    with recording.recording(
        kind="train",
        name=job.name,
        cfg=job.cfg,
        config=CHECKOUT / job.config if CHECKOUT else job.config,
        split="test",
        folder=records,
        command=command,
        seed=job.seed,
        detail=job.detail,
    ) as run:
        began = time.perf_counter()
        runner = _runner(job, folder)
        clip = count(runner.model.eval().cpu(), clip_of(job.cfg)).as_record()
        layout = "contiguous"
        if torch.cuda.is_available():
            runner.model.cuda()
        else:  # where max pooling over clips takes a quarter of the time in this layout
            runner.model.backbone.to(memory_format=torch.channels_last_3d)
            layout = "channels_last_3d"
        dtype = planned(job.cfg)["precision"]
        run.set(counts=[clip], env=dict(environment(), dtype=dtype, layout=layout))
        if progress:
            runner.register_hook(Progress(Path(job.name).name.rpartition("-")[0]))
        runs.trained(runner, job.cfg, run)
        figures, detail = dict(runner.test(), **runs.loss(runner)), dict(job.detail)
        if job.keep_predictions:
            detail["predictions"] = predictions(folder / SCORES)
        for name, control in job.cfg.get("controls", {}).items():
            left = _test_control(runner, control)
            figures |= {f"{name}/{key}": value for key, value in left.items()}
            if job.keep_predictions:
                detail.setdefault("controls", {})[name] = predictions(folder / SCORES)
        detail["seconds"] = round(time.perf_counter() - began, 1)
        detail["cpu_seconds"] = round(time.process_time(), 1)  # of all threads
        found = as_fields(figures, folder, "test")
        data = [*run.content["data"], *store.data_of(job.cfg, "test", 0)]
        run.set(**found, data=data)
        run.set(detail={**found["detail"], **detail})


def _runner(job: Job, folder: Path) -> Runner:
    cfg = Config(job.cfg.to_dict())  # a copy: what follows is no part of what makes the figure
    if job.keep_predictions:
        ensemble.dump_scores(cfg, str(folder / SCORES))
    cfg.work_dir, cfg.experiment_name = str(folder), folder.name
    cfg.log_level = "ERROR"
    runner = Runner.from_cfg(cfg)
    resume(runner, "auto")
    return runner


def _test_control(runner: Runner, control: str) -> dict[str, float]:
    """Test once more, on what a control of `datasets.controls` leaves of each clip."""
    loader = controlled(runner.cfg.test_dataloader, control)
    return TestLoop(runner, loader, runner.test_evaluator).run()


def predictions(path: Path) -> list[tuple[str, int, int]]:
    """The name (folder and file, without suffix), label and predicted class of a dump's videos."""
    dump = ensemble.read(path)
    names = ("/".join(Path(name).with_suffix("").parts[-2:]) for name in dump.names or ())
    return list(zip(names, dump.labels.tolist(), dump.scores.argmax(1).tolist(), strict=True))


def _end_with_the_engine() -> None:
    """Let this process be ended by the engine, or by the engine's own end, and by nothing else.

    The engine holds the other end of this process's standard input, however it ends. It gets a
    terminal's interruption as well, and passes it on.
    """

    def end(*_: object) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # once: the record is written now
        raise KeyboardInterrupt("ended with the engine")

    def watch() -> None:
        while os.read(0, 1):
            continue
        os.kill(os.getpid(), signal.SIGTERM)

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, end)
    threading.Thread(target=watch, daemon=True).start()


def main() -> None:
    folder = Path(sys.argv[1])
    _end_with_the_engine()
    try:
        order = json.loads((folder / ORDER).read_text())
        job = Job(cfg=Config.fromfile(folder / CONFIG), **order.pop("job"))
        execute(job, folder, Path(order.pop("records")), **order)
    except BaseException:  # which the record tells in a line
        write_text(folder / ERROR, traceback.format_exc())
        sys.exit(1)


if __name__ == "__main__":
    main()
