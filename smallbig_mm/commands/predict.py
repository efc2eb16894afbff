"""Classify a video, or those of a list: the classes with the highest scores."""

import json
from pathlib import Path

from mmengine.config import DictAction
from mmengine.device import get_device

from ..annotations import Layout, Sample, layout_of, read_list
from ..configs import load_config
from ..deploy.recogniser import DeployedRecogniser
from ..errors import UserError, last_line
from ..files import require_file
from ..predict import batch_of, best, classify, load_recognizer, read_labels
from .cli import OPTIONS_HELP, add_backend_arguments, execution, parser


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
    tool.add_argument("--device", help="cpu, cuda:0, ... (a GPU if there is one, for torch)")
    add_backend_arguments(tool)
    tool.add_argument("--json", action="store_true", help="print one line of JSON")
    tool.add_argument("--cfg-options", nargs="+", action=DictAction, help=OPTIONS_HELP)
    args = tool.parse_args()

    if args.topk < 1:
        raise UserError(f"--topk {args.topk}: must be at least 1")
    how = execution(args)
    if how.needs_cpu and args.device not in (None, "cpu"):
        raise UserError(
            f"--device {args.device}: --backend {how.backend} runs on the CPU; leave --device out, "
            "or choose torch"
        )
    video = require_file(args.video, "video")
    cfg = load_config(args.config, args.cfg_options)
    checkpoint = require_file(args.checkpoint, "checkpoint")
    device = "cpu" if how.needs_cpu else args.device or get_device()
    model = load_recognizer(cfg, checkpoint, device)
    labels = read_labels(cfg, args.labels, cfg.model.cls_head.num_classes)
    layout = layout_of(multi_class=True, prefix=args.root)
    samples = read_list(video, layout) if video.suffix == ".txt" else None
    if not how.is_plain:
        paths = [Path(layout.path(sample.name)) for sample in samples or ()] or [video]
        model = DeployedRecogniser(model, cfg, batch_of(cfg, paths), how)
    if samples is not None:
        _predict_list(model, samples, layout, args, labels)
        return
    guesses = best(classify(model, video), labels, args.topk)
    if args.json:
        print(json.dumps(dict(video=args.video, config=args.config, top=guesses)))
        return
    for guess in guesses:
        print(f"{guess['score']:.4f}  {guess['label'] or guess['index']}")


def _predict_list(
    model, samples: list[Sample], layout: Layout, args, labels: list[str] | None
) -> None:
    """A line a video; one that cannot be decoded says so in its own, and the others go on."""
    failed = 0
    for sample in samples:
        line = dict(video=sample.name, config=args.config)
        try:
            line["top"] = best(classify(model, Path(layout.path(sample.name))), labels, args.topk)
        except UserError as error:
            failed += 1
            line["error"] = last_line(error)
        print(json.dumps(line), flush=True)
    if failed:
        raise UserError(f"{args.video}: {failed} of {len(samples)} videos could not be classified")
