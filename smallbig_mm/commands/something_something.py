"""Make Something-Something's lists from the official files: V1's frames or V2's videos."""

from pathlib import Path

from ..datasets.official import as_text
from ..datasets.something_something import TEMPLATE, write_lists
from .cli import add_workers_argument, out_folder, parser


def main() -> None:
    example = "python tools/data/something_something.py labels data/sthv2/videos data/sthv2"
    tool = parser(__doc__, example)
    tool.add_argument("annotations", type=Path, help="folder of the official csv or json files")
    tool.add_argument("media", type=Path, help="V1: folder of folders of frames; V2: of videos")
    tool.add_argument("out", type=out_folder, help="folder for the lists")
    tool.add_argument("--template", default=TEMPLATE, help="of V1's frames (%(default)s)")
    add_workers_argument(tool)
    args = tool.parse_args()
    reports = write_lists(args.annotations, args.media, args.out, args.template, args.workers)
    print("\n".join(as_text(reports)))
    if args.template != TEMPLATE:
        print(f"set filename_tmpl={args.template!r} in the config's three datasets")
