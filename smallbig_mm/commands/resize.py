"""Write smaller copies of a folder of videos, which decode faster; without sound."""

import sys
from collections import Counter
from pathlib import Path

from ..datasets.resizing import MANIFEST, resize_all
from .cli import add_workers_argument, out_folder, parser


def main() -> None:
    tool = parser(__doc__, "python tools/data/resize.py videos videos_256 --short-side 256")
    tool.add_argument("folder", type=Path, help="of videos, in any folders below it")
    tool.add_argument(
        "out",
        type=out_folder,
        help="folder for the copies; called again, it writes what is missing or failed. A video "
        "that is small enough is copied as it is",
    )
    tool.add_argument(
        "--short-side", type=int, default=256, help="of the copies, in pixels (%(default)s)"
    )
    tool.add_argument(
        "--timeout", type=float, default=900, help="seconds for one video (%(default)g)"
    )
    add_workers_argument(tool)
    args = tool.parse_args()
    done = resize_all(args.folder, args.out, args.short_side, args.timeout, args.workers)
    failed = {name: line["why"] for name, line in done.items() if line["status"] == "failed"}
    for name, why in failed.items():
        print(f"failed: {args.folder / name}: {why}", file=sys.stderr)
    counts = Counter(line["status"] for line in done.values())
    mended = sum(bool(line.get("mended")) for line in done.values())
    print(", ".join(f"{number} {status}" for status, number in counts.items()), end="")
    print(f", {mended} with timestamps mended; {args.out / MANIFEST}")
    sys.exit(bool(failed))
