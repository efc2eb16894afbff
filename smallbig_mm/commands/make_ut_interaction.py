"""Write mmaction2 lists for the five folds of UT-Interaction and, if asked, smaller copies."""

import json
from pathlib import Path

import numpy as np
from tqdm import tqdm

from ..datasets.ut_interaction import (
    CLASSES,
    SHAPE_ONLY,
    Clip,
    find_clips,
    scale_clip,
    shape_only,
    write_annotations,
)
from ..errors import UserError
from .cli import out_folder, parser


def scale_all(
    clips: list[Clip], source: Path, out: Path, short_side: int, every: int
) -> list[Clip]:
    """Write the missing copies and return the clips with the copies' paths."""
    scaled = []
    for clip in tqdm(clips, desc=f"short side {short_side}", unit="clip"):
        path = clip.path.with_suffix(".mp4")
        if not (out / path).exists():
            scale_clip(source / clip.path, out / path, short_side, every)
        scaled.append(Clip(path, clip.sequence, clip.label))
    return scaled


def main() -> None:
    example = "python tools/make_ut_interaction.py /data/ut_interaction --short-side 88 --every 3"
    tool = parser(__doc__, example)
    tool.add_argument("source", type=Path, help="folder of <class>/<id>_<sequence>_<label>.avi")
    tool.add_argument(
        "--out",
        type=out_folder,
        default="data/ut_interaction",
        help="where lists and copies go (%(default)s)",
    )
    tool.add_argument(
        "--short-side",
        type=int,
        help="also write mp4 copies with this short side in pixels, which decode much faster; "
        "copies already there are kept",
    )
    tool.add_argument(
        "--every",
        type=int,
        default=1,
        help="keep one frame in EVERY in the copies (%(default)s, all of them)",
    )
    args = tool.parse_args()

    try:
        clips = find_clips(args.source)
        shape = shape_only(args.source, clips)
        videos = args.source
        if args.short_side:
            videos = args.out / f"short{args.short_side}_every{args.every}"
            clips = scale_all(clips, args.source, videos, args.short_side, args.every)
        sizes = write_annotations(clips, args.out)
        (args.out / SHAPE_ONLY).write_text(json.dumps(shape, indent=1) + "\n")
    except (OSError, ValueError) as error:
        raise UserError(str(error)) from error

    counts = np.bincount([clip.label for clip in clips], minlength=len(CLASSES))
    print(f"{len(clips)} clips:", dict(zip(CLASSES, counts.tolist(), strict=True)))
    for name, size in sizes.items():
        print(f"  {args.out / name}: {size}")
    for seen, top1 in shape.items():
        print(f"no pixels, only {seen}: {100 * top1:.1f} % (chance {100 / len(CLASSES):.1f} %)")
    print(f"videos (data_prefix): {videos}")
