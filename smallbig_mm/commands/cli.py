"""What the tools share: configs with clear errors, checks before a long run, exit codes."""

from __future__ import annotations

import argparse
import os
import re
import sys
from pathlib import Path
from typing import Any

from mmengine.config import Config, DictAction
from mmengine.device import get_device
from mmengine.dist import all_gather_object
from mmengine.runner import Runner
from torch.distributed import DistError

from ..checks.settings import places_of
from ..deploy.backends import BACKENDS, PRECISIONS
from ..deploy.execution import PLAIN, Execution
from ..errors import UserError
from ..records.store import folder_for
from ..screen import ReadableRunner
from ..workers import cores

RECORDS_HELP = (
    "where its record goes (results/runs for a config of this checkout, else records beside the "
    "work dir)"
)
ROOT_HELP = (
    "folder that the names in a list are below (by default where the config says, of its lists)"
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


class _Changes(DictAction):
    """mmengine's, with an error that names what cannot be read in place of a traceback."""

    def __call__(self, tool: Any, space: Any, values: Any, option: str | None = None) -> None:
        try:
            super().__call__(tool, space, values, option)
        except (ValueError, AssertionError) as error:
            raise UserError(
                f"--cfg-options {' '.join(values)}: write each as KEY=VALUE, e.g. "
                "train_cfg.max_epochs=1"
            ) from error


def add_config_options(tool: Any, of: str = "") -> None:
    """`--cfg-options` of a parser or a group of its arguments, `of` which configs."""
    tool.add_argument("--cfg-options", nargs="+", action=_Changes, help=of + OPTIONS_HELP)


def add_run_arguments(tool: argparse.ArgumentParser) -> None:
    """Arguments that training and testing share, named as mmaction2's tools name them."""
    tool.add_argument("--work-dir", help="where to write (work_dirs/CONFIG)")
    add_config_options(tool)
    tool.add_argument("--records", type=Path, help=RECORDS_HELP)
    tool.add_argument("--launcher", choices=["none", "pytorch", "slurm", "mpi"], default="none")
    tool.add_argument("--local-rank", "--local_rank", type=int, default=0, help=argparse.SUPPRESS)


def add_backend_arguments(tool: argparse.ArgumentParser) -> None:
    """Arguments of what runs a network: `execution` takes them."""
    tool.add_argument("--backend", choices=BACKENDS, default=PLAIN.backend, help="(%(default)s)")
    tool.add_argument(
        "--precision", choices=PRECISIONS, default=PLAIN.precision, help="(%(default)s)"
    )
    tool.add_argument(
        "--calibration",
        type=Path,
        metavar="LIST",
        help="int8: annotation list of the videos to calibrate on, e.g. the train list",
    )
    tool.add_argument(
        "--calibration-clips",
        type=positive,
        default=PLAIN.clips,
        metavar="N",
        help="of as many of its videos, one each (%(default)s, as NNCF's authors advise)",
    )


def execution(args: argparse.Namespace) -> Execution:
    """How a network is run, by the arguments of `add_backend_arguments`.

    Raises:
        UserError: if they do not go together.
    """
    return Execution(args.backend, args.precision, args.calibration, args.calibration_clips)


def add_workers_argument(tool: argparse.ArgumentParser) -> None:
    """The argument of tools that look at many videos."""
    tool.add_argument(
        "--workers", type=positive, default=cores(), help="processes (%(default)s, one a core)"
    )


def build_runner(cfg: Config, args: argparse.Namespace) -> Runner:
    """mmengine's runner for a config, with the arguments of `add_run_arguments`.

    Raises:
        UserError: if the network cannot be built as the config says, or nothing can be written.
    """
    os.environ.setdefault("LOCAL_RANK", str(args.local_rank))
    cfg.launcher = args.launcher
    cfg.work_dir = _work_dir(cfg, args)
    if args.launcher != "none" and cfg.get("sync_bn") and get_device() == "cpu":
        raise UserError(
            f"sync_bn={cfg.sync_bn!r}: its batch norms need GPUs, and there is none here"
        )
    dist = cfg.setdefault("env_cfg", {}).setdefault("dist_cfg", {})
    dist.timeout = timeout = _timeout(dist.get("timeout", 600))
    try:
        return ReadableRunner.from_cfg(cfg)
    except DistError as error:
        place = ":".join(os.environ.get(f"MASTER_{name}", "?") for name in ("ADDR", "PORT"))
        raise UserError(
            f"--launcher {args.launcher}: {os.environ.get('WORLD_SIZE')} processes did not meet at "
            f"{place} within {timeout} s; start them all, or wait longer: DIST_TIMEOUT=SECONDS "
            f"({str(error).splitlines()[0]})"
        ) from error
    except OSError as error:
        raise UserError(f"--work-dir {cfg.work_dir}: cannot be written to ({error})") from error
    except (ValueError, KeyError, TypeError) as error:
        place = places_of(error, cfg)
        raise UserError(f"{cfg.filename}: {place and f'{place}: '}{error}") from error


def _timeout(default: int) -> int:
    """Seconds that processes wait for each other, as the launchers' `DIST_TIMEOUT` says."""
    given = os.environ.get("DIST_TIMEOUT", str(default))
    if not given.isdecimal() or int(given) < 1:
        raise UserError(f"DIST_TIMEOUT={given}: give a number of seconds")
    return int(given)


def restarted(runner: Runner) -> bool:
    """Whether torchrun starts these processes again, to go on with the newest checkpoint.

    One that is older than any of their launchers is an earlier training's. torchrun counts a start
    only on the machine where a process died, so its count does not tell.
    """
    newest = Path(runner.work_dir) / "last_checkpoint"
    again = (
        int(os.environ.get("TORCHELASTIC_MAX_RESTARTS", 0)) > 0
        and newest.is_file()
        and newest.stat().st_mtime >= _launched()
    )
    return any(all_gather_object(again))


def _launched() -> float:
    """When this process's parent, the launcher, started, in seconds as `time.time` has them."""
    ticks = Path(f"/proc/{os.getppid()}/stat").read_text().rpartition(")")[2].split()[19]
    boot = re.search(r"^btime (\d+)", Path("/proc/stat").read_text(), re.MULTILINE)
    assert boot is not None
    return int(boot[1]) + int(ticks) / os.sysconf("SC_CLK_TCK")


def out_folder(text: str) -> Path:
    """A folder to write to, as an argument's type.

    Raises:
        UserError: before any work, if it is none, or cannot be made or written to.
    """
    folder = Path(text)
    there = next(path for path in (folder, *folder.absolute().parents) if os.path.exists(path))
    if not there.is_dir():
        raise UserError(f"{there}: is a file, not a folder to write to; choose another place")
    if not os.access(there, os.W_OK | os.X_OK):
        raise UserError(f"{there}: this folder takes no new files; choose another place")
    return folder


def out_file(text: str) -> Path:
    """A file to write, as an argument's type.

    Raises:
        UserError: before any work, if it is a folder, or cannot be written.
    """
    if Path(text).is_dir():
        raise UserError(f"{text}: is a folder; give the name of a file to write")
    return out_folder(str(Path(text).parent)) / Path(text).name


def positive(text: str) -> int:
    """A number from 1, as an argument's type."""
    number = int(text)
    if number < 1:
        raise ValueError
    return number


def records_folder(cfg: Config, args: argparse.Namespace) -> Path:
    """Where a run's record goes: `--records`, or what suits the config (`store.folder_for`)."""
    return args.records or folder_for(cfg.filename, _work_dir(cfg, args))


def _work_dir(cfg: Config, args: argparse.Namespace) -> str:
    own = args.work_dir or cfg.get("work_dir")
    return own or str(Path("work_dirs") / Path(cfg.filename).stem)
