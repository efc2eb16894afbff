"""Train and test every network, fold and seed of UT-Interaction, and print the table.

Finished runs are kept, so an interrupted grid goes on where it stopped; a failed run is recorded,
and tried again the next time. The data come from tools/make_ut_interaction.py, the table of the
checkout from tools/make_tables.py.
"""

from pathlib import Path

import torch

from ..compat.precision import has_bfloat16
from ..datasets.ut_interaction import FOLDS
from ..errors import UserError
from ..experiments import engine
from ..experiments.ut_interaction import NETWORKS, TUNE, jobs
from ..files import CONFIGS, absence
from ..records import store
from ..records.provenance import command
from ..report.ut_interaction import document, hits, mean_by_lr
from .cli import RECORDS_HELP, parser, positive


def main() -> None:
    tool = parser(__doc__, "python tools/run_ut_interaction.py --seeds 0 1 2 --workers 1")
    tool.add_argument(
        "--data",
        type=Path,
        default=Path("data/ut_interaction"),
        help="what tools/make_ut_interaction.py wrote (%(default)s)",
    )
    tool.add_argument(
        "--pretrained",
        help="file of a ResNet-50's ImageNet weights, as torchvision names them (downloaded)",
    )
    tool.add_argument("--networks", nargs="+", choices=NETWORKS, default=list(NETWORKS))
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
        "--fp32", action="store_true", help="train in float32, as on a processor without bfloat16"
    )
    tool.add_argument(
        "--workers", type=positive, help="jobs at a time (as many as GPUs, or else as CPU cores)"
    )
    tool.add_argument("--records", type=Path, help=RECORDS_HELP)
    args = tool.parse_args()

    if not (args.data / "fold1_train.txt").exists():
        raise UserError(
            f"--data {args.data}: no fold1_train.txt; run tools/make_ut_interaction.py first"
        )
    if args.pretrained and not Path(args.pretrained).is_file():
        raise UserError(
            f"--pretrained {absence(args.pretrained)}; leave --pretrained out to download them"
        )
    if not (args.fp32 or torch.cuda.is_available() or has_bfloat16()):
        raise UserError("this processor has no bfloat16: give --fp32, which is recorded apart")
    records = args.records or store.folder_for(CONFIGS / "ut_interaction/r23.py", "work_dirs/grid")
    parts = [TUNE] if args.tune else [f"fold{fold}" for fold in args.folds]
    lrs = args.tune or (None,)
    todo = jobs(args.data, args.networks, parts, args.seeds, lrs, args.pretrained, args.fp32)

    found = []
    ended = engine.run(todo, records, Path("work_dirs"), command(), args.workers)
    for number, (job, record, new) in enumerate(ended, start=1):
        found.append(record)
        figure = record.metrics
        if not isinstance(figure, str):
            right = hits([record]).values()
            figure = f"{sum(right):.0f} of {len(right)}"
        seconds = f" ({record.detail.get('seconds', 0):.0f} s)" if new else " (there)"
        name = "{network} {part}".format(**job.detail)
        print(
            f"[{number}/{len(todo)}] {name} seed {job.seed} lr {job.detail['lr']:g}: "
            f"{figure}{seconds}",
            flush=True,
        )

    if args.tune:
        for lr, top1 in mean_by_lr(found).items():
            print(f"lr {lr:g}: mean top-1 {100 * top1:.1f} % over {len(args.networks)} networks")
    else:
        print(f"\n{document(found, 'float32' if args.fp32 else 'bfloat16').render('md')}")
    if failed := sum(isinstance(record.metrics, str) for record in found):
        raise UserError(f"{failed} of {len(todo)} jobs failed; their records say why")
