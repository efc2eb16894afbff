"""The rows of the paper's tables and the configs that stand for them."""

from __future__ import annotations

import csv
import difflib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from mmengine.config import Config

from .configs.identity import NETWORK, TRAINING, digest
from .errors import RowError
from .files import CONFIGS, SHARE

PAPER = SHARE / "results/paper"
TABLES = range(2, 12)


@dataclass(frozen=True)
class Row:
    """A printed row.

    Attributes:
        id: `table05/04_typical`.
        table: number of its table.
        cells: every printed cell by the name of its column, '' where the table has no such cell.
        configs: the files that stand for it: one, or one a dataset in Table 11; none if there is
            no such network here.
    """

    id: str
    table: int
    cells: dict[str, str]
    configs: tuple[Path, ...]

    @property
    def networks(self) -> tuple[Path, ...]:
        """The files of its networks: its own, or those of an ensemble's members."""
        found: list[Path] = []
        for path in self.configs:
            ensemble = "\nmembers = " in path.read_text()  # reading all that it inherits takes time
            names = Config.fromfile(path).members if ensemble else [path.name]
            found += [path.parent / name for name in names]
        return tuple(found)


@dataclass(frozen=True)
class ListSize:
    """What is known of a dataset's list of videos.

    Attributes:
        videos: how many it had when it was published; since then videos have disappeared.
        sha256: of the list as a file, None where no such file is known.
        source: who says so.
    """

    videos: int
    sha256: str | None
    source: str


@cache
def datasets() -> dict[tuple[str, str], ListSize]:
    """The known lists by dataset, as `configs.dataset_of` names it, and `train` or `validation`."""
    with open(PAPER / "datasets.csv", encoding="utf-8", newline="") as file:
        return {
            (line["dataset"], line["split"]): ListSize(
                int(line["videos"]), line["sha256"] or None, line["source"]
            )
            for line in csv.DictReader(file)
        }


def compared(dataset: str, split: str, samples: int, sha256: str) -> str:
    """How a list compares with the known one of a dataset's split, in words.

    Args:
        dataset: as `configs.dataset_of` names it.
        split: `train`, `val` or `test`; the two latter are held out alike.
        samples: of the list.
        sha256: of the list.
    """
    known = datasets().get((dataset, "train" if split == "train" else "validation"))
    if known is None:
        return "no list of this dataset is known"
    if known.sha256 == sha256:
        return "the known list"
    other = "another list than the known one" if known.sha256 else "whose own list is not known"
    return f"{samples} samples, the dataset {known.videos}; {other}"


@cache
def rows() -> tuple[Row, ...]:
    """All printed rows of Tables 2 to 11, in the paper's order."""
    found = []
    for table in TABLES:
        name = f"table{table:02d}"
        with open(PAPER / f"{name}.csv", encoding="utf-8", newline="") as file:
            for cells in csv.DictReader(file):
                stem = cells.pop("row")
                names = [f"{stem}.py"] if table < 11 else [f"{stem}_sthv{v}.py" for v in (1, 2)]
                paths = [CONFIGS / name / file_name for file_name in names]
                configs = tuple(path for path in paths if path.is_file())
                found.append(Row(f"{name}/{stem}", table, cells, configs))
    return tuple(found)


def find(name: str) -> Row:
    """The row of an id.

    Raises:
        RowError: if there is none; the message names the nearest ids.
    """
    ids = {row.id: row for row in rows()}
    if name in ids:
        return ids[name]
    near = difflib.get_close_matches(name, ids, n=3, cutoff=0.4)
    raise RowError(f"row {name}: there is no such row; nearest: {', '.join(near) or 'none'}")


def training(cfg: Config) -> str:
    """What makes a network and its training: rows that share it share their weights."""
    return digest(cfg, (*NETWORK, *TRAINING))
