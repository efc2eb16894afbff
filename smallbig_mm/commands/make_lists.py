"""Make train and val lists of your own videos, from class folders or a csv."""

from pathlib import Path

from ..datasets.list_files import as_table
from ..datasets.lists import in_class_folders, in_csv, write_lists
from ..datasets.probing import as_text
from .cli import add_workers_argument, out_folder, parser


def main() -> None:
    tool = parser(__doc__, "python tools/data/make_lists.py clips data/own --group-by '_(\\d+)_'")
    tool.add_argument(
        "folder", type=Path, help="of CLASS/.../NAME.mp4, or train/CLASS/..., val/..."
    )
    tool.add_argument("out", type=out_folder, help="folder for train.txt, val.txt, classes.txt")
    tool.add_argument(
        "--csv", type=Path, help="columns path (below the folder), label, and if you like split"
    )
    tool.add_argument("--val", type=float, default=0.2, help="share of each class (%(default)s)")
    tool.add_argument("--seed", type=int, default=0, help="of the random split (%(default)s)")
    tool.add_argument(
        "--group-by",
        metavar="REGEX",
        help="videos in whose paths this finds the same (its groups, or all that it matches) are "
        "of one recording, and stay on one side",
    )
    add_workers_argument(tool)
    args = tool.parse_args()

    found = in_csv(args.csv, args.folder) if args.csv else in_class_folders(args.folder)
    report = write_lists(
        args.folder, args.out, found, args.val, args.seed, args.group_by, args.workers
    )
    print("\n".join(as_table(report["per_class"])))
    for name, digest in report["sha256"].items():
        lines = sum(report["per_class"][name.removesuffix(".txt")].values())
        print(f"{args.out / name}: {lines} videos, sha256 {digest}")
    print("\n".join(as_text(report["statistics"])))
    for note in report["notes"]:
        print(f"note: {note}")
    left_out = [f"left out: {name!a}: {why}" for name, why in report["left_out"].items()]
    print("\n".join(left_out[:20]))
    print(f"{len(left_out)} videos left out; everything: {args.out / 'report.json'}")
