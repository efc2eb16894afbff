"""Analyse dumps of scores: classes, confusions, hard videos, calibration, one against another."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from itertools import combinations
from pathlib import Path
from typing import Any

import pandas as pd
from mmengine.config import Config

from .. import ensemble
from ..analysis import calibration, classes, drawing
from ..analysis.comparison import Comparison, compare
from ..annotations import layout_of, read_list
from ..configs import load_config
from ..ensemble import Scores
from ..errors import UserError
from ..files import file_name, require_file, write_text
from ..inference import read_labels
from .cli import out_folder, parser, positive


def main() -> None:
    tool = parser(__doc__, "python tools/analyze.py a.pkl b.pkl --labels classes.txt")
    tool.add_argument("dumps", nargs="+", metavar="DUMP", help="of tools/test.py --dump")
    tool.add_argument("--labels", help="file with one class name a line (else see --config)")
    tool.add_argument("--config", help="config whose test set names the classes (else numbers)")
    tool.add_argument("--list", help="list that was tested, to name the videos of old dumps")
    tool.add_argument("--top", type=positive, default=5, help="lines of each table (%(default)s)")
    tool.add_argument(
        "--out", type=out_folder, default="analysis", help="folder; each dump has its own in it"
    )
    args = tool.parse_args()

    dumps = [ensemble.read(require_file(path, "dump")) for path in args.dumps]
    names = _class_names(args.labels, args.config, dumps)
    videos = [_video_names(dump, args.list) for dump in dumps]
    compared = [compare(a, b) for a, b in combinations(dumps, 2)]
    for dump, named, folder in zip(dumps, videos, _folders(args.out, args.dumps), strict=True):
        print("\n".join(_analysed(dump, names, named, folder, args.top)), end="\n\n")
    if compared:
        found = pd.DataFrame(map(asdict, compared))
        write_text(args.out / "comparisons.csv", found.to_csv(index=False))
        print("\n".join(map(_said, compared)), end="\n\n")
    print(f"Written to {args.out}")


def _class_names(path: str | None, config: str | None, dumps: Sequence[Scores]) -> list[str]:
    """Names of the classes, which all dumps share; their numbers if nothing names them."""
    first = dumps[0]
    for other in dumps[1:]:
        if other.classes != first.classes:
            raise UserError(
                f"{first.source} and {other.source}: {first.classes} and {other.classes} classes"
            )
    named = None
    if path or config:
        cfg = load_config(config) if config else Config()
        named = read_labels(cfg, path, first.classes)
    return named or [str(number) for number in range(first.classes)]


def _video_names(dump: Scores, path: str | None) -> Sequence[str]:
    """Names of a dump's videos: its own, those of the list, or their places.

    Raises:
        UserError: if the list is not the one that was tested.
    """
    if path is None:
        return dump.names or [f"number {place}" for place in range(1, len(dump.labels) + 1)]
    samples = read_list(require_file(path, "--list"), layout_of())
    listed = [list(sample.labels) for sample in samples]
    if listed != [[label] for label in dump.labels.tolist()]:
        raise UserError(
            f"--list {path}: its {len(listed)} videos are not the {len(dump.labels)} of "
            f"{dump.source}, by their labels in order; give the list that was tested"
        )
    return [sample.name for sample in samples]


def _folders(out: Path, paths: Sequence[str]) -> list[Path]:
    """A folder a dump, named after it; after its place, too, if names are there twice."""
    stems = [file_name(Path(path).stem) for path in paths]
    if len(set(stems)) < len(stems):
        stems = [f"{number}_{stem}" for number, stem in enumerate(stems, start=1)]
    return [out / stem for stem in stems]


def _analysed(
    dump: Scores, names: Sequence[str], videos: Sequence[str], folder: Path, top: int
) -> list[str]:
    """Write a dump's files; returns what the screen says of it."""
    matrix = classes.confusions(dump)
    per_class, pairs = classes.per_class(matrix, names), classes.confused(matrix, names)
    hard, bins = classes.per_video(dump, names, videos), calibration.reliability(dump)
    error = calibration.expected_error(bins)
    right, of = int(matrix.diagonal().sum()), len(dump.labels)
    low, high = classes.wilson(right, of)
    tables = dict(classes=per_class, confused=pairs, videos=hard, reliability=bins)
    tables["confusion"] = pd.DataFrame(matrix, names, names).rename_axis("label").reset_index()
    for name, table in tables.items():
        write_text(folder / f"{name}.csv", table.to_csv(index=False))
    drawing.save(drawing.confusion(matrix, names, pairs), folder / "confusion.png")
    drawing.save(drawing.reliability_diagram(bins, error), folder / "reliability.png")
    accuracies = ensemble.accuracy(dump)
    summary: dict[str, Any] = dict(
        dump=dump.source,
        videos=of,
        classes=dump.classes,
        top1=right / of,
        top1_interval=[low, high],
        top5=accuracies["top-5"] / 100 if "top-5" in accuracies else None,
        mean_class_top1=float(per_class["top1"].mean()),
        calibration_error=error,
        calibration_bins=len(bins),
    )
    write_text(folder / "summary.json", json.dumps(summary, indent=1) + "\n")
    accuracy = ", ".join(f"{name} {value:.2f} %" for name, value in accuracies.items())
    mean = 100 * summary["mean_class_top1"]
    worst = per_class.dropna(subset="top1").sort_values(["top1", "low"])
    return [
        f"{dump.source}: {of} videos of {dump.classes} classes",
        f"  {accuracy} (top-1 95 %: {100 * low:.1f} to {100 * high:.1f}), mean of classes "
        f"{mean:.2f} %, calibration error {100 * error:.1f} % ({len(bins)} bins)",
        *_table("hardest classes", worst, ["class", "videos", "top1", "low", "high"], top),
        *_table("most confused", pairs, ["label", "taken_for", "videos", "share"], top),
        *_table("hardest videos", hard, ["video", "label", "score", "predicted"], top),
    ]


def _table(title: str, table: pd.DataFrame, columns: list[str], top: int) -> list[str]:
    if table.empty:
        return [f"  {title}: none"]
    said = table[columns].head(top).to_string(index=False, float_format=lambda v: f"{v:.3f}")
    return [f"  {title}:", *(f"    {line}" for line in said.splitlines())]


def _said(found: Comparison) -> str:
    return (
        f"{found.first} less {found.second}: {100 * found.difference:+.2f} % top-1 (95 %: "
        f"{100 * found.low:+.2f} to {100 * found.high:+.2f}, paired bootstrap); only the first "
        f"right {found.only_first}, only the second {found.only_second}: p = {found.p:.2g} "
        "(McNemar, exact)"
    )
