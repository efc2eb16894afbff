"""Classify one video: the classes with the highest scores, over the config's clips and crops."""

import json

from mmengine.config import DictAction
from mmengine.device import get_device

from ..configs import load_config
from ..errors import UserError
from ..files import require_file
from ..predict import best, classify, load_recognizer, read_labels
from .cli import OPTIONS_HELP, parser


def main() -> None:
    example = "python tools/predict.py video.mp4 configs/smallbig_r50_k400.py smallbig_r50.pth"
    tool = parser(__doc__, example)
    tool.add_argument("video", help="video file")
    tool.add_argument("config", help="config file")
    tool.add_argument("checkpoint", help="checkpoint file")
    tool.add_argument(
        "--labels",
        help="file with one label a line (default: metainfo.classes of the config's test set; "
        "without either, classes are shown by number)",
    )
    tool.add_argument("--topk", type=int, default=5, help="how many classes (%(default)s)")
    tool.add_argument("--device", help="cpu, cuda:0, ... (a GPU if there is one)")
    tool.add_argument("--json", action="store_true", help="print one line of JSON")
    tool.add_argument("--cfg-options", nargs="+", action=DictAction, help=OPTIONS_HELP)
    args = tool.parse_args()

    if args.topk < 1:
        raise UserError(f"--topk {args.topk}: must be at least 1")
    video = require_file(args.video, "video")
    cfg = load_config(args.config, args.cfg_options)
    checkpoint = require_file(args.checkpoint, "checkpoint")
    model = load_recognizer(cfg, checkpoint, args.device or get_device())
    labels = read_labels(cfg, args.labels, cfg.model.cls_head.num_classes)
    guesses = best(classify(model, video), labels, args.topk)
    if args.json:
        print(json.dumps(dict(video=args.video, config=args.config, top=guesses)))
        return
    for guess in guesses:
        print(f"{guess['score']:.4f}  {guess['label'] or guess['index']}")
