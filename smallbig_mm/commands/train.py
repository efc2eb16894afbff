"""Train a network: one process, or several through dist_train.sh or slurm_train.sh."""

import argparse
from functools import partial

from mmengine.config import Config
from mmengine.device import get_device
from mmengine.runner import Runner

from ..checks import ready
from ..compat.precision import require_bfloat16
from ..configs import load_config, require_network
from ..errors import UserError
from ..records import runs
from ..records.resuming import resume
from ..screen import show
from . import summary
from .cli import add_run_arguments, build_runner, parser, positive, records_folder, restarted


def main() -> None:
    tool = parser(__doc__, "python tools/train.py configs/motion_shapes/smallbig_r23.py")
    tool.add_argument("config", help="config file")
    add_run_arguments(tool)
    tool.add_argument(
        "--resume",
        nargs="?",
        const="auto",
        help="go on from this checkpoint, or from the newest one in the work dir",
    )
    tool.add_argument(
        "--amp", action="store_true", help="train in bfloat16, on a GPU or a processor that has it"
    )
    tool.add_argument("--no-validate", action="store_true", help="do not validate on the way")
    tool.add_argument(
        "--accumulate",
        type=positive,
        metavar="N",
        help="accumulate the gradients of N batches a step, for a batch N times as large",
    )
    tool.add_argument(
        "--auto-scale-lr",
        action="store_true",
        help="scale the learning rate by batch size (per process x processes x accumulated) / "
        "auto_scale_lr.base_batch_size",
    )
    tool.add_argument("--seed", type=int, help="random seed")
    tool.add_argument("--deterministic", action="store_true", help="deterministic cuDNN")
    args = tool.parse_args()

    cfg = load_config(args.config, args.cfg_options)
    require_network(cfg, "train")
    if args.no_validate:
        cfg.val_cfg = cfg.val_dataloader = cfg.val_evaluator = None
    if args.amp:
        _use_amp(cfg)
    if args.accumulate:
        cfg.optim_wrapper.accumulative_counts = args.accumulate
    if args.auto_scale_lr:
        if "auto_scale_lr" not in cfg:
            raise UserError(f"{args.config}: --auto-scale-lr needs auto_scale_lr in the config")
        cfg.auto_scale_lr.enable = True
    if args.seed is not None or args.deterministic:
        given = dict(seed=args.seed) if args.seed is not None else {}
        given |= dict(deterministic=True) if args.deterministic else {}
        cfg.randomness = {**(cfg.get("randomness") or {}), **given}
    records = records_folder(cfg, args)
    runner = ready(cfg, partial(_build, cfg, args), ("train", "val"), records)
    show(summary.of_training(cfg, runner))
    runs.train(runner, cfg, records)


def _build(cfg: Config, args: argparse.Namespace) -> Runner:
    """A runner that begins, or goes on with the seed of what it resumes from."""
    runner = build_runner(cfg, args)
    source = "auto" if restarted(runner) else args.resume
    source = source or (cfg.get("resume") and (cfg.get("load_from") or "auto"))
    if source:
        resume(runner, source)
    return runner


def _use_amp(cfg: Config) -> None:
    if get_device() == "cpu":
        require_bfloat16("--amp")
    cfg.optim_wrapper.update(type="AmpOptimWrapper", dtype="bfloat16")
