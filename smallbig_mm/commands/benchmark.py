"""Time configs side by side: latency, throughput and memory, by backend, precision and setting."""

import argparse
import json
import sys
import time
from collections.abc import Iterable
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import torch
from mmengine.config import Config
from mmengine.device import get_device
from tqdm import tqdm

from ..configs import load_config, require_network
from ..costs.subjects import MODES, Setting, Way
from ..deploy.backends import BACKENDS, PRECISIONS
from ..errors import UserError
from ..experiments import gpu_suite
from ..experiments.speed import Effort, Trial
from ..inference import usable
from ..progress import progress_bar
from ..report.documents import markdown
from ..report.speed import COLUMNS, cells, conditions, figures
from .cli import parser, positive
from .loader import add_loader_arguments, measure_loader

SWEEPS = ("frames", "size", "batch", "threads")


def main() -> None:
    tool = parser(
        __doc__,
        "python tools/benchmark.py configs/r50_k400.py configs/smallbig_r50_k400.py "
        "--backend torch openvino --threads 2",
    )
    tool.add_argument("configs", nargs="*", help="config files; weights and clips are random")
    tool.add_argument("--mode", choices=[*MODES, "both"], default="inference", help="(%(default)s)")
    tool.add_argument(
        "--backend",
        nargs="+",
        choices=BACKENDS,
        default=["torch"],
        help="of inference (%(default)s)",
    )
    tool.add_argument(
        "--precision", nargs="+", choices=PRECISIONS, default=["fp32"], help="(%(default)s)"
    )
    tool.add_argument("--batch", type=positive, default=1, help="clips (%(default)s)")
    clip = "of a clip (the config's)"
    tool.add_argument("--clip", nargs=3, type=positive, metavar=("T", "H", "W"), help=clip)
    tool.add_argument("--frames", type=positive, help=clip)
    tool.add_argument("--size", type=positive, help=f"height and width {clip}")
    tool.add_argument(
        "--threads",
        type=positive,
        default=torch.get_num_threads(),
        help="of the processor (%(default)s)",
    )
    tool.add_argument(
        "--sweep",
        nargs="+",
        metavar=("WHAT", "NUMBER"),
        help=f"measure with each of these numbers of {', '.join(SWEEPS)}: --sweep frames 8 16 32",
    )
    tool.add_argument("--rounds", type=positive, default=10, help="times each (%(default)s)")
    tool.add_argument(
        "--seconds",
        type=positive,
        default=600,
        help="of a setting's rounds, after which no other round begins (%(default)s)",
    )
    tool.add_argument(
        "--suite",
        choices=["gpu"],
        help="without configs: check every fast path on this GPU against its plain twin, and "
        "measure the main networks, in nine minutes",
    )
    tool.add_argument("--device", default=get_device(), help="cpu, cuda:0, ... (%(default)s)")
    tool.add_argument("--records", type=Path, help="folder of records (as tools/train.py's)")
    tool.add_argument("--json", action="store_true", help="one JSON object a line, no table")
    add_loader_arguments(tool)
    args = tool.parse_args()

    if args.loader:
        if args.configs or args.suite:
            raise UserError(
                "--loader measures one config's loader: give no other config, no --suite"
            )
        return measure_loader(args)
    if args.suite:
        return _suite(args)
    if not args.configs:
        raise UserError("give config files, --loader CONFIG, or --suite gpu")
    cfgs = [_config(path) for path in dict.fromkeys(args.configs)]
    modes = MODES if args.mode == "both" else (args.mode,)
    ways = [
        Way(mode, backend, precision)
        for mode in modes
        for backend, precision in product(
            args.backend if mode == "inference" else ["torch"], args.precision
        )
    ]
    device, effort = usable(args.device), Effort(args.rounds, args.seconds)
    _measure([(Trial(cfgs, ways, each, device), effort) for each in _settings(args)], args)


def _config(path: str) -> Config:
    cfg = load_config(path)
    require_network(cfg, "time")
    return cfg


def _settings(args: argparse.Namespace) -> list[Setting]:
    """One, or one a number of the sweep."""
    if args.clip and (args.frames or args.size):
        raise UserError("--clip says all of --frames and --size: give it, or them")
    frames, height, width = args.clip or (args.frames, args.size, args.size)
    setting = Setting(args.threads, args.batch, frames, height, width)
    if not args.sweep:
        return [setting]
    what, *numbers = args.sweep
    if what not in SWEEPS or not numbers or not all(n.isdecimal() and int(n) for n in numbers):
        raise UserError(
            f"--sweep {' '.join(args.sweep)}: give one of {', '.join(SWEEPS)}, and numbers from 1"
        )
    keys = ("height", "width") if what == "size" else (what,)
    return [replace(setting, **dict.fromkeys(keys, int(number))) for number in numbers]


def _suite(args: argparse.Namespace) -> None:
    """Checks, then trials; code 1 if a path does not agree."""
    if args.configs:
        raise UserError("--suite gpu has its own configs: give none")
    device, began = gpu_suite.gpu(), time.monotonic()
    checks = list(gpu_suite.checks(device))
    if not args.json:
        print(markdown([[*checks[0]], *([str(v) for v in found.values()] for found in checks)]))
    trials = gpu_suite.trials(device, args.threads, began)
    _measure(trials, args, detail=dict(suite=args.suite, checks=checks))
    bad = [found["check"] for found in checks if found["verdict"] != gpu_suite.AGREES]
    if bad:
        print(f"error: no agreement with the plain twin: {', '.join(bad)}", file=sys.stderr)
        sys.exit(1)


def _measure(
    trials: Iterable[tuple[Trial, Effort]], args: argparse.Namespace, **fields: Any
) -> None:
    """Measure and show, a table a setting; interrupted, show what was measured until then."""
    shown = 0
    for trial, effort in trials:
        with progress_bar(total=trial.steps(effort), desc=str(trial.setting), leave=False) as bar:

            def tell(text: str, bar: tqdm = bar) -> None:
                bar.set_postfix_str(text, refresh=False)
                bar.update()

            whole = trial.run(effort, tell, lambda text: tqdm.write(text, file=sys.stderr))
        records = list(trial.records(args.records, **fields))
        found = [figure for record in records for figure in figures(record)]
        shown += len(found)
        if args.json:
            for figure in found:
                print(json.dumps(figure), flush=True)
        elif found:
            rows = map(cells, found)
            print(conditions(records[0]))
            print(markdown([COLUMNS, *([row[c] for c in COLUMNS] for row in rows)]), flush=True)
        if not whole:
            raise KeyboardInterrupt
    if not shown:
        raise UserError("nothing was measured: every way to run it is left out, see above")
