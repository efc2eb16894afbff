"""Write the MotionShapes benchmark: real mp4 files and mmaction2 annotation lists."""

import cv2

from ..datasets.motion_shapes_files import KINDS, contact_sheet, make_motion_shapes
from ..errors import UserError
from .cli import out_file, out_folder, parser


def main() -> None:
    example = "python tools/make_motion_shapes.py data/motion_shapes --train 1100 --val 440"
    tool = parser(__doc__, example)
    tool.add_argument("out", type=out_folder, help="folder of the dataset; what is there is kept")
    tool.add_argument("--train", type=int, default=1100, help="videos for training (%(default)s)")
    tool.add_argument("--val", type=int, default=440, help="videos for validation (%(default)s)")
    tool.add_argument(
        "--kind",
        choices=KINDS,
        default="orders",
        help="classes that only the order of frames tells, events, which a frame half tells, or "
        "stills, for weights to begin with (%(default)s)",
    )
    tool.add_argument("--seed", type=int, default=0, help="another dataset for another seed (0)")
    tool.add_argument("--workers", type=int, help="processes (as many as there are cores)")
    tool.add_argument(
        "--contact-sheet",
        type=out_file,
        metavar="IMAGE",
        help="also draw a picture (.png) of every class",
    )
    args = tool.parse_args()
    if args.contact_sheet and args.contact_sheet.suffix != ".png":
        raise UserError(f"--contact-sheet {args.contact_sheet}: give a name that ends in .png")
    try:
        written = make_motion_shapes(
            args.out, args.train, args.val, args.seed, args.workers, args.kind
        )
        if args.contact_sheet:
            args.contact_sheet.parent.mkdir(parents=True, exist_ok=True)
            cv2.imwrite(
                str(args.contact_sheet), contact_sheet(args.seed, kind=args.kind)[..., ::-1]
            )
    except (OSError, ValueError) as error:
        raise UserError(str(error)) from error
    print(f"{args.out}: {args.train} training and {args.val} validation videos, {written} new")
