"""Classify a video, or those of a list: the classes with the highest scores."""

import json
from pathlib import Path

from mmengine.config import DictAction
from mmengine.device import get_device

from ..annotations import layout_of, read_list
from ..configs import load_config
from ..errors import UserError, last_line
from ..files import require_file
from ..predict import best, classify, load_recognizer, read_labels
from .cli import OPTIONS_HELP, parser


def main() -> None:
    example = "python tools/predict.py video.mp4 configs/smallbig_r50_k400.py smallbig_r50.pth"
    tool = parser(__doc__, example)
    tool.add_argument(
        "video",
        help="video file, or a .txt list of them, whose labels if it has any are passed over: "
        "prints one line of JSON a video",
    )
    tool.add_argument("config", help="config file")
    tool.add_argument("checkpoint", help="checkpoint file")
    tool.add_argument(
        "--labels",
        help="file with one label a line (default: metainfo.classes of the config's test set; "
        "without either, classes are shown by number)",
    )
    tool.add_argument("--root", default="", help="folder that the names in a list are below")
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
    if video.suffix == ".txt":
        _predict_list(model, video, args, labels)
        return
    guesses = best(classify(model, video), labels, args.topk)
    if args.json:
        print(json.dumps(dict(video=args.video, config=args.config, top=guesses)))
        return
    for guess in guesses:
        print(f"{guess['score']:.4f}  {guess['label'] or guess['index']}")


def _predict_list(model, path: Path, args, labels: list[str] | None) -> None:
    """A line a video; one that cannot be decoded says so in its own, and the others go on."""
    layout = layout_of(multi_class=True, prefix=args.root)
    samples, failed = read_list(path, layout), 0
    for sample in samples:
        line = dict(video=sample.name, config=args.config)
        try:
            line["top"] = best(classify(model, Path(layout.path(sample.name))), labels, args.topk)
        except UserError as error:
            failed += 1
            line["error"] = last_line(error)
        print(json.dumps(line), flush=True)
    if failed:
        raise UserError(f"{path}: {failed} of {len(samples)} videos could not be classified")
