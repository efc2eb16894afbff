"""From nothing to one table: MotionShapes rendered, networks trained, tested and costed on it.

What recorded runs gave is printed beside what this one gives; a figure outside it ends in code 1.
"""

from __future__ import annotations

import argparse
import shlex
import subprocess
import sys
import time
from pathlib import Path

from ..errors import UserError
from ..experiments import engine
from ..experiments.quickstart import NETWORKS, jobs
from ..files import CHECKOUT, write_text
from ..records import store
from ..report.quickstart import expected, outside, table
from .cli import out_folder, parser


def parse_args() -> argparse.Namespace:
    tool = parser(__doc__ or "", "bash tools/quickstart.sh")
    tool.add_argument(
        "--short",
        action="store_true",
        help="few videos, one epoch: shows that everything runs; expects nothing of the figures",
    )
    tool.add_argument("--seed", type=int, default=0, help="of weights and order (%(default)s)")
    tool.add_argument("--data", type=Path, help="where to render (data/motion_shapes)")
    tool.add_argument("--out", type=out_folder, help="where to write (work_dirs/quickstart)")
    tool.add_argument("--records", type=Path, help="folder of records (as --out)")
    return tool.parse_args()


def main() -> None:
    args = parse_args()
    kind, home = "_short" if args.short else "", CHECKOUT or Path()
    data = (args.data or home / f"data/motion_shapes{kind}").resolve()
    out = (args.out or home / f"work_dirs/quickstart{kind}").resolve()
    sizes = ["--train", "48", "--val", "24"] if args.short else []
    began = time.perf_counter()
    make = [sys.executable, "-m", "smallbig_mm", "make-motion-shapes", str(data), *sizes]
    if subprocess.run(make, check=False).returncode:
        raise UserError(f"MotionShapes could not be rendered to {data}; see above")

    expectations = {} if args.short else expected(store.read_all(store.RUNS))
    command = shlex.join(["bash", "tools/quickstart.sh", *sys.argv[1:]])
    todo = jobs(data, args.seed, 1 if args.short else None)
    runs, wrong = {}, []
    for job, record, _ in engine.run(todo, args.records or out, out, command, workers=1):
        network = job.detail["network"]
        if isinstance(record.metrics, str):
            raise UserError(f"{NETWORKS[network]}: {record.metrics}; {out / job.name} says more")
        runs[network] = record
        if network in expectations:
            wrong += outside(record, network, expectations[network])
    text = table({network: runs[network] for network in NETWORKS}, expectations)
    write_text(out / "table.md", text + "\n")
    print(f"\n{text}\n")
    print(f"{time.perf_counter() - began:.0f} s in all. Videos: {data}; records, logs and")
    print(f"checkpoints: {out}; this table: {out / 'table.md'}")
    if Path(sys.prefix) == home / ".venv":
        print("To use the tools: source .venv/bin/activate")
    if wrong:
        sys.exit(
            f"error: not as expected: {'; '.join(wrong)}; python tools/doctor.py looks for why"
        )
