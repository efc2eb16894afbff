"""What is left of a network's figure on events without motion, without order, and backwards."""

from __future__ import annotations

import pandas as pd

from ..records.store import metrics
from .grids import APPEARANCE_AND_MOTION, Grids, Trained

ALONE = "2D, trained and tested on one frame a clip"
TESTED = {
    "one frame repeated %": "single",
    "shuffled %": "shuffled",
    "reversed %": "reversed",
}
TEXT = (
    "Controls: networks that were trained on clips are tested on their clips' middle frame "
    "repeated, on their frames in random order, and backwards. Repeated frames tell what a network "
    "makes of a clip in which nothing changes; what one frame tells is the figure of the 2D "
    "network that was trained and tested on one frame a clip."
)


def controls(grids: Grids) -> pd.DataFrame:
    """A row a network, after the 2D one that saw single frames only."""
    alone = {"network": ALONE, "clips %": "not run: no record yet"}
    for each in grids.one_frame:
        alone["clips %"] = f"{each.text(APPEARANCE_AND_MOTION)}, of one frame"
    return pd.DataFrame([alone, *map(_tested, grids.events)]).fillna("")


def _tested(network: Trained) -> dict[str, str]:
    cells = {"network": network.name, "clips %": network.text(APPEARANCE_AND_MOTION)}
    for column, control in TESTED.items():
        name = f"{control}/{APPEARANCE_AND_MOTION}"
        known = all(name in metrics(record) for record in network.records.values())
        cells[column] = network.text(name) if known else "not run: not in its records"
    return cells
