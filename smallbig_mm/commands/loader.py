"""What `benchmark.py --loader CONFIG` does: its arguments, its progress and its words."""

from __future__ import annotations

import argparse
import json
import sys
from itertools import product

from mmengine.logging import MMLogger

from ..configs import load_config
from ..configs.lists import check_annotations
from ..costs.loading import Way
from ..errors import UserError
from ..experiments.loading import Plan, measure, record
from ..progress import progress_bar
from ..records.provenance import now
from ..records.store import folder_for
from ..report.documents import markdown
from ..report.loading import as_text
from .cli import positive


def add_loader_arguments(tool: argparse.ArgumentParser) -> None:
    """Arguments that count with `--loader` only."""
    group = tool.add_argument_group("the loader, instead of networks")
    group.add_argument("--loader", metavar="CONFIG", help="measure how fast its videos are loaded")
    group.add_argument("--split", choices=["train", "test"], default="train", help="(%(default)s)")
    group.add_argument(
        "--workers",
        type=int,
        nargs="+",
        default=[0, 1, 2, 4],
        help="loader processes (%(default)s)",
    )
    group.add_argument(
        "--decoder-threads", type=positive, nargs="+", default=[1], help="(%(default)s)"
    )
    group.add_argument(
        "--loader-seconds",
        type=float,
        default=20,
        help="of each of three rounds of each setting (%(default)g)",
    )
    group.add_argument(
        "--step-seconds",
        type=float,
        help="of a training's step, on the GPU that it will have (measured here)",
    )
    group.add_argument("--gpus", type=positive, default=8, help="of the training (%(default)s)")
    group.add_argument(
        "--sample",
        type=int,
        default=32,
        help="videos of the list of which smaller copies are measured, too (%(default)s)",
    )


def measure_loader(args: argparse.Namespace) -> None:
    """Measure, show and record."""
    if min(args.workers) < 0 or args.sample < 0:
        raise UserError("--workers and --sample: give numbers from 0")
    if args.loader_seconds <= 0 or (args.step_seconds is not None and args.step_seconds <= 0):
        raise UserError("--loader-seconds and --step-seconds: give seconds above 0")
    MMLogger.get_instance("loader", log_level="ERROR")  # broken videos are named at the end
    cfg, start = load_config(args.loader), now()
    check_annotations(cfg, args.split)
    plan = Plan(
        args.split,
        [Way(*numbers) for numbers in product(args.workers, args.decoder_threads)],
        rounds=3,
        seconds=args.loader_seconds,
        step_seconds=args.step_seconds,
        gpus=args.gpus,
        sample=args.sample,
    )
    with progress_bar(desc="loading", unit="batch", leave=False) as bar:

        def tell(text: str) -> None:
            bar.set_postfix_str(text, refresh=False)
            bar.update()

        found = measure(cfg, plan, tell)
    kept = record(cfg, found, start, args.records or folder_for(cfg.filename, "work_dirs/loader"))
    if args.json:
        print(json.dumps(found))
        return
    conditions, *tables = as_text(found)
    print(conditions)
    for table in tables:
        print(f"\n{markdown(table)}")
    for why in found["broken"]:
        print(f"broken: {why}", file=sys.stderr)
    print(f"\n{kept.id}")
