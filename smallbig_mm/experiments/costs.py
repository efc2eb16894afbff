"""Costs of all configs, each distinct network counted once at every clip size that is asked for."""

from __future__ import annotations

import csv
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mmengine.config import Config

from ..configs.identity import digest, identity
from ..configs.sampling import protocol
from ..costs.counting import build_model, count
from ..files import CONFIGS, SHARE, relative
from ..paper import Row, rows
from ..records import store
from ..records.provenance import now
from ..records.schema import Record

Clip = tuple[int, int, int]
NOTES = SHARE / "results/notes.csv"
SIZES = (224, 256)  # what networks are compared at


@dataclass(frozen=True)
class Network:
    """A distinct network and the configs that build it.

    Attributes:
        cfg: the first of these configs.
        configs: their paths, below the checkout.
        clips: clip sizes to count, (T, H, W).
    """

    cfg: Config
    configs: tuple[str, ...]
    clips: tuple[Clip, ...]


def network_of(cfg: Config) -> str:
    """What makes a network, wherever it is trained: SHA-256 of the config's model."""
    return digest(cfg, ["model"])


def networks() -> list[Network]:
    """The networks of all rows, of the configs that people train and of the units compared."""
    configs: dict[str, list[tuple[str, Config]]] = {}
    clips: dict[str, set[Clip]] = {}
    extra = _noted_clips()
    folders = ("", "beyond/", "units/")
    own = [path for folder in folders for path in sorted(CONFIGS.glob(f"{folder}*.py"))]
    owners: dict[Path, Row | None] = dict.fromkeys(own)
    for printed in rows():
        for path in printed.networks:  # an ensemble's may be rows of their own
            owners.setdefault(path, printed)
    for path, row in owners.items():
        cfg = Config.fromfile(path)
        key = network_of(cfg)
        configs.setdefault(key, []).append((relative(path), cfg))
        clips.setdefault(key, set()).update(_clips(cfg, row), extra.get(row.id if row else "", ()))
    return [
        Network(same[0][1], tuple(path for path, _ in same), tuple(sorted(clips[key])))
        for key, same in configs.items()
    ]


def _clips(cfg: Config, row: Row | None) -> list[Clip]:
    """At the printed size, at the sizes of training and testing, and at those to compare at."""
    tested = protocol(cfg, "test")
    printed = [int(row.cells["size"])] if row and row.cells["size"] else []
    sizes = {*SIZES, *printed, tested.size[0], protocol(cfg, "train").size[0]}
    return [(tested.frames, size, size) for size in sizes]


def _noted_clips() -> dict[str, list[Clip]]:
    with open(NOTES, encoding="utf-8", newline="") as file:
        notes = [note for note in csv.DictReader(file) if note["clip"]]
    found: dict[str, list[Clip]] = {}
    for note in notes:
        frames, height, width = map(int, note["clip"].split("x"))
        found.setdefault(note["row"], []).append((frames, height, width))
    return found


def by_network(records: list[Record]) -> dict[str, Record]:
    """The newest successful count of each network."""
    return {
        record.detail["network_sha256"]: record
        for record in records
        if record.kind == "cost" and not isinstance(record.counts, str)
    }


def measure(folder: Path, command: str) -> Iterator[tuple[Network, Record, float, bool]]:
    """Count every network; one that fails is recorded, the others go on.

    A count that equals the newest record of its network is not recorded again.

    Args:
        folder: where records are and go.
        command: what the user typed.

    Yields:
        The network, its record, the seconds it took, and whether the record is new.
    """
    known = by_network(store.read_all(folder))
    for network in networks():
        began, start, key = time.perf_counter(), now(), network_of(network.cfg)
        found: object
        try:
            model = build_model(network.cfg)
            found = [count(model, clip).as_record() for clip in network.clips]
        except Exception as error:
            found = f"not run: {type(error).__name__}: {' '.join(str(error).split())}"
        path = Path(network.configs[0])
        record = store.make(
            kind="cost",
            name=f"costs/{'-'.join(path.with_suffix('').parts[1:])}-{key[:8]}",
            config=network.configs[0],
            cfgs=[network.cfg],
            input=store.input_of(network.cfg, "train"),
            command=command,
            start=start,
            counts=found,
            data="not run: a count needs no data",
            checkpoints="not run: random weights",
            seed="not run: a count does not depend on weights",
            metrics="not run: a count has no accuracy",
            detail=dict(network_sha256=key, configs=list(network.configs)),
        )
        same = key in known and known[key].counts == record.counts
        if same:
            record = known[key]
        else:
            store.keep_settings(identity(network.cfg), folder)
            store.write(record, folder)
        yield network, record, time.perf_counter() - began, not same
