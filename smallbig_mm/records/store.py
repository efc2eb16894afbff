"""Records as files: validated, written whole or not at all, never written over."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from mmengine.config import Config
from pydantic import ValidationError

from ..annotations import read_list
from ..configs import dataset_of
from ..configs.identity import digest
from ..configs.lists import lists
from ..configs.sampling import protocol
from ..datasets.manifest import manifest_of
from ..errors import RecordError
from ..files import CHECKOUT, CONFIGS, SHARE, content_sha256, file_sha256, relative, write_text
from ..paper import compared
from .provenance import code_version, environment, now
from .schema import VERSION, Count, Record, upgraded

RUNS = SHARE / "results/runs"
SETTINGS = "settings"


def folder_for(config: str | Path, work_dir: str | Path) -> Path:
    """Where a run's record goes by default.

    The checkout's results/runs is evidence for the paper's rows: only configs of the checkout write
    there. Others, and an installed package, write beside the work dir: work_dirs/records.
    """
    if CHECKOUT and Path(config).resolve().is_relative_to(CONFIGS):
        return RUNS
    return Path(work_dir).absolute().parent / "records"


# Where records go that are not of one config, such as counts of all.
OWN = folder_for(CONFIGS, "work_dirs/all")


def folder_of(record: Record, path: Path) -> Path:
    """The folder of records that a record's file lies in, below which its id is its path."""
    return path.resolve().parents[record.id.count("/")]


def validate(content: Any, source: str | Path) -> Record:
    """The record that `content` holds.

    Raises:
        RecordError: naming `source` and each field that is wrong.
    """
    try:
        return Record.model_validate(upgraded(content))
    except ValidationError as error:
        fields: dict[str, str] = {}
        for problem in error.errors():
            # the branches of a union are a part of pydantic's path, not of the record's
            names = [str(p) for p in problem["loc"] if "[" not in str(p) and p not in BRANCHES]
            fields.setdefault(".".join(names) or "(all)", problem["msg"])
        problems = "; ".join(f"field {name}: {why}" for name, why in fields.items())
        raise RecordError(f"{source}: not a record: {problems}") from error


BRANCHES = {
    *(
        "Input",
        "Data",
        "Checkpoint",
        "Training",
        "Speed",
        "Spread",
        "str",
        "int",
        "bool",
        "datetime",
    ),
    "constrained-str",
}


def input_of(cfg: Config, split: str) -> dict[str, Any] | str:
    """What a config's network sees of a video, as `schema.Input` holds it."""
    try:
        seen = protocol(cfg, split)
    except ValueError as error:
        return f"not run: {error}"
    return dict(vars(seen), batch=cfg[f"{split}_dataloader"].batch_size)


def data_of(
    cfg: Config, split: str, skipped: int | str = "not run: not watched"
) -> list[dict[str, Any]]:
    """The annotation lists of a split, as `schema.Data` holds each.

    Args:
        cfg: the config.
        split: `'train'`, `'val'` or `'test'`.
        skipped: samples of each that could not be decoded.
    """
    dataset, found = dataset_of(cfg), []
    for path, layout in lists(cfg, split):
        sha256 = file_sha256(path)
        samples = len(read_list(path, layout)) if layout else path.read_bytes().count(b"\n")
        found.append(
            dict(
                dataset=dataset,
                list=relative(path),
                sha256=sha256,
                samples=samples,
                known=compared(dataset, split, samples, sha256),
                skipped=skipped,
                manifest=manifest_of(path),
            )
        )
    return found


def make(*, kind: str, name: str, config: str, cfgs: Sequence[Config], **fields: Any) -> Record:
    """A record of a run that has just ended; its id is `name` and the time at which it began.

    Args:
        kind: see `Record`.
        name: begins the id, or is it if the start is not known.
        config: path of the config.
        cfgs: the config as it was run; those of an ensemble's members.
        **fields: further fields of `Record`; those of code, environment and end are found out if
            they are not given.

    Raises:
        RecordError: if the fields do not make a record.
    """
    start = fields.setdefault("start", now())
    known = not start.startswith("not run: ")
    content = dict(
        version=VERSION,
        id=f"{name}-{_stamp(start)}" if known else name,
        kind=kind,
        config=config,
        settings=[digest(cfg) for cfg in cfgs],
        resolved="not run: the config is in the commit",
        code=code_version(),
        training="not run: nothing was trained",
        env=environment(),
        end=now(),
    )
    return validate({**content, **fields}, name)


