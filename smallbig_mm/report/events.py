"""Tables 2 to 9, units and one-way views on MotionShapes' events, at toy scale."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd

from ..files import relative
from ..paper import find
from ..records.schema import Record
from . import controls, one_host
from .correlation import Coefficient, Item, correlate
from .documents import Document
from .grids import (
    APPEARANCE_AND_MOTION,
    DIRECTION,
    DIRECTIONS,
    EVENTS,
    ONE_FRAME,
    ORDER_FREE,
    ORDERS,
    Grids,
    Trained,
    cpu_hours,
)
from .motion_shapes import at_chance
from .orderings import VERDICT_TEXT, Ordering, verdicts
from .pairing import VERDICTS, Comparison, tally
from .statistics import LEVEL, MOST

TEXT = (
    "Evidence at toy scale, not a reproduction: networks at an eighth of their width, trained on "
    "1600 small synthetic videos, whose classes appearance tells by half and motion wholly, from "
    "weights that know the shapes; the paper's are trained on Kinetics-400 from ImageNet weights. "
    "Learning rate, length and initial weights were chosen with SmallBig, 3x1x1 and full, by "
    "their top-1 on the same 640 videos, with a seed that is none of these: other networks might "
    "do better by a recipe of their own. The order-free classes, of which appearance tells "
    "nothing, are the older grid's (`motion_shapes.md`), judged likewise."
)
POWER_TEXT = (
    "`found` is the smallest difference that the seeds so far find with 80 % power at the "
    f"strictest level of Holm's procedure, {LEVEL:g} over the number of tests; `seeds for the "
    "paper's` is how many would find the paper's difference, in points of this dataset, likewise, "
    "and `runs` that times the ordering's networks. All take the standard deviation of these seeds "
    "for the true one, which five seeds tell within a factor of 0.6 to 2.9 only (95 %), and the "
    "seeds needed within 0.36 to 8.3."
)
RANK_TEXT = (
    "Rank correlations with what the paper prints, with 95 % bootstrap intervals. Networks and "
    "seeds are drawn, and an ordering counts as often as its networks are, because orderings share "
    "networks; that makes the interval of orderings' differences a wide one. It covers which "
    "networks were compared and their seeds; it does not cover other videos or recipes, nor the "
    "noise of the paper's own figures. All of the paper's differences are above zero: how many "
    "have the same sign here is a question of its own, and stands beside."
)
HOURS_TEXT = (
    "CPU hours are those of all records of a grid; records that do not know theirs count time x "
    "threads x processes, waiting included."
)
RECIPES_TEXT = (
    "The networks of the one-way views' grid were trained on the older grid's videos by the recipe "
    "of events; what they reached by the older one stands beside. The recipes differ in initial "
    "weights (that know shapes, or random), optimiser, learning rate, strides (and with them "
    "multiply-adds) and crops tested: no figure here tells what one of these does."
)
POWER = "What the seeds can find"
RECIPES = "Order-free and direction classes by either recipe"
ORDERINGS = "Orderings, on order-free classes and on events"
RANKS, SAYS = "Whether MotionShapes ranks as the paper does", "the 95 % interval of Spearman's"
HOURS = {
    "order-free and direction": ORDERS,
    "events": EVENTS,
    "events, one frame": ONE_FRAME,
    "order-free and direction, one-way views": DIRECTION,
}
NOTHING = "not run: no record yet"
DECIDED = VERDICTS[:2]
TOO_FEW = "too few seeds"
ALIKE = ("the paper's ranks are found in part", "they are reversed in part")
# All of the paper's differences are above zero, so that their ranks say nothing of signs.
STEEPER = ("those larger there are larger here", "those larger there are smaller here")


class Judged(NamedTuple):
    """An ordering, what order-free classes say of it, what events do, and which of its rows are at
    chance on the former."""

    ordering: Ordering
    orders: Comparison
    events: Comparison
    at_chance: Sequence[str]

    def needed(self, networks: int = 1) -> str:
        """Seeds for the paper's difference, times networks, as text."""
        if self.events.test is None:
            return ""
        seeds = self.events.needed(self.ordering.printed())
        return f"> {MOST * networks}" if seeds is None else str(seeds * networks)

    def scale(self) -> str:
        """Whether the seeds so far suffice."""
        if self.events.test is None:
            return self.events.text
        if self.events.text in DECIDED:
            return "decided"
        seeds = self.events.needed(self.ordering.printed())
        enough = seeds is not None and seeds <= self.events.test.number
        return "the paper's difference would be found with 80 % power" if enough else TOO_FEW


def judged(grids: Grids) -> list[Judged]:
    """The paper's orderings, judged by both groups of classes."""
    both = verdicts(grids.orders, ORDER_FREE), verdicts(grids.events, APPEARANCE_AND_MOTION)
    return [
        Judged(ordering, older, newer, at_chance(ordering, grids.orders))
        for (ordering, older), (_, newer) in zip(*both, strict=True)
    ]


