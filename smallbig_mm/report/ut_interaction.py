"""UT-Interaction's page: top-1 of networks on clips and on controls, and their differences."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from statistics import mean
from typing import TypeAlias

import pandas as pd

from ..configs.identity import digest
from ..datasets.ut_interaction import CLASSES, FOLDS, TUNED_ON, parse_clip
from ..experiments.ut_interaction import NETWORKS, TUNE, config
from ..records import store
from ..records.schema import Record
from .clusters import Clustered, clustered
from .documents import Document
from .statistics import holm, p_text

Run: TypeAlias = tuple[str, int]  # fold and seed

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
    "holds out four sequences, so that all five test every clip once a seed. ResNet23 from "
    "ImageNet weights, the stem and res2 frozen, units in res3 to res5, 8 frames of 112x112; "
    "tested once, after the last epoch, on one centre crop, in float32."
)
STATISTICS = (
    "Seeds are averaged within a clip; differences are paired by clip, of the folds and seeds "
    "that both networks have. Clips of a sequence are not independent, so the sample of intervals "
    "(t, 95 %, not corrected) and p (two-sided, after Holm's correction over the differences that "
    "were run) is the sequence. Neither takes into account that trainings of two folds share "
    "clips, nor that the same training, one a fold and seed, tests four sequences."
)
CHOICE = (
    "Learning rate and length were chosen with 2D and full SmallBig within fold 1's training "
    f"clips, by top-1 on those that fold {TUNED_ON} tests. So the test clips of fold {TUNED_ON} "
    "chose them, those of the other folds nothing; figures without it stand beside. Other networks "
    "might do better with a learning rate of their own."
)
APART = f"without fold {TUNED_ON}"
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
    grid = {network: [r for r in own if r.detail["network"] == network] for network in NETWORKS}
    runs = {network: runs_of(records) for network, records in grid.items()}
    parts = {
        "Networks": pd.DataFrame(
            [_network(name, runs[name], grid[name]) for name in NETWORKS]
        ).fillna(""),
        "Differences": _differences(runs),
        "Choice of the learning rate": _tuning([r for r in own if r.detail["part"] == TUNE]),
        "bfloat16 and float32": _precisions(every),
    }
    return Document("UT-Interaction", _texts(_good(own), precision), parts, [], {})


def runs_of(records: Iterable[Record]) -> dict[Run, Record]:
    """Of a network's records, the newest good one of each fold and seed, by today's config.

    Args:
        records: of one network and precision, oldest first.
    """
    today = cache(lambda network, float32: digest(config(network, "fold1", float32=float32)))
    return {
        (record.detail["part"], int(record.seed)): record
        for record in _good(records)
        if record.detail["part"] != TUNE
        and record.config_sha256
        == today(record.detail["network"], record.detail["precision"] == "float32")
    }


def _good(records: Iterable[Record]) -> list[Record]:
    return [record for record in records if not isinstance(record.metrics, str)]


def _network(network: str, runs: Mapping[Run, Record], tried: Sequence[Record]) -> dict[str, str]:
    name = {"network": NETWORKS[network]}
    if not runs:
        failed = [r for r in tried if isinstance(r.metrics, str) and r.detail["part"] != TUNE]
        return name | {"top-1 %": str(failed[-1].metrics) if failed else NOTHING}
    good = list(runs.values())
    cost = store.counts(good[0])[0]
    controls = good[0].detail.get("controls", {})
    folds = Counter(part for part, _ in runs)
    seeds = sorted({*folds.values()})
    return {
        **name,
        "params M": f"{cost.params / 1e6:.2f}",
        "GMAC": f"{cost.macs / 1e9:.2f}",
        "top-1 %": _percent(hits(good)),
        "95 %": _interval(_tested(hits(good)), ""),
        APART: _percent(hits(_apart(runs))),
        **{
            title: _percent(hits(good, key)) if key in controls else ONE
            for key, title in CONTROLS.items()
        },
        "folds": f"{len(folds)} of {len(FOLDS)}",
        "seeds": " to ".join(str(number) for number in seeds[:1] + seeds[1:][-1:]),
        "CPU min a run": f"{mean(record.detail['cpu_seconds'] for record in good) / 60:.1f}",
    }


def _apart(runs: Mapping[Run, Record]) -> list[Record]:
    """Those whose test clips chose nothing."""
    return [record for (part, _), record in runs.items() if part != f"fold{TUNED_ON}"]


def _percent(values: Mapping[str, float], sign: str = "") -> str:
    return f"{100 * mean(values.values()):{sign}.1f}" if values else ""


def _tested(values: Mapping[str, float]) -> Clustered | None:
    """The mean of clips' values, of which those of a sequence come together."""
    sequences = [parse_clip(Path(clip)).sequence for clip in values]
    grouped = pd.Series(list(values.values())).groupby(sequences)
    return clustered(grouped.sum(), grouped.size())


