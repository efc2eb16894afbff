"""Make Kinetics' lists from an official csv and the videos that you have of it."""

from pathlib import Path

from ..datasets.kinetics import write_lists
from ..datasets.official import as_text
from .cli import add_workers_argument, out_folder, parser


def main() -> None:
    videos = "data/kinetics400/videos_train"
    tool = parser(__doc__, f"python tools/data/kinetics.py train.csv {videos} data/kinetics400")
    tool.add_argument("csv", type=Path, help="label,youtube_id,time_start,time_end,split")
    tool.add_argument("videos", type=Path, help="folder of videos, or of class folders")
    tool.add_argument("out", type=out_folder, help="folder for the lists")
    tool.add_argument(
        "--classes",
        type=Path,
        help="one class a line, in the order of their labels (the csv's, alphabetically)",
    )
    add_workers_argument(tool)
    args = tool.parse_args()
    reports = write_lists(args.csv, args.videos, args.out, args.classes, args.workers)
    print("\n".join(as_text(reports)))
