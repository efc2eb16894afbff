"""List the configs of this package, and what each builds."""

from ..catalog import list_models
from ..errors import UserError
from .cli import parser


def main() -> None:
    tool = parser(__doc__, "smallbig-mm list '*r50*'")
    tool.add_argument(
        "pattern", nargs="?", default="*", help="of their names; NAME is smallbig_mm::NAME.py"
    )
    pattern = tool.parse_args().pattern
    found = list_models(pattern)
    if not found:
        raise UserError(f"{pattern}: no config has such a name; quote a pattern: '*r50*'")
    print(found)
