"""Model cards of the configs, in the form of mmaction2's metafiles, which mim and mmengine read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import mean
from typing import Any

import yaml
from mmengine.config import Config

from ..catalog import list_models
from ..configs import dataset_of
from ..configs.identity import digest
from ..configs.sampling import protocol
from ..datasets.ut_interaction import FOLDS
from ..experiments.costs import by_network, network_of
from ..files import CONFIGS, relative
from ..records.schema import Count, Record
from ..records.store import RUNS, counts, metrics
from .grids import APPEARANCE_AND_MOTION, DIRECTIONS, ORDER_FREE
from .judging import Target, is_test, judge
from .lines import Line, members_at
from .points import is_ours
from .ut_interaction import hits, runs_of

METAFILE, INDEX = "configs/metafile.yml", "model-index.yml"
HEAD = "# Made by tools/make_tables.py from the configs and the records in results/runs.\n"
OURS, PEERS = "SmallBigNet", "Peers of SmallBigNet"
COLLECTIONS = [
    {
        "Name": OURS,
        "README": "README.md",
        "Paper": {
            "URL": "https://arxiv.org/abs/2006.14582",
            "Title": "SmallBigNet: Integrating Core and Contextual Views for Video Classification",
        },
    },
    {"Name": PEERS, "README": "README.md"},
]
# No networks: a file to start one's own from, and a list of networks.
NONE = (
    "own_data/finetune",
    *("motion_shapes/grid", "motion_shapes/events"),
    *("motion_shapes/events_1f", "motion_shapes/direction"),
)
DATASETS = {
    "kinetics400": "Kinetics-400",
    "sthv1": "Something-Something V1",
    "sthv2": "Something-Something V2",
    "motion_shapes": "MotionShapes",
    "ut_interaction": "UT-Interaction",
}
LEAST = 5  # classes, up to which top-5 says nothing


def files(records: Sequence[Record], every: Sequence[Line], folder: Path = RUNS) -> dict[str, str]:
    """The metafile and the index that names it, by their paths below the checkout.

    Args:
        records: all of them, oldest first.
        every: their `lines`.
        folder: where they lie.
    """
    read = {line.config: line.members for line in every}
    cards = list(_cards(records, read, folder))
    contents = {
        METAFILE: {"Collections": COLLECTIONS, "Models": cards},
        INDEX: {"Import": [METAFILE]},
    }
    return {
        name: HEAD + yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=100)
        for name, content in contents.items()
    }


def _cards(
    records: Sequence[Record], read: Mapping[Path | None, tuple[Config, ...]], folder: Path
) -> Iterator[dict[str, Any]]:
    costs = by_network(list(records))
    tests = [record for record in records if is_test(record)]
    for name in list_models():
        if name in NONE:
            continue
        path = CONFIGS / f"{name}.py"
        members = read.get(path) or members_at(path)
        runs = _runs([record for record in records if record.config == relative(path)], members)
        card = {
            "Name": name.replace("/", "-"),
            "Config": relative(path),
            "In Collection": OURS if is_ours(members) else PEERS,
            "Metadata": _metadata(members, [_count(cfg, costs, runs) for cfg in members]),
            "Modality": "RGB",
        }
        results = [*_of_tests(tests, members, folder), *_of_runs(runs)]
        yield card | ({"Results": results} if results else {})


def _runs(own: Sequence[Record], members: Sequence[Config]) -> list[Record]:
    """Of a config's records, those of trainings of it as it is, each counted and tested at its end.

    So does a grid; what `tools/train.py` records is neither.
    """
    measured = (r for r in own if not isinstance(r.metrics, str) and not isinstance(r.counts, str))
    found = [record for record in measured if record.kind == "train"]
    today = digest(members[0]) if found else ""
    return [record for record in found if record.config_sha256 == today]


def _count(cfg: Config, costs: dict[str, Record], runs: Sequence[Record]) -> Count | None:
    """Costs of the clip that a config tests, if they were counted."""
    known = [costs[network_of(cfg)]] if network_of(cfg) in costs else [*runs[-1:]]
    clip = protocol(cfg).clip
    return next((c for record in known for c in counts(record) if c.clip == clip), None)


def _metadata(members: Sequence[Config], known: Sequence[Count | None]) -> dict[str, Any]:
    networks = [cfg.model.backbone for cfg in members]
    found: dict[str, Any] = {
        "Architecture": " + ".join(
            f"{net.type}, depth {net.depth}" if "depth" in net else net.type for net in networks
        ),
        "Training Data": DATASETS[dataset_of(members[0])],
        "Resolution": " + ".join("{}x{}".format(*protocol(cfg).size) for cfg in members),
    }
    if len(members) == 1:
        found["Batch Size"] = members[0].train_dataloader.batch_size
        found["Epochs"] = members[0].train_cfg.max_epochs
        found["Pretrained"] = "ImageNet" if networks[0].get("pretrained") else "None"
    counted = [count for count in known if count is not None]
    if len(counted) == len(known):
        found["FLOPs"] = f"{_figure(sum(count.macs for count in counted) / 1e9)}G"
        found["Parameters"] = f"{sum(count.params for count in counted) / 1e6:.2f}M"
    return found


def _figure(value: float) -> str:
    return f"{value:.2f}" if value >= 1 else f"{value:.3f}"


def _of_tests(
    tests: Sequence[Record], members: Sequence[Config], folder: Path
) -> Iterator[dict[str, Any]]:
    """The newest test that is the config's own: network, training and test."""
    if not tests:
        return
    target = Target.of(members)
    own = [record for record in tests if judge(record, target, folder).status == "measured"]
    for record in own[-1:]:
        found = metrics(record)
        top5 = found["acc/top5"] if members[0].model.cls_head.num_classes > LEAST else None
        yield _result(DATASETS[dataset_of(members[0])], found["acc/top1"], top5)


def _of_runs(runs: Sequence[Record]) -> Iterator[dict[str, Any]]:
    """Means over the runs of the small benchmarks; their groups have two to six classes."""
    for dataset, name in (
        ("order-free classes", ORDER_FREE),
        ("direction classes", DIRECTIONS),
        ("events", APPEARANCE_AND_MOTION),
    ):
        own = [metrics(record)[name] for record in runs if name in metrics(record)]
        if own:
            yield _result(f"MotionShapes, {dataset}", mean(own) / 100, None)
    folds = runs_of(r for r in runs if "part" in r.detail)
    if {part for part, _ in folds} == {f"fold{fold}" for fold in FOLDS}:
        top1 = mean(hits(folds.values()).values())
        yield _result("UT-Interaction, five folds", top1, None)


def _result(dataset: str, first: float, fifth: float | None) -> dict[str, Any]:
    found = {"Top 1 Accuracy": round(100 * first, 2)}
    if fifth is not None:
        found["Top 5 Accuracy"] = round(100 * fifth, 2)
    return {"Task": "Action Recognition", "Dataset": dataset, "Metrics": found}
