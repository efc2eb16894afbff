"""The quickstart's table, and what recorded runs make one expect of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import mean, stdev

from ..configs.identity import digest
from ..experiments.quickstart import NETWORKS, config
from ..records import store
from ..records.schema import Record
from .documents import markdown

FIGURES = {
    "motion_shapes/order_free": "order-free top-1 %",
    "motion_shapes/direction": "direction top-1 %",
}
WIDTH, FLOOR = 3, 10.0  # standard deviations; points, since five seeds may lie close by chance


@dataclass(frozen=True)
class Expected:
    """What runs of one network have given.

    Attributes:
        values: of each of `FIGURES`, in percent, a value a run, of two runs or more.
        processors: that they ran on.
    """

    values: dict[str, list[float]]
    processors: set[str]

    def range(self, figure: str) -> tuple[float, float]:
        """The mean, `WIDTH` standard deviations or `FLOOR` points up and down, within 0 and 100."""
        values = self.values[figure]
        half = max(WIDTH * stdev(values), FLOOR)
        return max(0.0, mean(values) - half), min(100.0, mean(values) + half)


def recorded(records: Iterable[Record]) -> dict[str, list[Record]]:
    """The successful runs of each network as the quickstart trains it today, oldest first."""
    today = {digest(config(network)): network for network in NETWORKS}
    found: dict[str, list[Record]] = {network: [] for network in NETWORKS}
    for record in records:
        own = record.id.startswith("quickstart/") and record.config_sha256 in today
        if own and not isinstance(record.metrics, str):
            found[today[record.config_sha256]].append(record)
    return found


def expected(records: Iterable[Record]) -> dict[str, Expected]:
    """What to expect of each network, by its recorded runs with any seed; one tells no spread."""
    return {
        network: Expected(
            {name: [store.metrics(record)[name] for record in runs] for name in FIGURES},
            {str(record.env.get("processor", record.env["device"])) for record in runs},
        )
        for network, runs in recorded(records).items()
        if len(runs) > 1
    }


def outside(record: Record, network: str, expectation: Expected) -> list[str]:
    """What of a run is not as expected, in words."""
    found = []
    for figure, name in FIGURES.items():
        value, (low, high) = store.metrics(record)[figure], expectation.range(figure)
        if not low <= value <= high:
            found.append(f"{NETWORKS[network]}: {name} is {value:.1f}, not in {low:.1f}-{high:.1f}")
    return found


def table(runs: Mapping[str, Record], expectations: Mapping[str, Expected]) -> str:
    """Markdown: a row a network, and what is expected beside what was found.

    Args:
        runs: a record of each network.
        expectations: of these networks; none where nothing is expected.
    """
    head = ["model", "params M", "GMAC"]
    for name in FIGURES.values():
        head += [name, "expected"] if expectations else [name]
    lines = [[*head, "seconds"]]
    for network, record in runs.items():
        cost, metrics = store.counts(record)[0], store.metrics(record)
        cells = [NETWORKS[network], f"{cost.params / 1e6:.2f}", f"{cost.macs / 1e9:.3f}"]
        for figure in FIGURES:
            cells.append(f"{metrics[figure]:.1f}")
            if network in expectations:
                cells.append("{:.0f}-{:.0f}".format(*expectations[network].range(figure)))
            elif expectations:
                cells.append("no range: fewer than two recorded runs")
        lines.append([*cells, f"{record.detail['seconds']:.0f}"])
    return "\n".join([markdown(lines), "", *_context(expectations)])


def _context(expectations: Mapping[str, Expected]) -> list[str]:
    chance = "Chance is 20 % on order-free motions, 50 % on direction pairs."
    if not expectations:
        return [chance]
    number = sum(len(next(iter(found.values.values()))) for found in expectations.values())
    processors = sorted(set().union(*(found.processors for found in expectations.values())))
    return [
        f"{chance} Expected: what {number} recorded runs gave,",
        f"{WIDTH} standard deviations up and down from each network's mean and at least {FLOOR:g} "
        f"points; they ran on {', '.join(processors)}.",
    ]


def page(records: Sequence[Record]) -> str:
    """The table of each network's newest recorded run with the least seed."""
    found = recorded(records)
    runs = {
        network: min(reversed(same), key=lambda record: record.seed)
        for network, same in found.items()
        if same
    }
    return table(runs, expected(records))
