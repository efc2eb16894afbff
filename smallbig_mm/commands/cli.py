"""What the tools share: configs with clear errors, checks before a long run, exit codes."""

from __future__ import annotations

import argparse
import os
import re
import sys
from pathlib import Path

from mmengine.config import Config, DictAction
from mmengine.runner import Runner

from ..errors import UserError
from ..records.store import folder_for

RECORDS_HELP = (
    "where its record goes (results/runs for a config of this checkout, else records beside the "
    "work dir)"
)
OPTIONS_HELP = "settings of the config to change: model.backbone.depth=50 train_cfg.max_epochs=1"


def parser(description: str, example: str) -> argparse.ArgumentParser:
    """A parser whose --help ends with an example.

    Args:
        description: what the command does.
        example: `python tools/NAME.py configs/...`; for who typed `smallbig-mm NAME`, in its form.
    """
    if sys.argv[0].startswith("smallbig-mm "):
        example = re.sub(r"\w+ tools/[\w/]+\.\w+", sys.argv[0], example)
        example = example.replace("configs/", "smallbig_mm::")
    return argparse.ArgumentParser(
        description=description,
        epilog=f"example:\n  {example}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def add_run_arguments(tool: argparse.ArgumentParser) -> None:
    """Arguments that training and testing share, named as mmaction2's tools name them."""
    tool.add_argument("--work-dir", help="where to write (work_dirs/CONFIG)")
    tool.add_argument("--cfg-options", nargs="+", action=DictAction, help=OPTIONS_HELP)
    tool.add_argument("--records", type=Path, help=RECORDS_HELP)
    tool.add_argument("--launcher", choices=["none", "pytorch", "slurm", "mpi"], default="none")
    tool.add_argument("--local-rank", "--local_rank", type=int, default=0, help=argparse.SUPPRESS)


def add_workers_argument(tool: argparse.ArgumentParser) -> None:
    """The argument of tools that look at many videos."""
    tool.add_argument("--workers", type=int, help="processes (one a processor core)")


def build_runner(cfg: Config, args: argparse.Namespace) -> Runner:
    """mmengine's runner for a config, with the arguments of `add_run_arguments`.

    Raises:
        UserError: if the network cannot be built as the config says.
    """
    os.environ.setdefault("LOCAL_RANK", str(args.local_rank))
    cfg.launcher = args.launcher
    if args.work_dir is not None:
        cfg.work_dir = args.work_dir
    elif cfg.get("work_dir") is None:
        cfg.work_dir = str(Path("work_dirs") / Path(cfg.filename).stem)
    try:
        return Runner.from_cfg(cfg)
    except (ValueError, KeyError, TypeError) as error:
        raise UserError(f"{cfg.filename}: {error}") from error


def records_folder(cfg: Config, args: argparse.Namespace) -> Path:
    """Where a run's record goes: `--records`, or what suits the config (`store.folder_for`)."""
    return args.records or folder_for(cfg.filename, cfg.work_dir)
