"""Train and test every distinct network of a grid at a small size, with several seeds.

Finished jobs are kept, so an interrupted grid goes on where it stopped. A job that fails is
recorded, the others go on, and it is tried again the next time.
"""

import time
from collections.abc import Sequence
from pathlib import Path

from ..errors import UserError
from ..experiments import engine, motion_shapes
from ..experiments.job import Job
from ..records import store
from ..records.provenance import command
from .cli import RECORDS_HELP, parser


def main() -> None:
    tool = parser(__doc__, "python tools/run_grid.py configs/motion_shapes/grid.py --seeds 3")
    tool.add_argument("config", type=Path, help="config with `networks` and `small`")
    tool.add_argument("--seeds", type=int, default=3, help="seeds 0 ... N-1 (%(default)s)")
    tool.add_argument(
        "--networks",
        default="*",
        help="a folder of configs, or a pattern: table05, 'table05/0[45]*' (all)",
    )
    tool.add_argument(
        "--workers", type=int, help="jobs at a time (as many as GPUs, or else as CPU cores)"
    )
    tool.add_argument("--records", type=Path, help=RECORDS_HELP)
    tool.add_argument("--list", action="store_true", help="list the jobs and end")
    args = tool.parse_args()
    records = args.records or store.folder_for(args.config, "work_dirs/grid")

    if not args.config.is_file():
        raise UserError(f"{args.config}: no such file; e.g. configs/motion_shapes/grid.py")
    for option, value in (("seeds", args.seeds), ("workers", args.workers)):
        if value is not None and value < 1:
            raise UserError(f"--{option} {value}: give 1 or more")
    jobs = motion_shapes.jobs(args.config, range(args.seeds), args.networks)
    if not jobs:
        raise UserError(f"--networks {args.networks}: no network of {args.config} is like this")
    todo = {job.name for job in jobs if store.succeeded(job.name, records) is None}
    if args.list:
        for job in jobs:
            state = "todo" if job.name in todo else "done"
            names = (*job.detail["rows"], *job.detail["configs"])
            print(f"{state} seed {job.seed} {' = '.join(names)}")
        return
    _check_files(jobs)
    print(f"{len(todo)} of {len(jobs)} jobs have no record yet", flush=True)

    failed, number, began = 0, 0, time.monotonic()
    work_dirs, typed = Path("work_dirs"), command()
    for _, record, new in engine.run(jobs, records, work_dirs, typed, args.workers):
        if not new:
            continue
        number += 1
        failed += isinstance(record.metrics, str)
        figures = record.metrics
        if not isinstance(figures, str):
            named = {key.replace("motion_shapes/", ""): value for key, value in figures.items()}
            figures = ", ".join(f"{key} {value:.1f}" for key, value in named.items())
        minutes = (time.monotonic() - began) / 60
        print(f"[{number}/{len(todo)}, {minutes:.0f} min] {record.id}: {figures}", flush=True)
    if failed:
        raise UserError(f"{failed} of {len(todo)} jobs failed; their records say why")


def _check_files(jobs: Sequence[Job]) -> None:
    cfg = jobs[0].cfg
    loaders = (cfg.train_dataloader.dataset, cfg.test_dataloader.dataset)
    lists = [str(Path(dataset.data_root, dataset.ann_file)) for dataset in loaders]
    weights = {job.cfg.model.backbone.pretrained for job in jobs} - {None}
    for path in (*lists, *sorted(weights)):
        if not Path(path).is_file():
            raise UserError(f"{path}: no such file; {jobs[0].config} says how to write it")
