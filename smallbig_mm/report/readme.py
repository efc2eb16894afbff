"""What of hand-written pages follows from figures: it stands between markers, and is generated."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence

from ..errors import UserError
from ..records.schema import Record
from . import quickstart
from .documents import Document, markdown

PAGES = {"README.md": ("quickstart",), "results/README.md": ("orderings", "ut_interaction")}
VERDICTS = ("holds", "does not hold", "within noise")


def blocks(records: Sequence[Record], pages: Mapping[str, Document]) -> dict[str, str]:
    """The generated parts by name; `PAGES` says where they stand.

    Args:
        records: all of them.
        pages: `tables.documents` of them.
    """
    real = pages["ut_interaction"].parts["Networks"]
    return {
        "quickstart": quickstart.page(records),
        "orderings": _orderings(pages["motion_shapes"]),
        "ut_interaction": markdown([[*real], *real.values.tolist()]),
    }


def _orderings(grid: Document) -> str:
    networks, judged = grid.parts["Networks"], grid.parts["Orderings"]
    seeds = " or ".join(sorted(set(networks["seeds"])))
    said = (
        f"{len(networks)} networks, {seeds} seeds each. The paper's {len(judged)} orderings, by "
        "order-free top-1 and 95 % intervals of Welch:"
    )
    lines = [textwrap.fill(said, 100) + "\n"]
    for verdict in VERDICTS:
        claims = "; ".join(judged[judged["here it"] == verdict]["the paper says"])
        text = f"- **{verdict}**: {claims or 'none'}."
        lines.append(textwrap.fill(text, 100, subsequent_indent="  "))
    return "\n".join(lines)


def filled(text: str, parts: Mapping[str, str]) -> str:
    """A text with `parts` between its markers, `<!-- NAME -->` and `<!-- end of NAME -->`.

    Raises:
        UserError: if it lacks a marker.
    """
    for name, part in parts.items():
        before, begin, rest = text.partition(f"<!-- {name} -->\n")
        _, end, after = rest.partition(f"<!-- end of {name} -->\n")
        if not end:
            raise UserError(f"no lines <!-- {name} --> and <!-- end of {name} -->")
        text = f"{before}{begin}{part}\n{end}{after}"
    return text
