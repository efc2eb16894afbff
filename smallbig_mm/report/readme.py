"""What of hand-written pages follows from figures: it stands between markers, and is generated."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence

import pandas as pd

from ..errors import UserError
from ..records.schema import Record
from . import quickstart
from .documents import Document, markdown
from .events import ORDERINGS, RANKS, RECIPES, SAYS
from .one_host import VIEWS
from .pairing import VERDICTS, tally

PAGES = {
    "README.md": ("quickstart", "toy_scale", "one_way"),
    "results/README.md": ("orderings", "events", "ut_interaction"),
}


def blocks(records: Sequence[Record], pages: Mapping[str, Document]) -> dict[str, str]:
    """The generated parts by name; `PAGES` says where they stand.

    Args:
        records: all of them.
        pages: as `tables.documents` gives them.
    """
    real = pages["ut_interaction"].parts["Networks"]
    return {
        "quickstart": quickstart.page(records),
        "toy_scale": _toy_scale(pages["events"], pages["motion_shapes"].parts["Orderings"]),
        "one_way": _one_way(pages["events"]),
        "orderings": _orderings(pages["motion_shapes"]),
        "events": _events(pages["events"]),
        "ut_interaction": markdown([[*real], *real.values.tolist()]),
    }


def _toy_scale(page: Document, older: pd.DataFrame) -> str:
    """What the first page says of the orderings, of which `older` are by order-free classes."""
    judged = page.parts[ORDERINGS]
    said = (
        "- At toy scale, [on rendered videos](results/README.md#tables-2-to-9-at-toy-scale), of "
        f"the paper's {len(judged)} orderings: on classes that only the order of frames tells, "
        f"{tally(judged['order-free: it'])} ({_by_construction(older)}); on classes that "
        f"appearance tells by half, {tally(judged['events: it'])}."
    )
    return _wrapped(said)


def _one_way(page: Document) -> str:
    """What views that look one way gain and lose, on the cheapest network, and what TSM reaches."""
    views, networks = page.parts[VIEWS], page.parts[RECIPES]
    own = views[views["one-way view"] == "beyond/smallbig_both_3x1x1_r23_k400"]
    tsm = networks[networks["network"] == "units/tsm_r23"].to_dict("records")
    said = []
    for cells in own.to_dict("records"):
        classes, twin, top1 = (
            cells[name] for name in ("classes", "twin top-1 %", "one-way top-1 %")
        )
        reached = "".join(f", TSM {each[f'{classes} %']}" for each in tsm if f"{classes} %" in each)
        known = "not run" if "not run" in twin + top1 else f"from {twin} to {top1} %{reached}"
        said.append(f"{classes}{'' if classes == 'events' else ' classes'} {known}")
    return _wrapped(
        "- Views that look one way can, for no parameter or multiply-add more "
        "([`configs/beyond/`](configs/README.md#beyond-the-paper)), at a price. With half of the "
        "channels of SmallBig 3x1x1 looking back and half ahead, at toy scale, mean and standard "
        f"deviation of the seeds: {'; '.join(said)} ([table](results/tables/events.md))."
    )


def _orderings(page: Document) -> str:
    networks, judged = page.parts["Networks"], page.parts["Orderings"]
    seeds = " or ".join(sorted(set(networks["seeds"])))
    said = (
        f"{len(networks)} networks, {seeds} seeds each. The paper's {len(judged)} orderings, by "
        f"order-free top-1, by paired t tests and Holm's correction ({_by_construction(judged)}):"
    )
    return _claims(said, judged, "here it")


def _by_construction(judged: pd.DataFrame) -> str:
    """Which of what is decided says little, as a network in it cannot leave chance."""
    decided = judged[judged["here it"].isin(VERDICTS[:2])]
    bags = decided["remark"].str.endswith("at chance").sum()
    return f"of the {len(decided)} that are decided, {bags} with a network that is at chance"


def _events(page: Document) -> str:
    judged, ranks = page.parts[ORDERINGS], page.parts[RANKS]
    text = _claims(
        f"On events, {len(judged)} orderings by paired t tests and Holm's correction:",
        judged,
        "events: it",
    )
    lines = [text, ""]
    for cells in ranks.to_dict("records"):
        if cells["classes"] == "events":
            value = f"{cells['Spearman']}, {cells[SAYS]}" if cells[SAYS] else cells["Spearman"]
            said = (
                f"- Spearman's rank correlation with the paper, {cells['what is ranked']}: {value}."
            )
            lines.append(_wrapped(said))
    return "\n".join(lines)


def _claims(said: str, judged: pd.DataFrame, column: str) -> str:
    """A sentence, a line a verdict with the orderings of which it is, and how many have none."""
    lines = [textwrap.fill(said, 100) + "\n"]
    for verdict in VERDICTS:
        claims = "; ".join(judged[judged[column] == verdict]["the paper says"])
        lines.append(_wrapped(f"- **{verdict}**: {claims or 'none'}."))
    for why in ("not tested", "not run"):
        if number := judged[column].str.startswith(why).sum():
            lines.append(f"- **{why}**: {number}.")
    return "\n".join(lines)


def _wrapped(text: str) -> str:
    return textwrap.fill(text, 100, subsequent_indent="  ", break_on_hyphens=False)


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
