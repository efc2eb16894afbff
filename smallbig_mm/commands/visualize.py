"""Show what networks see in a video: maps over its frames, networks side by side.

A layer's channel mean (Fig. 3), the small and the big view of a network's first SmallBig unit, and
Grad-CAM, as maps.png, maps.gif and maps.npz. Each row has a colour scale of its own, from its least
to its greatest value over all frames.
"""

from pathlib import Path
from typing import Any

from mmengine.device import get_device

from ..configs import load_config
from ..errors import UserError
from ..files import require_file
from ..inference import VideoPipeline
from ..networks import IMAGENET, WEIGHTS_HELP, load_network
from ..records import pictures as ledger
from ..records.provenance import now
from ..visualization import maps, pictures
from .cli import add_config_options, out_folder, parser


def main() -> None:
    example = (
        "python tools/visualize.py video.mp4 configs/smallbig_r23_k400.py smallbig_r23.pth "
        "configs/nonlocal_r23_k400.py nonlocal_r23.pth"
    )
    tool = parser(__doc__, example)
    tool.add_argument(
        "video", help="video file, of which one clip is shown, as the config's validation reads it"
    )
    tool.add_argument(
        "networks",
        nargs="+",
        metavar="CONFIG CHECKPOINT",
        help=f"networks to show side by side; CHECKPOINT: {WEIGHTS_HELP}",
    )
    tool.add_argument(
        "--layer",
        default=maps.RES3_2,
        help="by its name in the recogniser, as named_modules gives it (%(default)s: res3's second "
        "block, as in Fig. 3)",
    )
    tool.add_argument(
        "--cam", action="store_true", help="Grad-CAM of the layer, too, for the best class"
    )
    tool.add_argument(
        "--maps-only",
        action="store_true",
        help="without the video's frames, e.g. where they must not be shown to others",
    )
    tool.add_argument("--film", choices=["gif", "mp4"], default="gif", help="(%(default)s)")
    tool.add_argument("--out", type=out_folder, help="folder (work_dirs/visualize/VIDEO)")
    tool.add_argument("--records", type=Path, help="leave a record of the pictures in this folder")
    tool.add_argument("--device", help="cpu, cuda:0, ... (a GPU if there is one)")
    add_config_options(tool)
    args = tool.parse_args()

    start = now()
    video = require_file(args.video, "video")
    if len(args.networks) % 2:
        raise UserError(f"{args.networks[-1]}: a config without a checkpoint; give both of each")
    pairs = list(zip(args.networks[::2], args.networks[1::2], strict=True))
    if args.cam and any(weights == IMAGENET for _, weights in pairs):
        raise UserError(
            f"--cam: the head of a network with {IMAGENET} weights is random, and so would be the "
            "class that Grad-CAM explains; give a trained checkpoint"
        )
    pairs = list(dict.fromkeys(pairs))  # twice the same is one
    seen, used = [], []
    for (config, weights), name in zip(pairs, maps.network_names(pairs), strict=True):
        cfg = load_config(config, args.cfg_options)
        model: Any
        model, loaded = load_network(cfg, weights, args.device or get_device())
        batch = maps.clip_of(model, VideoPipeline(cfg, one_clip=True), video)
        seen.append(maps.look(model, batch, name, args.layer, args.cam))
        used.append((cfg, loaded or Path(weights)))
        for shown in seen[-1].maps:
            low, high = shown.values.min(), shown.values.max()
            note = f"; {shown.note}" if shown.note else ""
            print(f"{name}: {shown.name}: {low:.3g} to {high:.3g}{note}")

    out = args.out or Path("work_dirs/visualize") / video.stem
    files = [out / f"maps.{suffix}" for suffix in ("png", args.film, "npz")]
    rows = pictures.rows_of(seen, over_frames=not args.maps_only)
    pictures.write_grid(rows, files[0])
    pictures.write_film(rows, files[1])
    pictures.write_arrays(seen, not args.maps_only, files[2])
    if args.records:
        files.append(ledger.record(used, video, args.layer, files, start, args.records))
    for path in files:
        print(path)
