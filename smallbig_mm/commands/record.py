"""Record results made elsewhere, explain what a record fills, close those of killed runs."""

from __future__ import annotations

import argparse
from pathlib import Path

from ..configs import load_config
from ..errors import UserError
from ..files import require_file
from ..paper import find
from ..records import imports, recording, store
from ..records.provenance import command
from ..report.lines import verdicts
from .cli import add_config_options, parser


def main() -> None:
    example = (
        "python tools/record.py log work_dirs/smallbig_r23/STAMP/vis_data/scalars.json "
        "--config configs/motion_shapes/smallbig_r23.py\n"
        "  python tools/record.py dump scores.pkl --config configs/table05/04_typical.py "
        "--checkpoint epoch_110.pth\n"
        "  python tools/record.py explain results/runs/test/RECORD.json table05/04_typical"
    )
    tool = parser(__doc__, example)
    kinds = tool.add_subparsers(dest="kind", required=True)
    log = kinds.add_parser("log", help="scalars that mmengine wrote while training or testing")
    log.add_argument("file", type=Path, help="vis_data/scalars.json or STAMP.json")
    dump = kinds.add_parser("dump", help="scores that test.py --dump wrote")
    dump.add_argument("file", type=Path, help="the .pkl file")
    dump.add_argument("--checkpoint", help="the weights that were tested")
    for kind in (log, dump):
        kind.add_argument("--config", required=True, help="the config that was run")
        add_config_options(kind)
    explain = kinds.add_parser("explain", help="what keeps a record from filling a row")
    explain.add_argument("record", type=Path, help="a record's .json file")
    explain.add_argument("row", help="e.g. table05/04_typical")
    close = kinds.add_parser("close", help="give runs that were killed their record")
    for kind in (log, dump, close, explain):
        kind.add_argument("--records", type=Path, help="folder of records")
    args = tool.parse_args()
    {"log": _log, "dump": _dump, "explain": _explain, "close": _close}[args.kind](args)


def _log(args: argparse.Namespace) -> None:
    cfg = load_config(args.config, args.cfg_options)
    folder = args.records or store.folder_for(args.config, "work_dirs/imported")
    path, cut = imports.record_scalars(args.file, cfg, folder, command())
    if cut:
        print(f"{args.file}: skipped {cut} truncated line at its end")
    print(f"{args.file}: names no config, so that {args.config} was run is not checked")
    _show(path)


def _dump(args: argparse.Namespace) -> None:
    cfg = load_config(args.config, args.cfg_options)
    folder = args.records or store.folder_for(args.config, "work_dirs/imported")
    require_file(args.file, "dump")
    weights = require_file(args.checkpoint, "--checkpoint") if args.checkpoint else None
    _show(imports.record_dump(args.file, cfg, weights, folder, command()))


def _show(path: Path) -> None:
    print(path)
    for name, value in store.metrics(store.read(path)).items():
        print(f"  {name}: {value:.4f}")


def _explain(args: argparse.Namespace) -> None:
    record = store.read(require_file(args.record, "record"))
    row = find(args.row)
    folder = args.records or store.folder_of(record, args.record)
    judged = verdicts(record, folder, [row])
    if not judged:
        raise UserError(f"row {row.id}: has no config here, so no record can fill it")
    for name, verdict in judged.items():
        print(f"{name}: {verdict.status or 'not filled by this record; it differs in'}")
        for text in verdict.differences:
            print(f"  {text}")


def _close(args: argparse.Namespace) -> None:
    folders = [args.records] if args.records else [store.OWN, Path("work_dirs/records")]
    closed = [path for folder in folders for path in recording.close_killed(folder)]
    print("\n".join(map(str, closed)) or f"nothing to close in {', '.join(map(str, folders))}")
