"""Run a script of mmaction2's, or one of your own, on the repaired stack."""

import sys

from .. import scripts
from .cli import parser


def main() -> None:
    tool = parser(__doc__, "smallbig-mm run analyze_logs.py plot_curve scalars.json --out loss.png")
    tool.usage = "smallbig-mm run SCRIPT [arguments of SCRIPT]"
    tool.add_argument("script", help="its path, or the name of one that mmaction2 brings along")
    script = scripts.find(tool.parse_args(sys.argv[1:2]).script)
    try:
        scripts.run(script, sys.argv[2:])
    except Exception:  # shown as Python shows it, for it is the script's own
        sys.excepthook(*sys.exc_info())
        sys.exit(1)
