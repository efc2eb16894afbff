"""Train and test every network, control, fold and seed of UT-Interaction, and print the table.

Finished runs are kept, so an interrupted grid goes on where it stopped; a failed run is recorded,
and tried again the next time. The data come from tools/make_ut_interaction.py.
"""

import sys
from pathlib import Path

from ..datasets.ut_interaction import FOLDS
from ..errors import UserError
from ..experiments import engine
from ..experiments.ut_interaction import CONTROLS, NETWORKS, jobs
from ..files import CHECKOUT, write_text
from ..records.provenance import command
from ..report.ut_interaction import hits, mean_by_lr, table
from .cli import parser


def main() -> None:
    tool = parser(__doc__, "python tools/run_ut_interaction.py --controls clip single")
    tool.add_argument(
        "--data",
        type=Path,
        default=Path("data/ut_interaction"),
        help="what tools/make_ut_interaction.py wrote (%(default)s)",
    )
    tool.add_argument("--networks", nargs="+", choices=NETWORKS, default=list(NETWORKS))
    tool.add_argument("--controls", nargs="+", choices=CONTROLS, default=list(CONTROLS))
    tool.add_argument("--folds", nargs="+", type=int, choices=FOLDS, default=list(FOLDS))
    tool.add_argument("--seeds", nargs="+", type=int, default=[0])
    tool.add_argument(
        "--tune",
        nargs="+",
        type=float,
        metavar="LR",
        help="instead of the grid, train each network on the tuning split with each of these "
        "learning rates and print the mean top-1 of each rate",
    )
    tool.add_argument(
        "--results",
        type=Path,
        default=CHECKOUT / "results" if CHECKOUT else Path("work_dirs/results"),
        help="records go to runs, the table to tables/ut_interaction.md in it (%(default)s)",
    )
    args = tool.parse_args()

    if not (args.data / "fold1_train.txt").exists():
        raise UserError(
            f"--data {args.data}: no fold1_train.txt; run tools/make_ut_interaction.py first"
        )
    data = args.data.resolve()
    if args.tune:
        todo = jobs(data, args.networks, ["clip"], ["tune"], args.seeds, args.tune)
    else:
        folds = [f"fold{fold}" for fold in args.folds]
        todo = jobs(data, args.networks, args.controls, folds, args.seeds)

    records = []
    ended = engine.run(todo, args.results / "runs", Path("work_dirs"), command())
    for number, (job, record, new) in enumerate(ended, start=1):
        records.append(record)
        figure = record.metrics
        if not isinstance(figure, str):
            right = hits([record]).values()
            figure = f"{sum(right):.0f} of {len(right)}"
        seconds = f" ({record.detail.get('seconds', 0):.0f} s)" if new else " (there)"
        name = "{network} {control} {part}".format(**job.detail)
        print(
            f"[{number}/{len(todo)}] {name} seed {job.seed} lr {job.detail['lr']:g}: "
            f"{figure}{seconds}",
            flush=True,
        )

    if args.tune:
        for lr, top1 in mean_by_lr(records).items():
            print(f"lr {lr:g}: mean top-1 {100 * top1:.1f} % over {len(args.networks)} networks")
    else:
        text = table(records, args.data)
        target = args.results / "tables/ut_interaction.md"
        write_text(target, text)
        print(f"\n{text}\n{target}")
    sys.exit(int(any(isinstance(record.metrics, str) for record in records)))