def events(records: Sequence[Record], grids: Grids) -> Document:
    """The page.

    Args:
        records: all of them.
        grids: what they say of MotionShapes.
    """
    found = judged(grids)
    few = "; ".join(each.ordering.claim for each in found if each.scale() == TOO_FEW) or "none"
    if not any(each.events.test for each in found):
        few = "no ordering has a test yet"
    parts = {
        ORDERINGS: [_ordering(each) for each in found],
        POWER: [_power(each) for each in found],
        RANKS: _ranks(grids, found),
        "Networks": [_network(each) for each in grids.events],
        "Controls": controls.controls(grids),
        "Units on one host": one_host.units(grids.events),
        one_host.VIEWS: one_host.views(grids, one_host.twins()),
        RECIPES: [_by_recipe(each, grids.orders) for each in grids.direction],
        "CPU time": [_hours(records, name) for name in HOURS],
    }
    links = {each.name: each.configs[0] for each in grids.events if not each.rows}
    return Document(
        "MotionShapes' events",
        [
            TEXT,
            f"{VERDICT_TEXT} On events: {tally(each.events.text for each in found)}.",
            f"{POWER_TEXT} Neither decided nor to be decided with the seeds so far: {few}.",
            RANK_TEXT,
            controls.TEXT,
            f"{one_host.UNITS_TEXT} {one_host.VIEWS_TEXT}",
            f"{RECIPES_TEXT} {HOURS_TEXT}",
        ],
        {heading: _frame(part) for heading, part in parts.items()},
        [],
        links | one_host.links(),
    )


def _ordering(each: Judged) -> dict[str, str]:
    test = each.events
    left_out = f" (without {', '.join(map(str, test.left_out))})" if test.left_out else ""
    return {
        "the paper says": each.ordering.claim,
        "paper, points": f"{each.ordering.printed():+.1f}",
        "order-free, points": str(each.orders),
        "order-free p, Holm": each.orders.p,
        "order-free: it": each.orders.text,
        "events, points": str(test),
        "events p, Holm": test.p,
        "events: it": test.text,
        "seeds": f"{test.test.number}{left_out}" if test.test else "",
        "seeds for the paper's": each.needed(),
    }


def _power(each: Judged) -> dict[str, str]:
    test, least = each.events.test, each.events.found()
    return {
        "the paper says": each.ordering.claim,
        "paper, points": f"{each.ordering.printed():+.1f}",
        "sd of the difference, points": f"{test.sd:.1f}" if test else "",
        "seeds": str(test.number) if test else "",
        "found, points": f"{least:.1f}" if least is not None else "",
        "seeds for the paper's": each.needed(),
        "runs": each.needed(len(each.ordering.weights)),
        "at this scale": each.scale(),
    }


def _ranks(grids: Grids, found: Sequence[Judged]) -> list[dict[str, str]]:
    """Correlations of differences and of networks, on either grid."""
    differences = [Item(each.ordering.weights, each.ordering.printed()) for each in found]
    lines = []
    for classes, networks, metric, signs in (
        ("order-free", grids.orders, ORDER_FREE, [each.orders.difference for each in found]),
        ("events", grids.events, APPEARANCE_AND_MOTION, [each.events.difference for each in found]),
    ):
        rows = [each.rows[0] for each in networks if each.rows]
        alone = [Item({row: 1}, float(find(row).cells["top1"])) for row in rows]
        for what, items, (above, below) in (
            ("orderings' differences", differences, STEEPER),
            ("networks' top-1", alone, ALIKE),
        ):
            known = correlate(items, networks, metric)
            value = known.spearman if known else None
            lines.append(
                {
                    "what is ranked": what,
                    "classes": classes,
                    "number": str(known.number) if known else "",
                    "Spearman": str(value) if value else "not run: too few records",
                    "Kendall": str(known.kendall) if known else "",
                    "same sign": _signs(signs) if items is differences else "",
                    SAYS: _says(value, above, below) if value else "",
                }
            )
    return lines


def _signs(differences: Sequence[float | None]) -> str:
    """How many of those that are known are above zero, as all of the paper's are."""
    known = [each for each in differences if each is not None]
    return f"{sum(each > 0 for each in known)} of {len(known)}"


def _says(value: Coefficient, above: str, below: str) -> str:
    if value.low > 0:
        return f"is above zero: {above}"
    return f"is below zero: {below}" if value.high < 0 else "has zero in it: not decided"


def _network(each: Trained) -> dict[str, str]:
    return {
        "first row": each.name,
        "network": each.label,
        "params M": f"{each.cost.params / 1e6:.3f}",
        "MMAC": f"{each.cost.macs / 1e6:.1f}",
        "events top-1 %": each.text(APPEARANCE_AND_MOTION),
        "seeds": str(len(each.records)),
        "paper top-1 %": find(each.rows[0]).cells["top1"] if each.rows else "",
        "other rows": ", ".join(each.names[1:]),
    }


def _by_recipe(each: Trained, older: Sequence[Trained]) -> dict[str, str]:
    before = [other for other in older if set(other.rows) & set(each.rows)]
    cells = {
        "network": each.name,
        "params M": f"{each.cost.params / 1e6:.3f}",
        "MMAC": f"{each.cost.macs / 1e6:.1f}",
        "MMAC, older recipe": "".join(f"{other.cost.macs / 1e6:.1f}" for other in before),
    }
    for classes, metric in (("order-free", ORDER_FREE), ("direction", DIRECTIONS)):
        cells[f"{classes} %, older recipe"] = "".join(other.text(metric) for other in before)
        cells[f"{classes} %"] = each.text(metric)
    return cells | {"seeds": str(len(each.records))}


def _hours(records: Sequence[Record], classes: str) -> dict[str, str]:
    hours, number = cpu_hours(records, HOURS[classes])
    return {
        "grid": relative(HOURS[classes]),
        "classes": classes,
        "records": str(number),
        "CPU hours": f"{hours:.1f}" if number else NOTHING,
    }


def _frame(part: Sequence[dict[str, str]] | pd.DataFrame) -> pd.DataFrame:
    """A table; one that has no line says that nothing was run."""
    frame = pd.DataFrame(part)
    return frame if len(frame) else pd.DataFrame([{"row": NOTHING}])
