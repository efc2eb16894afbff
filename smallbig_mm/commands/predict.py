"""Classify videos, or the moments of long ones: the classes with the highest scores."""

import contextlib
import csv
import json
from argparse import Namespace
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any

from mmengine.config import Config
from mmengine.device import get_device

from ..configs import load_config
from ..deploy.recogniser import DeployedRecogniser
from ..errors import UserError, VideoDecodeError, last_line
from ..files import require_file
from ..inference import (
    Guess,
    Moment,
    VideoPipeline,
    batch_of,
    best,
    classify,
    load_recognizer,
    number_of_classes,
    over_time,
    read_labels,
)
from ..inputs import Video, videos_in
from ..progress import progress_bar
from ..visualization.moments import draw
from .cli import ROOT_HELP, add_backend_arguments, add_config_options, execution, out_file, parser

COLUMNS = ("video", "start", "end", "rank", "index", "label", "score", "error")
ENDINGS = (".csv", ".jsonl")
PICTURES = (".png", ".svg", ".pdf")
Write = Callable[[dict[str, Any]], None]


def main() -> None:
    example = "python tools/predict.py video.mp4 configs/smallbig_r50_k400.py smallbig_r50.pth"
    tool = parser(__doc__, example)
    tool.add_argument(
        "videos",
        nargs="+",
        help="video files, folders of them, and .txt lists, whose labels are passed over; of more "
        "than one file prints a line of JSON a video",
    )
    tool.add_argument("config", help="config file")
    tool.add_argument("checkpoint", help="checkpoint file")
    tool.add_argument(
        "--labels",
        help="file of the classes' labels: one a line in their order, .json or .csv with numbers "
        "(default: metainfo.classes of the config's test set; else classes are shown by number)",
    )
    tool.add_argument("--root", default="", help=ROOT_HELP)
    tool.add_argument("--topk", type=int, default=5, help="how many classes (%(default)s)")
    tool.add_argument(
        "--one-clip",
        action="store_true",
        help="see one clip and crop, as the config's validation, not all clips x crops of its test",
    )
    tool.add_argument(
        "--every",
        type=float,
        metavar="SECONDS",
        help="scores over time: of parts of a video that begin every so many seconds, each as long "
        "or as long as a clip; much sooner with --one-clip",
    )
    tool.add_argument("--plot", type=out_file, help="with --every: picture of one video's scores")
    tool.add_argument("--device", help="cpu, cuda:0, ... (a GPU if there is one, for torch)")
    add_backend_arguments(tool)
    tool.add_argument("--json", action="store_true", help="print a line of JSON a video")
    tool.add_argument(
        "--out", type=out_file, help=f"write to this file: {' or '.join(ENDINGS)}, a line a class"
    )
    add_config_options(tool)
    args = tool.parse_args()

    _check(args)
    cfg = load_config(args.config, args.cfg_options)
    videos = videos_in(args.videos, cfg, args.root)
    alone = len(args.videos) == len(videos) == 1 and Path(args.videos[0]) == videos[0].path
    if args.plot and not alone:
        raise UserError(f"--plot {args.plot}: is of one video; give its file alone")
    model, pipeline = _prepared(args, cfg, videos)
    labels = read_labels(model.cfg, args.labels, number_of_classes(model.cfg))
    seen: list[Moment] = []
    failed = 0
    with _writer(args, text=alone and not args.json) as write:
        counted = progress_bar(total=len(videos), unit="video", disable=args.out is None)
        for video in videos:
            try:
                for moment, found in _results(model, pipeline, video, args):
                    top = best(moment.scores, labels, args.topk)
                    write(dict(video=video.name, config=args.config, **found, top=top))
                    if args.plot:
                        seen.append(moment)
            except VideoDecodeError as error:
                if alone:
                    raise
                failed += 1
                write(dict(video=video.name, config=args.config, error=last_line(error)))
            counted.update()
        counted.close()
    if args.out:
        print(args.out)
    if args.plot:
        draw(seen, labels, args.topk, args.plot)
        print(args.plot)
    if failed:
        given = " ".join(args.videos)
        raise UserError(f"{given}: {failed} of {len(videos)} videos could not be classified")


