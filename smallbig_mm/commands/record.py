"""Record a result that was made elsewhere: mmengine's log of a run, or a dump of test scores."""

import argparse
from pathlib import Path

from mmengine.config import DictAction

from ..configs import load_config
from ..files import require_file
from ..records import imports, store
from .cli import OPTIONS_HELP, parser


def main() -> None:
    example = (
        "python tools/record.py log work_dirs/smallbig_r23/STAMP/STAMP.log "
        "--config configs/motion_shapes/smallbig_r23.py\n"
        "  python tools/record.py dump scores.pkl --config configs/table05/04_typical.py "
        "--checkpoint epoch_110.pth"
    )
    tool = parser(__doc__, example)
    kinds = tool.add_subparsers(dest="kind", required=True)
    log = kinds.add_parser("log", help="a log of training or testing")
    log.add_argument("file", type=Path, help="STAMP.log, STAMP.json or scalars.json")
    dump = kinds.add_parser("dump", help="scores that test.py --dump wrote")
    dump.add_argument("file", type=Path, help="the .pkl file")
    dump.add_argument("--checkpoint", help="the weights that were tested")
    for kind in (log, dump):
        _add_shared(kind)
    args = tool.parse_args()

    cfg = load_config(args.config, args.cfg_options)
    command = store.command()
    if args.kind == "log":
        found, path = imports.record_log(args.file, cfg, args.records, command)
        metrics = found.metrics
        if found.truncated:
            print(f"{args.file}: skipped {found.truncated} truncated line at its end")
        if found.config is None:
            print(f"{args.file}: prints no config, so that {args.config} was run is not checked")
    else:
        require_file(str(args.file), "dump")
        weights = require_file(args.checkpoint, "--checkpoint") if args.checkpoint else None
        metrics, path = imports.record_dump(args.file, cfg, weights, args.records, command)
    print(path)
    for name, value in metrics.items():
        print(f"  {name}: {value:.4f}")


def _add_shared(kind: argparse.ArgumentParser) -> None:
    kind.add_argument("--config", required=True, help="the config that was run")
    kind.add_argument("--cfg-options", nargs="+", action=DictAction, help=OPTIONS_HELP)
    kind.add_argument(
        "--records", type=Path, default=store.RUNS, help="where its record goes (results/runs)"
    )
