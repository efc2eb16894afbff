"""A printed row joined with what stands for it here: config, costs, test, notes."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

from mmengine.config import Config

from ..configs import Protocol, digest, ensemble_digest, protocol
from ..ensemble import members_of
from ..errors import RecordError
from ..experiments.costs import NOTES, by_network, network_of
from ..files import SHARE
from ..paper import Row, datasets, find, rows
from ..records.imports import NO_DUMP
from ..records.schema import Count, Record
from ..records.store import counts as counts_of

NOT_RUN = SHARE / "results/not_run.csv"
COMMON = (10, 3, 256)  # clips, crops and size of the protocol that all networks are compared under
DATASETS = {"_sthv1": "V1", "_sthv2": "V2"}


@dataclass(frozen=True)
class Note:
    """Why a count differs from the printed one: a line of results/notes.csv.

    Attributes:
        row: id of the row.
        quantity: `gflops` or `params_m`.
        clip: (T, H, W) at which the printed figure is met, if any.
        attention: whether attention's matrix products belong to it.
        text: the reason.
    """

    row: str
    quantity: str
    clip: tuple[int, int, int] | None
    attention: bool
    text: str


@dataclass(frozen=True)
class Line:
    """A row on one dataset: what is printed, what stands for it here, and what was measured.

    Attributes:
        row: the printed row.
        dataset: `V1` or `V2` in Table 11, '' elsewhere.
        config: its file, None if there is none.
        members: its config, or those of an ensemble's members.
        counts: costs of each member by clip; empty if not counted.
        test: the newest test of it, None if there is none.
        top: printed top-1 and top-5.
    """

    row: Row
    dataset: str
    config: Path | None
    members: tuple[Config, ...]
    counts: tuple[dict[tuple[int, int, int], Count], ...]
    test: Record | None
    top: tuple[str, str]

    @property
    def counted(self) -> bool:
        return bool(self.counts)

    @property
    def size(self) -> int:
        """The printed crop; 224, the text's, where a table prints none."""
        return int(self.row.cells["size"] or 224)

    @property
    def protocols(self) -> list[Protocol]:
        return [protocol(cfg) for cfg in self.members]

    def params(self) -> float:
        """Parameters in M, of all members."""
        return sum(next(iter(c.values())).params for c in self.counts) / 1e6

    def gmac(self, size: int | None = None, attention: bool = True) -> float:
        """GMAC of one clip of each member, at `size`, or at each member's own test crop."""
        total = 0
        for seen, counts in zip(self.protocols, self.counts, strict=True):
            own = size or seen.size[0]
            count = counts[seen.frames, own, own]
            total += count.macs - (0 if attention else count.attention_macs)
        return total / 1e9

    def per_video(self, common: bool = False) -> float:
        """GMAC of a video under the row's own protocol, or under the common one."""
        if common:
            return self.gmac(COMMON[2]) * COMMON[0] * COMMON[1]
        total = 0.0
        for seen, counts in zip(self.protocols, self.counts, strict=True):
            total += counts[seen.clip].macs * seen.clips * seen.crops
        return total / 1e9


# --------------------------------------------------------------------------------------------------
# Data


def _read(path: Path) -> list[dict[str, str]]:
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def notes() -> dict[tuple[str, str], Note]:
    """Footnotes by row and quantity.

    Raises:
        RowError: if one names a row that is none.
    """
    found = {}
    for line in _read(NOTES):
        frames = tuple(map(int, line["clip"].split("x"))) if line["clip"] else None
        row = find(line["row"]).id
        found[row, line["quantity"]] = Note(
            row,
            line["quantity"],
            frames,  # type: ignore[arg-type]
            line["attention"] != "without",
            line["note"],
        )
    return found


def why_not(row: Row, what: str) -> str | None:
    """Why a row's `config` or `accuracy` is missing, as results/not_run.csv says."""
    for line in _read(NOT_RUN):
        if line["what"] == what and fnmatch(row.id, line["rows"]):
            return f"not run: {line['why']}"
    return None


def lines(records: Sequence[Record], chosen: Sequence[Row] | None = None) -> list[Line]:
    """Every row on every dataset for which the paper prints a figure.

    Args:
        records: all records.
        chosen: rows; all of them if not given.
    """
    costs = by_network(list(records))
    tests = {record.config_sha256: record for record in records if is_test(record)}
    found = []
    for row in rows() if chosen is None else chosen:
        for dataset, config, top in _datasets(row):
            members = _members(config) if config else ()
            known = [costs[network_of(cfg)] for cfg in members if network_of(cfg) in costs]
            counts = [{count.clip: count for count in counts_of(record)} for record in known]
            key = _key(members)
            found.append(
                Line(
                    row,
                    dataset,
                    config,
                    members,
                    tuple(counts) if len(counts) == len(members) else (),
                    tests.get(key) if key and on_all_videos(tests.get(key), members[0]) else None,
                    top,
                )
            )
    return found


def is_test(record: Record) -> bool:
    """Whether a record is a test with accuracies.

    Raises:
        RecordError: if the accuracies are none.
    """
    if record.kind != "test" or isinstance(record.metrics, str):
        return False
    for name in ("acc/top1", "acc/top5"):
        if name in record.metrics and not 0 <= record.metrics[name] <= 1:
            raise RecordError(f"{record.id}: {name} is {record.metrics[name]}, not in [0, 1]")
    return {"acc/top1", "acc/top5"} <= record.metrics.keys()


def on_all_videos(record: Record | None, cfg: Config) -> bool:
    """Whether a test saw the dataset that a row is about, and not some other or a part of it.

    Its list need not be the same file, since videos disappear from where they were published, but
    must have nine in ten of the videos, none of them skipped.
    """
    if record is None or isinstance(record.data, str):
        return False
    name = Path(cfg.test_dataloader.dataset.ann_file).parts[1]
    official = datasets()[name, "validation"].videos
    seen = record.data[0]
    return 0.9 * official <= seen.samples <= official and seen.skipped in (0, NO_DUMP)


def _members(path: Path) -> tuple[Config, ...]:
    cfg = Config.fromfile(path)
    return tuple(members_of(cfg)) if "members" in cfg else (cfg,)


def _key(members: Sequence[Config]) -> str | None:
    if len(members) > 1:
        return ensemble_digest(members)
    return digest(members[0]) if members else None


def _datasets(row: Row) -> Iterator[tuple[str, Path | None, tuple[str, str]]]:
    if row.table < 11:
        yield "", next(iter(row.configs), None), (row.cells["top1"], row.cells["top5"])
        return
    for suffix, dataset in DATASETS.items():
        top = row.cells[f"{dataset.lower()}_top1"], row.cells[f"{dataset.lower()}_top5"]
        if top != ("-", "-"):
            config = next((c for c in row.configs if c.stem.endswith(suffix)), None)
            yield dataset, config, top
