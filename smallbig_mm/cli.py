"""What the tools share: configs with clear errors, checks before a long run, exit codes."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path

from mmengine.config import Config, DictAction
from mmengine.model import is_model_wrapper
from mmengine.runner import Runner
from torch import nn

from .checkpoints import CheckpointError
from .compat import StackError, VideoDecodeError, WeightsError
from .records.rows import RowError
from .records.store import RUNS, RecordError

OPTIONS_HELP = "settings of the config to change: model.backbone.depth=50 train_cfg.max_epochs=1"


class UserError(Exception):
    """Something that the user can mend; the message says which file or argument, and how."""


EXPECTED = (
    UserError,
    CheckpointError,
    RecordError,
    RowError,
    StackError,
    VideoDecodeError,
    WeightsError,
)


def run_tool(main: Callable[[], None]) -> None:
    """Run a tool; what the user can mend ends in one line and exit code 2, no traceback."""
    try:
        main()
    except EXPECTED as error:
        sys.exit(_fail(last_line(error)))
    except KeyboardInterrupt:
        sys.exit(_fail("interrupted", code=130))


def last_line(error: BaseException) -> str:
    """What an error says; one from a loader's worker has the worker's traceback before it."""
    last = (str(error).strip().splitlines() or [""])[-1]
    return re.sub(rf"^[\w.]*{type(error).__name__}: ", "", last)


def _fail(message: str, code: int = 2) -> int:
    print(f"error: {message}", file=sys.stderr)
    return code


def parser(description: str, example: str) -> argparse.ArgumentParser:
    """A parser whose --help ends with an example."""
    return argparse.ArgumentParser(
        description=description,
        epilog=f"example:\n  {example}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def add_run_arguments(tool: argparse.ArgumentParser) -> None:
    """Arguments that training and testing share, named as mmaction2's tools name them."""
    tool.add_argument("--work-dir", help="where to write (work_dirs/CONFIG)")
    tool.add_argument("--cfg-options", nargs="+", action=DictAction, help=OPTIONS_HELP)
    tool.add_argument(
        "--records", type=Path, default=RUNS, help="where its record goes (results/runs)"
    )
    tool.add_argument("--launcher", choices=["none", "pytorch", "slurm", "mpi"], default="none")
    tool.add_argument("--local-rank", "--local_rank", type=int, default=0, help=argparse.SUPPRESS)


def load_config(path: str, options: dict | None = None) -> Config:
    """Read a config file and apply `--cfg-options`.

    Raises:
        UserError: if there is no such file, it cannot be read, or an option does not fit it.
    """
    if not Path(path).is_file():
        raise UserError(f"config {_absence(path)}; configs/ holds those of this package")
    try:
        cfg = Config.fromfile(path)
    except Exception as error:
        raise UserError(f"config {path}: {type(error).__name__}: {error}") from error
    try:
        cfg.merge_from_dict(options or {})
    except Exception as error:
        raise UserError(f"--cfg-options: {type(error).__name__}: {error}") from error
    return cfg


def require_file(path: str, what: str) -> Path:
    """Return `path`.

    Raises:
        UserError: naming `what` is missing, if there is no such file.
    """
    if not Path(path).is_file():
        raise UserError(f"{what} {_absence(path)}")
    return Path(path)


def _absence(path: str) -> str:
    return f"{path}: is a folder, not a file" if Path(path).is_dir() else f"{path}: no such file"


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


def unwrap(model: nn.Module) -> nn.Module:
    """The recogniser inside a distributed wrapper, if it is in one."""
    return model.module if is_model_wrapper(model) else model  # type: ignore[return-value]


def check_annotations(cfg: Config, *splits: str) -> None:
    """Look at annotation lists before a run starts: they exist and their labels fit the head.

    Args:
        cfg: the config.
        *splits: of `'train'`, `'val'` and `'test'`.

    Raises:
        UserError: naming the list, the line and what to do.
    """
    for split in splits:
        loader = cfg.get(f"{split}_dataloader")
        if loader is None or "ann_file" not in loader.dataset:
            continue
        dataset = loader.dataset
        path = Path(dataset.get("data_root") or "", dataset.ann_file)
        if not path.is_file():
            key = "data_root" if dataset.get("data_root") else "ann_file"
            raise UserError(
                f"annotation list {path} ({split}): no such file; make it (see the README), or "
                f"set --cfg-options {split}_dataloader.dataset.{key}=..."
            )
        classes = cfg.model.cls_head.num_classes
        for number, line in enumerate(path.read_text().splitlines(), start=1):
            label = line.rsplit(maxsplit=1)[-1] if line.strip() else "0"
            if not label.isdecimal() or int(label) >= classes:
                raise UserError(
                    f"{path}, line {number}: label {label!r} is none of 0 ... {classes - 1}; "
                    "mend the list, or set --cfg-options model.cls_head.num_classes=..."
                )
