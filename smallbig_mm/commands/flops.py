"""Count parameters, multiply-adds and activations of configs, by one counter for all of them."""

import json
import sys
import time
from pathlib import Path

from ..configs import load_config, require_network
from ..costs.counting import Costs, build_model, clip_of, count
from ..errors import UserError
from ..experiments.costs import measure
from ..records.provenance import command
from ..records.store import OWN
from .cli import parser


def main() -> None:
    tool = parser(__doc__, "python tools/flops.py configs/smallbig_r50_k400.py --size 256")
    tool.add_argument("configs", nargs="*", help="config files")
    tool.add_argument(
        "--all",
        action="store_true",
        help="every row of the paper and every config to train, at 224, at 256, at the printed and "
        "at the tested crop; writes records",
    )
    tool.add_argument(
        "--records", type=Path, default=OWN, help="with --all: their folder (%(default)s)"
    )
    tool.add_argument("--clip", nargs=3, type=int, metavar=("T", "H", "W"), help="clip to count")
    tool.add_argument("--size", type=int, help="crop to count, with the config's frames")
    tool.add_argument(
        "--modules", type=int, metavar="DEPTH", help="also a table of modules down to this depth"
    )
    tool.add_argument("--json", action="store_true", help="one JSON object a line")
    args = tool.parse_args()
    if args.clip and args.size:
        raise UserError("--clip and --size: give one of them")

    if args.all:
        if args.configs or args.clip or args.size or args.json or args.modules is not None:
            raise UserError("--all counts all configs at all their clips: give nothing else")
        return _count_all(args.records)
    if not args.configs:
        raise UserError("give config files, or --all")

    failed = 0
    for path in args.configs:
        try:
            cfg = load_config(path)
            require_network(cfg, "count")
            clip = tuple(args.clip) if args.clip else clip_of(cfg)
            clip = (clip[0], args.size, args.size) if args.size else clip
            costs = count(build_model(cfg), clip)
        except (UserError, ValueError, RuntimeError) as error:
            failed += 1
            print(f"error: {path}: {error}", file=sys.stderr)
            continue
        if args.json:
            modules = {} if args.modules is None else {"modules": _modules(costs, args.modules)}
            print(json.dumps({"config": path, **costs.as_record(), **modules}), flush=True)
        else:
            _show(path, costs, args.modules)
    if failed:
        raise UserError(f"{failed} of {len(args.configs)} configs were not counted")


def _count_all(folder: Path) -> None:
    began, failed, new = time.perf_counter(), 0, 0
    print("Reading all configs", flush=True)
    for network, record, seconds, is_new in measure(folder, command()):
        new += is_new
        if isinstance(record.counts, str):
            failed += 1
            print(f"error: {network.configs[0]}: {record.counts}", file=sys.stderr, flush=True)
            continue
        figures = ", ".join(
            f"{c.macs / 1e9:.2f} G at {'x'.join(map(str, c.clip))}" for c in record.counts
        )
        same = f" (and {len(network.configs) - 1} more)" if len(network.configs) > 1 else ""
        params = record.counts[0].params / 1e6
        print(
            f"{network.configs[0]}{same}: {params:.2f} M, {figures} [{seconds:.0f} s]", flush=True
        )
    print(f"{time.perf_counter() - began:.0f} s; {new} new records in {folder}")
    if failed:
        raise UserError(f"{failed} networks were not counted; their records say why")


def _show(path: str, costs: Costs, depth: int | None) -> None:
    uncounted = ", ".join(f"{name} x{n}" for name, n in costs.uncounted.items()) or "none"
    attention = costs.activation_product_macs / 1e9
    print(f"{path}")
    print(f"  clip (TxHxW)      {'x'.join(map(str, costs.clip))}")
    print(f"  parameters        {costs.params / 1e6:.2f} M")
    print(f"  multiply-adds     {costs.gmac:.2f} G (convolutions, linear layers, matrix products)")
    if attention:
        print(f"  of these matmul   {attention:.2f} G; without them {costs.gmac - attention:.2f} G")
    print(f"  norms             {costs.norm_ops / 1e9:.2f} G operations, not in the above")
    print(f"  pooling           {costs.pool_ops / 1e9:.2f} G comparisons or additions, likewise")
    print(f"  activations       {costs.activation_bytes / 2**20:.1f} MiB at most, eager inference")
    print(f"  not counted       {uncounted}")
    print(f"  counter           {costs.counter}; one multiply-add is one")
    if depth is not None:
        print(f"  {'module':40s} {'params':>10s} {'GMAC':>8s}")
        for name, (params, macs) in _modules(costs, depth).items():
            print(f"  {name:40s} {params:10,d} {macs / 1e9:8.3f}")


def _modules(costs: Costs, depth: int) -> dict[str, tuple[int, int]]:
    return {
        name or "network": (params, macs)
        for name, (params, macs) in costs.modules.items()
        if name.count(".") < depth and (params or macs)
    }
