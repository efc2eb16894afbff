"""Records as files: validated, written whole or not at all, never written over."""

from __future__ import annotations

import json
import shlex
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from mmengine.config import Config
from pydantic import ValidationError

from ..configs import digest, protocol
from ..errors import RecordError
from ..files import SHARE, file_sha256, relative, write_text
from .provenance import code_version, environment, now
from .schema import Count, Record

RUNS = SHARE / "results/runs"


def validate(content: Any, source: str | Path) -> Record:
    """The record that `content` holds.

    Raises:
        RecordError: naming `source` and each field that is wrong.
    """
    try:
        return Record.model_validate(content)
    except ValidationError as error:
        fields: dict[str, str] = {}
        for problem in error.errors():
            # the branches of a union are a part of pydantic's path, not of the record's
            names = [str(p) for p in problem["loc"] if "[" not in str(p) and p not in BRANCHES]
            fields.setdefault(".".join(names) or "(all)", problem["msg"])
        problems = "; ".join(f"field {name}: {why}" for name, why in fields.items())
        raise RecordError(f"{source}: not a record: {problems}") from error


BRANCHES = {"Input", "Data", "Checkpoint", "str", "int", "bool", "datetime", "constrained-str"}


def command() -> str:
    """What the user typed, without where the checkout lies."""
    return shlex.join(["python", *sys.argv]).replace(f"{SHARE}/", "")


def input_of(cfg: Config, split: str) -> dict[str, Any] | str:
    """What a config's network sees of a video, as `schema.Input` holds it."""
    try:
        seen = protocol(cfg, split)
    except ValueError as error:
        return f"not run: {error}"
    return dict(vars(seen), batch=cfg[f"{split}_dataloader"].batch_size)


def data_of(cfg: Config, split: str, dataset: Any = None) -> dict[str, Any]:
    """The annotation list of a split, as `schema.Data` holds it.

    Args:
        cfg: the config.
        split: `'train'`, `'val'` or `'test'`.
        dataset: the dataset that was read, which knows the videos that could not be decoded.
    """
    own = cfg[f"{split}_dataloader"].dataset
    while "dataset" in own:  # a wrapper's, e.g. RepeatDataset
        own, dataset = own.dataset, getattr(dataset, "dataset", None)
    path = Path(own.get("data_root") or "", own.ann_file)
    flags = getattr(dataset, "_warned", None)
    return dict(
        list=relative(path),
        sha256=file_sha256(path),
        samples=sum(bool(line.strip()) for line in path.read_text().splitlines()),
        skipped=int(flags.flags.sum()) if flags is not None else "not run: not watched",
    )


def make(*, kind: str, name: str, config: str, cfg: Config, split: str, **fields: Any) -> Record:
    """A record of a run that has just ended; its id is `name` and the time at which it began.

    Args:
        kind: see `Record`.
        name: begins the id.
        config: path of the config.
        cfg: the config as it was run.
        split: whose sampling is the record's `input`.
        **fields: further fields of `Record`; those of code, environment, input and end are found
            out if they are not given.

    Raises:
        RecordError: if the fields do not make a record.
    """
    start = fields.setdefault("start", now())
    stamp = datetime.fromisoformat(start).strftime("%Y%m%dT%H%M%S%f")[:-3]
    content = dict(
        id=f"{name}-{stamp}",
        kind=kind,
        config=config,
        config_sha256=digest(cfg),
        code=code_version(),
        input=input_of(cfg, split),
        env=environment(),
        end=now(),
    )
    return validate({**content, **fields}, name)


def write(record: Record, folder: Path = RUNS) -> Path:
    """Write `<folder>/<id>.json`.

    Raises:
        RecordError: if there is a record of this id already: records are only ever added.
    """
    path = folder / f"{record.id}.json"
    content = json.dumps(record.model_dump(mode="json"), indent=1, allow_nan=False) + "\n"
    try:
        write_text(path, content, replace=False)
    except FileExistsError:
        raise RecordError(
            f"{path}: there is a record of this id; records are not changed"
        ) from None
    return path


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
    records = [read(path) for path in sorted(folder.rglob("*.json"))]
    return sorted(records, key=_age)


def _age(record: Record) -> tuple[float, str]:
    """Sorts by start; what does not know its start counts as older than what does."""
    return 0.0 if isinstance(record.start, str) else record.start.timestamp(), record.id
