"""Give a checkpoint of other code the names that mmaction2 loads, and say what it is.

Known are those of the authors' code (xhl-video/SmallBigNet), of PySlowFast (SlowFast, SlowOnly, I3D
and NL I3D; .pyth, and Caffe2's .pkl), of TSM's authors (ResNets; .pth.tar) and, to begin a training
with, the ResNets of torchvision and timm (.pth, .safetensors). Each name is accounted for, and a
file with names or shapes that no known network has is refused.
"""

from itertools import groupby
from typing import Any

from ..checkpoints import convert, save
from ..converting import Converted, fitting_configs
from ..errors import UserError
from ..files import CONFIGS, relative, require_file
from ..state_dicts import shapes_of, some
from .cli import out_file, parser

TABLES = ("table10/", "table11/")  # of the peers


def main() -> None:
    example = "python tools/convert_checkpoint.py SLOWONLY_8x8_R50.pkl slowonly_r50.pth"
    tool = parser(__doc__, example)
    tool.add_argument("source", help="a training checkpoint of theirs, or a bare state dict")
    tool.add_argument("out", type=out_file, help="checkpoint to write")
    tool.add_argument("--force", action="store_true", help="replace OUT if it exists")
    args = tool.parse_args()

    if args.out.exists() and not args.force:
        raise UserError(f"{args.out} exists: choose another name, or pass --force")
    found, meta = convert(require_file(args.source, "checkpoint"))
    try:
        save(found.tensors, meta, args.out)
    except OSError as error:
        raise UserError(f"{args.out} cannot be written: {error}") from error

    network = found.network
    classes = f"{network.num_classes} classes" if network.num_classes else "no classifier"
    converted = len(found.tensors) - len(found.added)
    print(f"recognised: {found.family.name} ({found.family.source}), by names and shapes")
    print(f"network: {network.name}, {classes}, {network.text}")
    print(f"{args.out}: {converted} tensors converted, {len(found.left_out) or 'none'} left out")
    by_reason = sorted(found.left_out.items(), key=lambda item: item[1])
    for why, names in groupby(by_reason, key=lambda item: item[1]):
        print(f"left out: {some(name for name, _ in names)}: {why}")
    if found.added:
        print(f"added: {len(found.added)} x num_batches_tracked, which is not in the file, as 0")
    if network.head is not None:
        _say_fits(found)
    for note in network.notes:
        print(f"note: {note.replace('OUT', str(args.out))}")


def _say_fits(found: Converted) -> None:
    network, names = found.network, found.family.configs
    configs = {
        path
        for folder in ("", *TABLES)
        for name in names
        for path in CONFIGS.glob(f"{folder}{name}.py")
    }
    fits = fitting_configs(shapes_of(found.tensors), network, sorted(configs))
    for path, options in fits.items():
        words = [f"{name}={_written(value)}" for name, value in options.items()]
        print(" ".join([f"fits: {relative(path)}", *(["--cfg-options"] if words else []), *words]))
    if not fits:
        print("fits: no config in configs/; give the nearest one this backbone")
        for name, value in network.settings.items():
            print(f"  and {name}={_written(value)}")


def _written(value: Any) -> str:
    """As --cfg-options reads it."""
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)