def _interval(found: Clustered | None, sign: str = "+") -> str:
    if found is None:
        return "not known: sequences do not differ"
    low, high = 100 * found.low, 100 * found.high
    if not sign:  # a share
        low, high = max(low, 0.0), min(high, 100.0)
    return f"{low:{sign}.1f} to {high:{sign}.1f}"


def _paired(first: Iterable[Record], second: Iterable[Record]) -> dict[str, float]:
    """Differences by clip."""
    one, other = hits(first), hits(second)
    return {clip: one[clip] - other[clip] for clip in one}


def _differences(runs: Mapping[str, Mapping[Run, Record]]) -> pd.DataFrame:
    """Paired by clip, of the folds and seeds that both networks have."""
    rows, judged = [], []
    for first, second in PAIRS:
        common = [key for key in runs[first] if key in runs[second]]
        one, other = ({key: runs[network][key] for key in common} for network in (first, second))
        row = {"difference": f"{NETWORKS[first]} - {NETWORKS[second]}"}
        rows.append(row)
        if not common:
            row["points"] = NOTHING
            continue
        pair = _paired(one.values(), other.values())
        tested = _tested(pair)
        row["points"] = _percent(pair, "+")
        row["95 %"] = _interval(tested)
        row[APART] = _percent(_paired(_apart(one), _apart(other)), "+")
        row["runs of each"], row["p (Holm)"] = str(len(common)), ""
        if tested:
            judged.append((row, tested.p))
    for (row, _), p in zip(judged, holm([p for _, p in judged]), strict=True):
        row["p (Holm)"] = p_text(p)
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
        for record in sorted(
            _good(records), key=lambda record: (record.detail["network"], record.detail["lr"])
        )
    ]
    return pd.DataFrame(rows or [{"network": NOTHING}])


def _precisions(every: Sequence[Record]) -> pd.DataFrame:
    """Networks that were trained in both, on the same folds with the same seeds, paired by clip."""
    rows = []
    for network, title in NETWORKS.items():
        own = [record for record in every if record.detail["network"] == network]
        half, single = (
            runs_of(record for record in own if record.detail["precision"] == precision)
            for precision in ("bfloat16", "float32")
        )
        common = [key for key in half if key in single]
        if not common:
            continue
        pairs = [[runs[key] for key in common] for runs in (half, single)]
        pair = _paired(*pairs)
        rows.append(
            {
                "network": title,
                "runs": str(len(common)),
                "bfloat16, top-1 %": _percent(hits(pairs[0])),
                "float32, top-1 %": _percent(hits(pairs[1])),
                "difference": _percent(pair, "+"),
                "95 %": _interval(_tested(pair)),
                "CPU min a run": " and ".join(
                    f"{mean(record.detail['cpu_seconds'] for record in each) / 60:.1f}"
                    for each in pairs
                ),
            }
        )
    return pd.DataFrame(rows or [{"network": NOTHING}])


def _texts(good: Sequence[Record], precision: str) -> list[str]:
    texts = [PROTOCOL, f"Trained in {precision}.", CHOICE, STATISTICS, CONTROLLED]
    if not good:
        return texts
    seen = good[-1].detail["shape_only"].items()
    shape = "; ".join(f"{100 * top1:.1f} % from {features}" for features, top1 in seen)
    hours = sum(record.detail["cpu_seconds"] for record in good) / 3600
    texts.append(f"Chance: {100 / len(CLASSES):.1f} %. A classifier without pixels: {shape}.")
    texts.append(
        f"What was trained in {precision}, tuning included, took {hours:.1f} hours of CPU time."
    )
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
