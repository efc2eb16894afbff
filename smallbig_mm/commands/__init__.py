"""The commands, a file each: what `smallbig-mm COMMAND`, or tools/COMMAND.py, runs."""

from __future__ import annotations

import ast
import difflib
import errno
import importlib
import os
import sys
from pathlib import Path

from ..errors import Problems, UserError, last_line
from ..files import FULL, disk_full

HELPERS = {"__init__", "cli", "loader", "summary"}  # files here that are no commands
# What the system says of a place that is not for us.
REFUSED = {
    *(errno.EACCES, errno.EPERM, errno.EEXIST, errno.ENOTDIR, errno.EISDIR, errno.ENAMETOOLONG),
}
GO_ON = {
    "train": "; with --resume it goes on from the newest checkpoint",
    "test": "; the same command goes on from here",
}


def commands() -> dict[str, str]:
    """What each command does, in a line: the first of its file."""
    files = sorted(p for p in Path(__file__).parent.glob("*.py") if p.stem not in HELPERS)
    docs = {p.stem: ast.get_docstring(ast.parse(p.read_text(encoding="utf-8"))) for p in files}
    return {name.replace("_", "-"): (doc or "").splitlines()[0] for name, doc in docs.items()}


def start(name: str) -> None:
    """Run a command on the arguments in `sys.argv`.

    What the user can mend, a package that is missing included, ends in one line, or one a problem,
    and exit code 2.
    """
    try:
        importlib.import_module(f"{__name__}.{name.replace('-', '_')}").main()
        sys.stdout.flush()
    except Problems as error:
        _fail(*map(last_line, error.problems))
    except UserError as error:
        _fail(last_line(error))
    except ImportError as error:
        _fail(f"{last_line(error)}: run smallbig-mm doctor, which says what to install")
    except BrokenPipeError:  # who reads the output, as `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except OSError as error:
        if error.errno in FULL:
            _fail(disk_full(error, error.filename or "a log"))
        if error.errno not in REFUSED or error.filename is None:
            raise
        _fail(f"{error.filename}: {error.strerror}; choose another place, or mend its permissions")
    except KeyboardInterrupt:
        _fail(f"interrupted{GO_ON.get(name, '')}", code=130)
    except RuntimeError as error:
        if not _lost(error):
            raise
        wait = os.environ.get("DIST_TIMEOUT", "600")
        _fail(
            f"another process of this run ended, or did not answer for DIST_TIMEOUT={wait} s; what "
            f"it said is in its own output ({last_line(error)})",
            code=1,
        )


def _lost(error: RuntimeError) -> bool:
    """Whether it is what NCCL or gloo raises when another process does not answer."""
    return any(kind.__name__ == "DistError" for kind in type(error).__mro__) or "gloo" in str(error)


def _fail(*messages: str, code: int = 2) -> None:
    for message in messages:
        print(f"error: {message}", file=sys.stderr)
    sys.exit(code)


def main() -> None:
    """`smallbig-mm COMMAND ...`."""
    known = commands()
    name = sys.argv[1] if len(sys.argv) > 1 else "--help"
    if name in ("-h", "--help"):
        width = max(map(len, known))
        print("usage: smallbig-mm COMMAND ...\n")
        print("\n".join(f"  {command:{width}}  {text}" for command, text in known.items()))
        print("\nsmallbig-mm COMMAND --help says more, e.g. smallbig-mm train --help")
        sys.exit(0 if len(sys.argv) > 1 else 2)
    if name.replace("_", "-") not in known:
        near = difflib.get_close_matches(name, known, n=1)
        meant = f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}"
        _fail(f"{name}: no such command; {meant}")
    sys.argv = [f"smallbig-mm {name}", *sys.argv[2:]]
    start(name)
