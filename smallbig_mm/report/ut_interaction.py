"""UT-Interaction's page: top-1 of networks on clips and on controls, and their differences."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import mean

import numpy as np
import pandas as pd

from ..datasets.ut_interaction import CLASSES, parse_clip
from ..experiments.ut_interaction import NETWORKS, TUNE
from ..records import store
from ..records.schema import Record
from .clusters import holm, interval, p_value
from .documents import Document

PLAIN, FULL = "r23", "smallbig_r23"
CONTROLS = {"single": "one frame repeated", "shuffled": "shuffled", "reversed": "reversed"}
PAIRS = [
    *((network, PLAIN) for network in NETWORKS if network != PLAIN),
    *((FULL, network) for network in NETWORKS if network not in (PLAIN, FULL)),
]
NOTHING = "not run: no record of it yet"
ONE = "not run: it sees one frame"
PROTOCOL = (
    "120 clips of six two-person interactions, filmed in 20 sequences; five folds, each of which "
    "holds out four sequences, so that every clip is tested once a seed. ResNet23 from ImageNet "
    "weights, the stem and res2 frozen, units in res3 to res5, 8 frames of 112x112; tested once, "
    "after the last epoch, on one centre crop, in float32."
)
STATISTICS = (
    "Seeds are averaged within a clip. Clips of a sequence are not independent, so intervals "
    "(95 %) are percentiles of a bootstrap over sequences, and p is of sign flips by sequence, "
    "two-sided, adjusted by Holm over all differences here. Trainings of two folds share clips, "
    "which neither takes into account."
)
CONTROLLED = (
    "Controls, of the networks that were trained on clips, without further training: every clip's "
    "middle frame repeated, its frames in a random order that is the same for all networks, and "
    "its frames backwards. `2D R23, one frame` is trained and tested on one frame a clip."
)
WEIGHTS = {
    "03a5fe48030764a872162dfab0b5a4abf12c0e4478b9aa4e397665d139287c3a": "Keras's ResNet-50 by "
    "torchvision's names, made for a stride in a stage's first 1x1 convolution; here, as in the "
    "authors' code, it is in the 3x3 one"
}


def hits(records: Iterable[Record], control: str | None = None) -> dict[str, float]:
    """How often each clip was classified correctly, over the seeds.

    Args:
        records: of one network.
        control: what was left of the clips, a key of `CONTROLS`; the clips themselves if not given.
    """
    found: dict[str, list[bool]] = defaultdict(list)
    for record in records:
        detail = record.detail
        rows = detail["predictions"] if control is None else detail["controls"][control]
        for clip, label, predicted in rows:
            found[clip].append(label == predicted)
    return {clip: mean(map(float, values)) for clip, values in found.items()}


def top1(record: Record) -> float:
    """Top-1 in [0, 1], from the predictions."""
    return mean(hits([record]).values())


def mean_by_lr(records: Iterable[Record]) -> dict[float, float]:
    """Mean top-1 of each learning rate over the networks: the rule that chooses one for all."""
    found: dict[float, list[float]] = defaultdict(list)
    for record in _good(records):
        found[record.detail["lr"]].append(top1(record))
    return {lr: mean(values) for lr, values in sorted(found.items())}


def document(records: Iterable[Record], precision: str = "bfloat16") -> Document:
    """The page, of the grid's records.

    Args:
        records: those of other grids are passed over.
        precision: `bfloat16` or `float32`, of the trainings that the page is about; where one was
            run in the other, too, it compares the two.
    """
    every = [record for record in records if record.id.startswith("ut_interaction/")]
    own = [record for record in every if record.detail["precision"] == precision]
    by_network: dict[str, list[Record]] = {network: [] for network in NETWORKS}
    for record in own:
        if record.detail["part"] != TUNE:
            by_network[record.detail["network"]].append(record)
    parts = {
        "Networks": pd.DataFrame([_network(*item) for item in by_network.items()]).fillna(""),
        "Differences": _differences({name: hits(_good(r)) for name, r in by_network.items()}),
        "Choice of the learning rate": _tuning([r for r in own if r.detail["part"] == TUNE]),
        "bfloat16 and float32": _precisions(_good(every)),
    }
    return Document("UT-Interaction", _texts(_good(own), precision), parts, [], {})


def _good(records: Iterable[Record]) -> list[Record]:
    return [record for record in records if not isinstance(record.metrics, str)]


def _network(network: str, records: Sequence[Record]) -> dict[str, str]:
    good, name = _good(records), {"network": NETWORKS[network]}
    if not good:
        return name | {"top-1 %": str(records[-1].metrics) if records else NOTHING}
    cost = store.counts(good[0])[0]
    found = hits(good)
    low, high = interval(*_by_sequence(found))
    controls = good[0].detail.get("controls", {})
    return {
        **name,
        "params M": f"{cost.params / 1e6:.2f}",
        "GMAC": f"{cost.macs / 1e9:.2f}",
        "top-1 %": f"{100 * mean(found.values()):.1f}",
        "95 %": f"{100 * low:.1f} to {100 * high:.1f}",
        **{
            title: f"{100 * mean(hits(good, key).values()):.1f}" if key in controls else ONE
            for key, title in CONTROLS.items()
        },
        "clips": str(len(found)),
        "runs": f"{len(good)} of {len(records)}",
        "CPU min a run": f"{mean(record.detail['cpu_seconds'] for record in good) / 60:.1f}",
    }


def _by_sequence(values: dict[str, float]) -> tuple[np.ndarray, np.ndarray]:
    """Sum and number of the values of each sequence's clips."""
    sequences = [parse_clip(Path(clip)).sequence for clip in values]
    grouped = pd.Series(list(values.values())).groupby(sequences)
    return grouped.sum().to_numpy(), grouped.size().to_numpy()


