"""Give a checkpoint of the authors' code (xhl-video/SmallBigNet) the names that mmaction2 loads."""

from pathlib import Path

from ..checkpoints import convert, fitting_configs, save
from ..errors import UserError
from ..files import CONFIGS, relative, require_file
from .cli import parser


def main() -> None:
    example = "python tools/convert_checkpoint.py model_best_smallbig50_extra.pth smallbig_r50.pth"
    tool = parser(__doc__, example)
    tool.add_argument("official", help="training checkpoint of theirs, or a bare state dict")
    tool.add_argument("out", type=Path, help="checkpoint to write")
    tool.add_argument("--force", action="store_true", help="replace OUT if it exists")
    args = tool.parse_args()

    if args.out.exists() and not args.force:
        raise UserError(f"{args.out} exists: choose another name, or pass --force")
    tensors, meta, variant = convert(require_file(args.official, "checkpoint"))
    try:
        save(tensors, meta, args.out)
    except OSError as error:
        raise UserError(f"{args.out} cannot be written: {error}") from error

    classes = f"{variant.num_classes} classes" if variant.num_classes else "no classifier"
    print(f"{args.out}: {len(tensors)} tensors converted, none left over")
    print(f"network: {variant.name}, {classes}, {variant.text}")
    shapes = {name: tuple(tensor.shape) for name, tensor in tensors.items()}
    fits = fitting_configs(shapes, sorted(CONFIGS.glob("*.py")))
    for path, num_classes in fits.items():
        same = variant.num_classes in (None, num_classes)
        option = f" --cfg-options model.cls_head.num_classes={variant.num_classes}"
        print(f"fits: {relative(path)}{'' if same else option}")
    if not fits:
        print("fits: no config in configs/; give the nearest one this backbone")
    print("The clip length leaves no trace in the weights: use the one they were trained with.")
