"""Draw the curves of trainings: loss, learning rate and validations, resumed ones joined."""

from dataclasses import replace
from pathlib import Path

import pandas as pd

from ..analysis.curves import read_curves, trainings
from ..analysis.drawing import save, training_curves
from ..analysis.page import page
from ..files import write_text
from .cli import out_folder, parser


def main() -> None:
    tool = parser(__doc__, "python tools/plot_curves.py work_dirs/r23 work_dirs/smallbig_r23")
    tool.add_argument("work_dirs", nargs="+", type=Path, metavar="WORK_DIR", help="of a training")
    tool.add_argument(
        "--out",
        type=out_folder,
        default="curves",
        help="folder for curves.png, curves.html and curves.csv (%(default)s)",
    )
    args = tool.parse_args()

    work_dirs, others = trainings(args.work_dirs)
    for folder in others:
        print(f"{folder}: passed over, it has no scalars of a training")
    runs = [read_curves(folder) for folder in work_dirs]
    if len({run.name for run in runs}) < len(runs):
        runs = [replace(r, name=str(f)) for r, f in zip(runs, work_dirs, strict=True)]
    figure, said = training_curves(runs)
    save(figure, args.out / "curves.png")
    write_text(args.out / "curves.html", page(figure, said, runs))
    points = [
        series.assign(run=run.name, unit=run.unit, series=name)
        for run in runs
        for name, series in run.series.items()
    ]
    table = pd.concat(points)[["run", "series", "unit", "at", "value"]]
    write_text(args.out / "curves.csv", table.to_csv(index=False))
    for run in runs:
        last = ", ".join(
            f"{name.removeprefix('validation ')} {series['value'].iloc[-1]:.4g}"
            for name, series in run.series.items()
        )
        starts = f"{run.starts} starts, " if run.starts > 1 else ""
        print(f"{run.name}: {starts}to {run.unit} {_end(run.series):g}: {last}")
    print("Written: " + ", ".join(f"{args.out / 'curves'}.{end}" for end in ("png", "html", "csv")))


def _end(series: dict[str, pd.DataFrame]) -> float:
    return max(points["at"].max() for points in series.values())
