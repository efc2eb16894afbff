"""Run a script of mmaction2's, or one of your own, on the repaired stack."""

import difflib
import runpy
import sys
from importlib.util import find_spec
from pathlib import Path

from ..compat.imports import stand_in_for_seaborn
from ..errors import UserError
from .cli import parser


def main() -> None:
    tool = parser(__doc__, "smallbig-mm run analyze_logs.py plot_curve scalars.json --out loss.png")
    tool.usage = "smallbig-mm run SCRIPT [arguments of SCRIPT]"
    tool.add_argument("script", help="its path, or the name of one that mmaction2 brings along")
    script = find(tool.parse_args(sys.argv[1:2]).script)
    sys.argv = [str(script), *sys.argv[2:]]
    sys.path.insert(0, str(script.parent))  # as `python SCRIPT` does
    stand_in_for_seaborn()
    try:
        runpy.run_path(str(script), run_name="__main__")
    except Exception:  # shown as Python shows it: it is the script's own
        sys.excepthook(*sys.exc_info())
        sys.exit(1)


def find(name: str) -> Path:
    """A script by its path, or by the end of its path below mmaction2's tools, without `.py` too.

    Raises:
        UserError: if there is none, or there are several.
    """
    if Path(name).is_file():
        return Path(name)
    spec = find_spec("mmaction")
    package = Path(spec.origin).parent if spec and spec.origin else Path()
    tools = next(
        (t for t in (package / ".mim/tools", package.parent / "tools") if t.is_dir()), None
    )
    scripts = sorted(tools.rglob("*.py")) if tools else []
    wanted = Path(name).with_suffix(".py").parts
    found = [path for path in scripts if path.parts[-len(wanted) :] == wanted]
    if len(found) == 1:
        return found[0]
    if found and tools:
        several = ", ".join(str(path.relative_to(tools)) for path in found)
        raise UserError(f"{name}: mmaction2 has several such scripts: {several}")
    near = difflib.get_close_matches(wanted[-1], {path.name for path in scripts}, cutoff=0.5)
    raise UserError(
        f"{name}: no such file, nor a script of mmaction2's; nearest: {', '.join(near) or 'none'}"
    )
