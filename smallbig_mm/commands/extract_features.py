"""Extract features of videos: a vector, or a map, a video or a clip.

Prints a line of JSON a video. One that was stopped goes on with the videos that are missing.
"""

import json
from pathlib import Path

from mmengine.device import get_device

from ..configs import load_config
from ..configs.identity import digest
from ..errors import UserError
from ..features import Extractor, extract, require_suffix
from ..files import content_sha256, file_sha256, sources_sha256
from ..inputs import videos_in
from ..networks import WEIGHTS_HELP, load_network
from .cli import ROOT_HELP, add_config_options, out_file, parser


def main() -> None:
    example = (
        "python tools/extract_features.py configs/smallbig_r50_k400.py smallbig_r50.pth videos/ "
        "features.npz"
    )
    tool = parser(__doc__, example)
    tool.add_argument("config", help="config file")
    tool.add_argument("checkpoint", help=WEIGHTS_HELP)
    tool.add_argument("videos", help="a video, a folder of them, or a .txt list")
    tool.add_argument(
        "out", type=out_file, help="NAME.npz or NAME.safetensors: arrays by video's name"
    )
    tool.add_argument(
        "--map",
        action="store_true",
        help="the last map over frames and positions, (C, T, H, W), of the middle clip's middle "
        "crop, instead of the mean over all of them, (C,)",
    )
    tool.add_argument(
        "--per-clip",
        action="store_true",
        help="one for each clip and crop of the test, (clips x crops, ...), instead of one a video",
    )
    tool.add_argument("--root", default="", help=ROOT_HELP)
    tool.add_argument("--device", help="cpu, cuda:0, ... (a GPU if there is one)")
    add_config_options(tool)
    args = tool.parse_args()

    require_suffix(args.out)
    cfg = load_config(args.config, args.cfg_options)
    videos = videos_in([args.videos], cfg, args.root)
    model, loaded = load_network(cfg, args.checkpoint, args.device or get_device())
    settings = digest(cfg, ("model", "test_dataloader"))
    weights = loaded.sha256 if loaded else file_sha256(Path(args.checkpoint))
    key = content_sha256([settings, weights, args.map, args.per_clip, sources_sha256()])
    failed = 0
    for video, found in extract(videos, Extractor(model, args.map, args.per_clip), args.out, key):
        failed += isinstance(found, str)
        said = dict(error=found) if isinstance(found, str) else dict(shape=found)
        print(json.dumps(dict(video=video.name, **said)), flush=True)
    if failed:
        raise UserError(
            f"{args.videos}: {failed} of {len(videos)} videos gave no features"
            + f"; {args.out} has those of the others" * (failed < len(videos))
        )
    print(args.out)
