"""Tables 2 to 9 on MotionShapes' classes that only the order of frames tells, at toy scale."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from ..paper import find
from .documents import Document
from .grids import DIRECTIONS, ORDER_FREE, Trained
from .orderings import VERDICT_TEXT, Ordering, verdicts
from .pairing import tally

# Percent; chance is 20 of 400 videos, and 50 of 480, with a standard deviation of 2 each.
ABOVE_CHANCE, DIRECTION_ABOVE_CHANCE = 25.0, 55.0
TEXT = (
    "Evidence at toy scale, not a reproduction: each row's network at an eighth of its width, "
    "trained from scratch on 1100 small synthetic videos "
    "(`tools/run_grid.py configs/motion_shapes/grid.py`); the paper's are trained on Kinetics-400 "
    "from ImageNet weights. The orderings are judged by the order-free classes (chance 20 %)."
)
BAG_TEXT = (
    "MotionShapes' classes differ by the order of their frames only, so what sees a clip as a bag "
    "of frames cannot leave chance: 2D, non-local units (which have no positions) and views of the "
    "whole clip (Tx3x3). Orderings that involve such networks (see `remark`) say less about the "
    "units than about this dataset."
)
DIRECTION_TEXT = (
    "On direction classes (chance 50 %) a network that is blind to the direction of time cannot "
    "leave chance either."
)


def motion_shapes(found: Sequence[Trained]) -> Document:
    """The figures of the grid's networks, and the orderings."""
    bags = [network.label for network in found if network.mean(ORDER_FREE) <= ABOVE_CHANCE]
    directed = [n.label for n in found if n.mean(DIRECTIONS) > DIRECTION_ABOVE_CHANCE]
    networks = [
        {
            "first row": network.rows[0],
            "network": network.label,
            "params M": f"{network.cost.params / 1e6:.3f}",
            "MMAC": f"{network.cost.macs / 1e6:.1f}",
            "order-free top-1 %": network.text(ORDER_FREE),
            "direction top-1 %": network.text(DIRECTIONS),
            "seeds": str(len(network.records)),
            "paper top-1 %": find(network.rows[0]).cells["top1"],
            "other rows": ", ".join(network.rows[1:]),
        }
        for network in found
    ]
    pairs = verdicts(found, ORDER_FREE)
    judged = [
        {
            "the paper says": ordering.claim,
            "paper, points": f"{ordering.printed():+.1f}",
            "here, points": str(verdict),
            "p, Holm": verdict.p,
            "here it": verdict.text,
            "remark": f"{', '.join(low)} at chance" if (low := at_chance(ordering, found)) else "",
        }
        for ordering, verdict in pairs
    ]
    return Document(
        "Tables 2 to 9 on MotionShapes",
        [
            TEXT,
            f"{BAG_TEXT} At chance, at most {ABOVE_CHANCE:g} %: {_listed(bags)}.",
            f"{DIRECTION_TEXT} Above {DIRECTION_ABOVE_CHANCE:g} %: {_listed(directed)}.",
            f"{VERDICT_TEXT} Orderings: {tally(each.text for _, each in pairs)}.",
        ],
        {"Orderings": pd.DataFrame(judged), "Networks": pd.DataFrame(networks)},
        [],
        {},
    )


def at_chance(ordering: Ordering, found: Sequence[Trained]) -> list[str]:
    """Rows of an ordering that do not leave chance on order-free classes."""
    low = {row for each in found if each.mean(ORDER_FREE) <= ABOVE_CHANCE for row in each.rows}
    return [row for row in ordering.weights if row in low]


def _listed(networks: Sequence[str]) -> str:
    return "; ".join(networks) or "none"
