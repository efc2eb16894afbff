"""From nothing to one table: MotionShapes rendered, networks trained, tested and costed on it."""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from pathlib import Path

from mmengine.registry import DefaultScope

from ..errors import UserError
from ..experiments.quickstart import NETWORKS, config, run, table
from ..files import SHARE
from .cli import parser


def parse_args() -> argparse.Namespace:
    tool = parser(__doc__ or "", "bash tools/quickstart.sh")
    tool.add_argument(
        "--short", action="store_true", help="few videos, one epoch: shows that everything runs"
    )
    tool.add_argument("--data", type=Path, help="where to render (data/motion_shapes)")
    tool.add_argument("--out", type=Path, help="where to write (work_dirs/quickstart)")
    return tool.parse_args()


def main() -> None:
    args = parse_args()
    kind = "_short" if args.short else ""
    data = (args.data or SHARE / f"data/motion_shapes{kind}").resolve()
    out = (args.out or SHARE / f"work_dirs/quickstart{kind}").resolve()
    sizes = ["--train", "48", "--val", "24"] if args.short else []
    began = time.perf_counter()
    make = [sys.executable, str(SHARE / "tools/make_motion_shapes.py"), str(data), *sizes]
    if subprocess.run(make, check=False).returncode:
        raise UserError(f"MotionShapes could not be rendered to {data}; see above")

    DefaultScope.get_instance("quickstart", scope_name="mmaction")
    records = {}
    for name in NETWORKS:
        records[name] = run(name, config(name, 1 if args.short else None), data, out)
    text = table(records)
    (out / "table.md").write_text(text + "\n")
    print(f"\n{text}\n")
    print(f"{time.perf_counter() - began:.0f} s in all. Videos: {data}; records, logs and")
    print(f"checkpoints: {out}; this table: {out / 'table.md'}")
    if Path(sys.prefix) == SHARE / ".venv":
        print("To use the tools: source .venv/bin/activate")
