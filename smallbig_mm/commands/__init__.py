"""The commands, a file each: what `smallbig-mm COMMAND`, or tools/COMMAND.py, runs."""

from __future__ import annotations

import ast
import importlib
import sys
from pathlib import Path

from ..errors import StackError
from .cli import run_tool

HELPERS = {"__init__", "cli"}  # files here that are no commands


def commands() -> dict[str, str]:
    """What each command does, in a line: the first of its file."""
    files = sorted(p for p in Path(__file__).parent.glob("*.py") if p.stem not in HELPERS)
    docs = {p.stem: ast.get_docstring(ast.parse(p.read_text(encoding="utf-8"))) for p in files}
    return {name.replace("_", "-"): (doc or "").splitlines()[0] for name, doc in docs.items()}


def run(name: str) -> None:
    """Run a command on the arguments in `sys.argv`; errors for users end in a line and code 2."""

    def main() -> None:
        try:
            module = importlib.import_module(f"{__name__}.{name.replace('-', '_')}")
        except ModuleNotFoundError as error:
            raise StackError(
                f"{error.name} is not installed: run `pip install {error.name}`; the doctor "
                "(python tools/doctor.py, or smallbig-mm doctor) looks at all packages"
            ) from error
        module.main()

    run_tool(main)


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
        print(f"error: {name}: no such command; there are {', '.join(known)}", file=sys.stderr)
        sys.exit(2)
    sys.argv = [f"smallbig-mm {name}", *sys.argv[2:]]
    run(name)
