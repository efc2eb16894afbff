"""Units on one host, and one-way views, compared by what they reach on MotionShapes."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from mmengine.config import Config

from ..files import CONFIGS, relative
from .grids import APPEARANCE_AND_MOTION, DIRECTIONS, ORDER_FREE, Grids, Trained
from .pairing import VERDICTS, Comparison, compare, corrected, figures, judge
from .units import UNITS

# Units that are printed rows as well.
ROWS = {
    "2d": "table02/01_r23",
    "3x1x1": "table02/02_r23_3d",
    "non_local": "table07/02_nonlocal_r23",
    "smallbig_typical": "table05/04_typical",
    "smallbig_full": "table05/05_full",
}
TWO_D, FULL = ROWS["2d"], ROWS["smallbig_full"]
REFERENCES = {"to 2D, points": TWO_D, "to SmallBig (full), points": FULL}
SAYS = dict(zip(VERDICTS, ("better", "worse", "not decided"), strict=True))
UNITS_TEXT = (
    "Units on one host: differences to 2D and to SmallBig, full, are paired by seed, with 95 % "
    "intervals that are not corrected; `better` and `worse` are by p after Holm's correction over "
    "both columns, a family of its own: an ordering above may be the same comparison, judged among "
    "others. The recipe was chosen with SmallBig."
)
VIEWS = "One-way views and their twins"
VIEWS_TEXT = (
    "One-way views see the past only, or the past in one half of the channels and the future in "
    "the other, their symmetric twins both ways; differences are paired by seed, and Holm's "
    "correction is over this table."
)


def units(networks: Sequence[Trained]) -> pd.DataFrame:
    """A row a unit on R23: its costs, its top-1 on events, and differences to the references."""
    by_name = {name: each for each in networks for name in each.names}
    known = figures(networks, APPEARANCE_AND_MOTION)
    names = {stem: ROWS.get(stem, f"configs/units/{stem}_r23.py") for stem in UNITS}
    pairs = [(name, TWO_D) for name in names.values() if name != TWO_D]
    pairs += [(name, FULL) for name in names.values() if name not in (TWO_D, FULL)]
    tests = judge([{name: 1, reference: -1} for name, reference in pairs], known)
    judged = dict(zip(pairs, tests, strict=True))
    found = []
    for stem, name in names.items():
        own = by_name.get(name)
        cells = {
            "row": f"{stem}_r23",
            "unit": UNITS[stem],
            "params M": f"{own.cost.params / 1e6:.3f}" if own else "",
            "MMAC": f"{own.cost.macs / 1e6:.1f}" if own else "",
            "events top-1 %": own.text(APPEARANCE_AND_MOTION) if own else _missing(name),
            "seeds": str(len(own.records)) if own else "",
        }
        for column, reference in REFERENCES.items():
            cells[column] = _cell(judged.get((name, reference)))
        found.append(cells)
    return pd.DataFrame(found)


def links() -> dict[str, str]:
    """The configs of the units, by what `units` calls them."""
    return {f"{stem}_r23": f"configs/units/{stem}_r23.py" for stem in UNITS}


def twins() -> dict[str, str]:
    """The network (its row, or path of its config) that sees both ways where a config of `beyond`,
    which names it as its `twin`, sees one."""
    read = {path: Config.fromfile(path) for path in sorted(CONFIGS.glob("beyond/*.py"))}
    return {relative(path): cfg.twin for path, cfg in read.items() if "twin" in cfg}


def views(grids: Grids, pairs: dict[str, str]) -> pd.DataFrame:
    """A row a one-way view, its twin and a group of classes.

    Args:
        grids: what was trained.
        pairs: as `twins` gives them.
    """
    kept, tests = [], []
    for group, metric, networks in (
        ("events", APPEARANCE_AND_MOTION, grids.events),
        ("order-free", ORDER_FREE, grids.direction),
        ("direction", DIRECTIONS, grids.direction),
    ):
        by_name = {name: each for each in networks for name in each.names}
        known = figures(networks, metric)
        for name, twin in pairs.items():
            kept.append(
                {
                    "one-way view": name.removeprefix("configs/").removesuffix(".py"),
                    "twin": twin,
                    "classes": group,
                    "one-way top-1 %": _text(by_name, name, metric),
                    "twin top-1 %": _text(by_name, twin, metric),
                }
            )
            tests.append(compare({name: 1, twin: -1}, known))
    lines = zip(kept, corrected(tests), strict=True)
    return pd.DataFrame([cells | {"difference, points": _cell(test)} for cells, test in lines])


def _text(by_name: dict[str, Trained], name: str, metric: str) -> str:
    return by_name[name].text(metric) if name in by_name else _missing(name)


def _missing(name: str) -> str:
    return f"not run: no record of {name}"


def _cell(test: Comparison | None) -> str:
    """A difference and what it says; nothing of a network and itself."""
    if test is None:
        return ""
    if test.test is None:
        return f"{test} ({test.text})" if str(test) else test.text
    without = f", without seeds {', '.join(map(str, test.left_out))}" if test.left_out else ""
    p = test.p if test.p.startswith("<") else f"= {test.p}"
    return f"{test} (p {p}, {SAYS[test.text]}{without})"