def _stamp(time: str) -> str:
    return datetime.fromisoformat(time).strftime("%Y%m%dT%H%M%S%f")[:-3]


# --------------------------------------------------------------------------------------------------
# What digests are made of


def keep_settings(settings: Any, folder: Path) -> str:
    """Keep what a digest is made of, as `<folder>/settings/<digest>.json`; returns the digest."""
    sha256 = content_sha256(settings)
    path = folder / SETTINGS / f"{sha256}.json"
    if not path.is_file():
        content = json.dumps(settings, indent=1, sort_keys=True, default=str)
        write_text(path, f"{content}\n")
    return sha256


def settings_of(sha256: str, folder: Path) -> Any:
    """What a digest is made of; None if that was not kept in this folder of records.

    Raises:
        RecordError: if the file was changed.
    """
    path = folder / SETTINGS / f"{sha256}.json"
    if not path.is_file():
        return None
    try:
        found = json.loads(path.read_text())
    except ValueError as error:
        raise RecordError(f"{path}: cannot be read: {error}") from error
    if content_sha256(found) != sha256:
        raise RecordError(f"{path}: its content is not what its name says; restore it")
    return found


# --------------------------------------------------------------------------------------------------
# Files


def write(record: Record, folder: Path = RUNS) -> Path:
    """Write `<folder>/<id>.json`.

    Raises:
        RecordError: if there is a record of this id already: records are only ever added.
    """
    path = folder / f"{record.id}.json"
    try:
        write_text(path, as_json(record), replace=False)
    except FileExistsError:
        raise RecordError(
            f"{path}: there is a record of this id; records are not changed"
        ) from None
    return path


def as_json(record: Record) -> str:
    """A record as its file holds it."""
    return json.dumps(record.model_dump(mode="json"), indent=1, allow_nan=False) + "\n"


def read(path: Path) -> Record:
    """Read one record.

    Raises:
        RecordError: if it is none.
    """
    try:
        content = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise RecordError(f"{path}: cannot be read: {error}") from error
    record = validate(content, path)
    if not str(path).endswith(f"{record.id}.json"):
        raise RecordError(f"{path}: its id is {record.id}; a record's file is named after it")
    return record


def succeeded(name: str, folder: Path) -> Record | None:
    """The newest record whose id begins with `name` and that has metrics, if there is one."""
    paths = sorted((folder / name).parent.glob(f"{Path(name).name}*.json"), reverse=True)
    return next((r for r in map(read, paths) if not isinstance(r.metrics, str)), None)


def metrics(record: Record) -> dict[str, float]:
    """A record's metrics.

    Raises:
        RecordError: if it has none.
    """
    if isinstance(record.metrics, str):
        raise RecordError(f"{record.id}: no metrics: {record.metrics}")
    return record.metrics


def counts(record: Record) -> list[Count]:
    """A record's costs.

    Raises:
        RecordError: if it has none.
    """
    if isinstance(record.counts, str):
        raise RecordError(f"{record.id}: no costs: {record.counts}")
    return record.counts


def read_all(folder: Path = RUNS) -> list[Record]:
    """All records below `folder`, oldest first.

    Raises:
        RecordError: if one of them is none.
    """
    paths = sorted(folder.rglob("*.json"))
    records = [read(path) for path in paths if path.relative_to(folder).parts[0] != SETTINGS]
    return sorted(records, key=_age)


def _age(record: Record) -> tuple[float, str]:
    """Sorts by start; what does not know its start counts as older than what does."""
    return 0.0 if isinstance(record.start, str) else record.start.timestamp(), record.id