def _check(args: Namespace) -> None:
    if args.topk < 1:
        raise UserError(f"--topk {args.topk}: must be at least 1")
    if args.every is not None and not args.every > 0:
        raise UserError(f"--every {args.every:g}: must be seconds above 0")
    if args.plot and args.every is None:
        raise UserError(f"--plot {args.plot}: is of scores over time; add --every SECONDS")
    if args.plot and args.plot.suffix not in PICTURES:
        raise UserError(f"--plot {args.plot}: the name must end in {', '.join(PICTURES)}")
    if args.out and args.out.suffix not in ENDINGS:
        raise UserError(f"--out {args.out}: the name must end in {' or '.join(ENDINGS)}")
    if args.out and args.out.exists():
        raise UserError(f"--out {args.out}: is there already; delete it, or give another name")


def _prepared(args: Namespace, cfg: Config, videos: Sequence[Video]) -> tuple[Any, VideoPipeline]:
    """The network as it is to be run, and what reads videos for it."""
    how = execution(args)
    if how.needs_cpu and args.device not in (None, "cpu"):
        raise UserError(
            f"--device {args.device}: --backend {how.backend} runs on the CPU; leave --device out, "
            "or choose torch"
        )
    checkpoint = require_file(args.checkpoint, "checkpoint")
    device = "cpu" if how.needs_cpu else args.device or get_device()
    model = load_recognizer(cfg, checkpoint, device)
    pipeline = VideoPipeline(cfg, args.one_clip)
    if not how.is_plain:
        batch = batch_of(pipeline, [video.path for video in videos])
        model = DeployedRecogniser(model, cfg, batch, how)
    return model, pipeline


def _results(
    model: Any, pipeline: VideoPipeline, video: Video, args: Namespace
) -> Iterator[tuple[Moment, dict[str, float]]]:
    """The moments of a video, and what a line says of each beside its classes."""
    if args.every is None:
        yield Moment(0, 0, classify(model, video.path, pipeline)), {}
        return
    for moment in over_time(model, video.path, pipeline, args.every):
        yield moment, dict(start=round(moment.start, 3), end=round(moment.end, 3))


@contextlib.contextmanager
def _writer(args: Namespace, text: bool) -> Iterator[Write]:
    """What takes a result: writes it to --out, or prints it, and keeps nothing back."""
    if args.out is None:
        yield _print if text else lambda result: print(_json(result), flush=True)
        return
    args.out.parent.mkdir(parents=True, exist_ok=True)
    with args.out.open("x", encoding="utf-8", newline="") as file:
        write = _csv(file) if args.out.suffix == ".csv" else _jsonl(file)

        def flushed(result: dict[str, Any]) -> None:
            write(result)
            file.flush()

        yield flushed


def _print(result: dict[str, Any]) -> None:
    """A line a class; of a moment, one line."""
    top: list[Guess] = result["top"]
    said = [f"{guess['score']:.4f}  {guess['label'] or guess['index']}" for guess in top]
    if "start" in result:
        said = [f"{result['start']:8.2f} - {result['end']:.2f} s  " + "   ".join(said)]
    print("\n".join(said), flush=True)


def _json(result: dict[str, Any]) -> str:
    return json.dumps(result, ensure_ascii=False)


def _jsonl(file: IO[str]) -> Write:
    return lambda result: print(_json(result), file=file)


def _csv(file: IO[str]) -> Write:
    """A row a class, as data frames like them; of a video that failed one row, with its error."""
    table = csv.DictWriter(file, COLUMNS, extrasaction="ignore", lineterminator="\n")
    table.writeheader()

    def write(result: dict[str, Any]) -> None:
        for rank, guess in enumerate(result.get("top", ()), start=1):
            table.writerow({**result, **guess, "rank": rank})
        if "error" in result:
            table.writerow(result)

    return write
