"""Networks of a grid with made-up figures."""

from collections.abc import Mapping

from smallbig_mm.records import store
from smallbig_mm.records.schema import Record
from smallbig_mm.records.store import counts
from smallbig_mm.report.grids import Trained

SOME = next(record for record in store.read_all() if record.id.startswith("motion_shapes/"))


def record(**metrics: float) -> Record:
    """A grid's record with these metrics, in percent."""
    named = {f"motion_shapes/{name}": value for name, value in metrics.items()}
    return SOME.model_copy(update=dict(metrics=named))


def network(names: str, metric: str, figures: Mapping[int, float]) -> Trained:
    """One with these names, rows and paths of configs, and figures by seed."""
    own = names.split()
    return Trained(
        tuple(name for name in own if name.startswith("table")),
        tuple(name for name in own if name.startswith("configs/")),
        counts(SOME)[0],
        {seed: record(**{metric: figure}) for seed, figure in figures.items()},
    )


def seeds(*figures: float) -> dict[int, float]:
    """Figures of seeds from 0 on."""
    return dict(enumerate(figures))
