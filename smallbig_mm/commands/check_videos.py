"""Try to decode every video of a list: a report, and the list without those that cannot be."""

import sys
from itertools import islice
from pathlib import Path

from ..errors import UserError
from ..reading import TIMEOUT
from ..scanning.report import REPORT, bad, folder_of
from ..scanning.scan import scan
from ..scanning.trying import OK, How, check_template
from .cli import add_workers_argument, out_folder, parser


def main() -> None:
    tool = parser(
        __doc__, "python tools/check_videos.py data/val_list.txt --root data/videos_val --workers 8"
    )
    tool.add_argument("list", type=Path, help="lines NAME LABEL, or FOLDER FRAMES LABEL")
    tool.add_argument("--root", type=Path, default=Path(), help="folder below which names lie (.)")
    tool.add_argument("--out", type=out_folder, help="folder to write to (LIST.checked)")
    tool.add_argument("--all-frames", action="store_true", help="decode every frame, not eight")
    tool.add_argument("--min-frames", type=int, default=2, help="fewer are too short (%(default)s)")
    tool.add_argument(
        "--timeout",
        type=float,
        default=TIMEOUT,
        help="seconds after which a video hangs (%(default)g)",
    )
    tool.add_argument("--filename-tmpl", help="of frames in a folder (default: found out)")
    tool.add_argument(
        "--with-offset", action="store_true", help="lines are FOLDER OFFSET FRAMES LABEL"
    )
    add_workers_argument(tool)
    args = tool.parse_args()

    if args.timeout <= 0:
        raise UserError(f"--timeout {args.timeout:g}: must be above 0")
    if args.filename_tmpl is not None:
        check_template(args.filename_tmpl)
    settings = vars(args)
    annotations, out = settings.pop("list"), settings.pop("out")
    out = out or folder_of(annotations)
    found = scan(annotations, out, How(**settings))
    wrong = found["videos"] - found["statuses"].get(OK, 0)
    counts = ", ".join(f"{number} {status}" for status, number in found["statuses"].items())
    print(f"{found['videos']} videos: {counts}; {found['frames']} frames")
    rest = "" if found["tried"] == found["videos"] else "; the others are as an earlier scan says"
    print(f"{found['tried']} tried now, {found['tried'] / found['seconds']:.1f} a second{rest}")
    for entry in islice(bad(out / REPORT), 10):
        print(f"  {entry.file}: {entry.why}")
    print(f"{out}: {REPORT}, report.csv, summary.json, and the list without {wrong} bad lines")
    sys.exit(1 if wrong else 0)