def _differences(found: dict[str, dict[str, float]]) -> pd.DataFrame:
    """Paired by clip; of two networks' clips those that both were tested on."""
    rows, judged = [], []
    for first, second in PAIRS:
        one, other = found[first], found[second]
        pair = {clip: one[clip] - other[clip] for clip in one if clip in other}
        row = {"difference": f"{NETWORKS[first]} - {NETWORKS[second]}"}
        rows.append(row)
        if not pair:
            row["points"] = NOTHING
            continue
        totals, sizes = _by_sequence(pair)
        low, high = interval(totals, sizes)
        row["points"] = f"{100 * mean(pair.values()):+.1f}"
        row["95 %"] = f"{100 * low:+.1f} to {100 * high:+.1f}"
        judged.append((row, p_value(totals)))
    for (row, _), p in zip(judged, holm([p for _, p in judged]), strict=True):
        row["p (Holm)"] = f"{p:.2g}"
    return pd.DataFrame(rows).fillna("")


def _tuning(records: Sequence[Record]) -> pd.DataFrame:
    """Top-1 of each network and learning rate on a part of fold 1's training clips."""
    rows = [
        {
            "network": NETWORKS[record.detail["network"]],
            "learning rate": f"{record.detail['lr']:g}",
            "epochs": str(record.detail["epochs"]),
            "top-1 %": f"{100 * top1(record):.1f}",
            "clips": str(len(record.detail["predictions"])),
        }
        for record in _good(records)
    ]
    return pd.DataFrame(rows or [{"network": NOTHING}])


def _precisions(good: Sequence[Record]) -> pd.DataFrame:
    """Networks that were trained in both, on the same folds with the same seeds, paired by clip."""
    runs: dict[tuple, dict[str, Record]] = defaultdict(dict)
    for record in good:
        key = (record.detail["network"], record.detail["part"], record.detail["lr"], record.seed)
        runs[key][record.detail["precision"]] = record
    both: dict[str, list[dict[str, Record]]] = defaultdict(list)
    for (network, part, *_), pair in runs.items():
        if part != TUNE and len(pair) == 2:
            both[network].append(pair)
    rows = []
    for network, pairs in both.items():
        half, single = (hits([pair[key] for pair in pairs]) for key in ("bfloat16", "float32"))
        low, high = interval(*_by_sequence({clip: half[clip] - single[clip] for clip in half}))
        rows.append(
            {
                "network": NETWORKS[network],
                "runs": str(len(pairs)),
                "bfloat16, top-1 %": f"{100 * mean(half.values()):.1f}",
                "float32, top-1 %": f"{100 * mean(single.values()):.1f}",
                "difference, 95 %": f"{100 * low:+.1f} to {100 * high:+.1f}",
                "CPU min a run": " and ".join(
                    f"{mean(pair[key].detail['cpu_seconds'] for pair in pairs) / 60:.1f}"
                    for key in ("bfloat16", "float32")
                ),
            }
        )
    return pd.DataFrame(rows or [{"network": NOTHING}])


def _texts(good: Sequence[Record], precision: str) -> list[str]:
    texts = [PROTOCOL, f"Trained in {precision}.", STATISTICS, CONTROLLED]
    if not good:
        return texts
    seen = good[-1].detail["shape_only"].items()
    shape = "; ".join(f"{100 * top1:.1f} % from {features}" for features, top1 in seen)
    hours = sum(record.detail["cpu_seconds"] for record in good) / 3600
    texts.append(f"Chance: {100 / len(CLASSES):.1f} %. A classifier without pixels: {shape}.")
    texts.append(f"All runs took {hours:.1f} hours of CPU time.")
    return [*texts, *_weights(good)]


def _weights(good: Sequence[Record]) -> list[str]:
    """What is to be said of the initial weights."""
    used = {
        record.training.pretrained.sha256
        for record in good
        if not isinstance(record.training, str) and record.training.pretrained
    }
    return [
        f"ImageNet weights {sha256[:8]}: {WEIGHTS.get(sha256, 'as downloaded')}."
        for sha256 in sorted(used)
    ]
