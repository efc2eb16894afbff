"""A printed row joined with what stands for it here: config, costs, test, notes."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

from mmengine.config import Config

from ..configs.sampling import Protocol, protocol
from ..ensemble import members_of
from ..experiments.costs import NOTES, by_network, network_of
from ..files import CONFIGS, SHARE
from ..paper import Row, find, rows
from ..records.schema import Count, Record
from ..records.store import RUNS
from ..records.store import counts as counts_of
from .judging import Target, Verdict, is_test, judge

NOT_RUN = SHARE / "results/not_run.csv"
COMMON = (10, 3, 256)  # clips, crops and size of the protocol that all networks are compared under
DATASETS = {"_sthv1": "V1", "_sthv2": "V2"}


@dataclass(frozen=True)
class Note:
    """Why a count differs from the printed one: a line of results/notes.csv.

    Attributes:
        row: id of the row.
        quantity: `gflops` or `params_m`.
        config: the network that meets the printed figure, a file in configs; None for the row's.
        clip: (T, H, W) at which it is met; None where none is known to.
        attention: whether attention's matrix products belong to it.
        text: the reason.
    """

    row: str
    quantity: str
    config: Path | None
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
        noted: the counts that its notes name, by quantity.
        test: the newest test of weights that were trained as the row says, None if there is none.
        converted: the newest test of weights that were made elsewhere, likewise.
        top: printed top-1 and top-5.
    """

    row: Row
    dataset: str
    config: Path | None
    members: tuple[Config, ...]
    counts: tuple[dict[tuple[int, int, int], Count], ...]
    noted: dict[str, Count]
    test: Record | None
    converted: Record | None
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
            total += count.macs - (0 if attention else count.activation_product_macs)
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
            CONFIGS / line["config"] if line["config"] else None,
            frames,  # type: ignore[arg-type]
            line["attention"] != "without",
            line["note"],
        )
    return found


def not_run() -> list[dict[str, str]]:
    """results/not_run.csv: of `rows`, a pattern, `what` is missing and `why`."""
    return _read(NOT_RUN)


def why_not(row: Row, what: str) -> str | None:
    """Why a row's `config` or `accuracy` is missing, as results/not_run.csv says."""
    for line in not_run():
        if line["what"] == what and fnmatch(row.id, line["rows"]):
            return f"not run: {line['why']}"
    return None


def lines(
    records: Sequence[Record], chosen: Sequence[Row] | None = None, folder: Path = RUNS
) -> list[Line]:
    """Every row on every dataset for which the paper prints a figure.

    Args:
        records: all records, oldest first.
        chosen: rows; all of them if not given.
        folder: where the records lie.
    """
    costs = by_network(list(records))
    tests = [record for record in records if is_test(record)]
    found = []
    for row in rows() if chosen is None else chosen:
        for dataset, config, top in _datasets(row):
            members = members_at(config) if config else ()
            known = [costs[network_of(cfg)] for cfg in members if network_of(cfg) in costs]
            counts = [{count.clip: count for count in counts_of(record)} for record in known]
            counts = counts if len(counts) == len(members) else []
            by_status: dict[str | None, Record] = {}
            if config:
                target = Target.of(members)
                by_status = {judge(test, target, folder).status: test for test in tests}
            found.append(
                Line(
                    row,
                    dataset,
                    config,
                    members,
                    tuple(counts),
                    _noted(row, counts[0] if counts else {}, costs),
                    by_status.get("measured"),
                    by_status.get("converted"),
                    top,
                )
            )
    return found


def _noted(
    row: Row, own: dict[tuple[int, int, int], Count], costs: dict[str, Record]
) -> dict[str, Count]:
    """The counts that a row's notes name, of its `own` by clip or of another config, by quantity;
    those that were not counted yet are left out."""
    found = {}
    for note in notes().values():
        if note.row != row.id or note.clip is None:
            continue
        counts = own
        if note.config:
            record = costs.get(network_of(Config.fromfile(note.config)))
            counts = {count.clip: count for count in counts_of(record)} if record else {}
        if note.clip in counts:
            found[note.quantity] = counts[note.clip]
    return found


def verdicts(
    record: Record, folder: Path, chosen: Sequence[Row] | None = None
) -> dict[str, Verdict]:
    """Of each row with a config, by its name and dataset, whether a record fills it.

    Args:
        record: any record.
        folder: where records lie.
        chosen: rows; all of them if not given.
    """
    found = {}
    for row in rows() if chosen is None else chosen:
        for dataset, config, _ in _datasets(row):
            if config is not None:
                target = Target.of(members_at(config))
                found[f"{row.id} {dataset}".strip()] = judge(record, target, folder)
    return found


def members_at(path: Path) -> tuple[Config, ...]:
    cfg = Config.fromfile(path)
    return tuple(members_of(cfg)) if "members" in cfg else (cfg,)


def _datasets(row: Row) -> Iterator[tuple[str, Path | None, tuple[str, str]]]:
    if row.table < 11:
        yield "", next(iter(row.configs), None), (row.cells["top1"], row.cells["top5"])
        return
    for suffix, dataset in DATASETS.items():
        top = row.cells[f"{dataset.lower()}_top1"], row.cells[f"{dataset.lower()}_top5"]
        if top != ("-", "-"):
            config = next((c for c in row.configs if c.stem.endswith(suffix)), None)
            yield dataset, config, top
