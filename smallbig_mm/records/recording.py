"""A record for every run: begun when the run begins, ended however it ends."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from mmengine.config import Config
from mmengine.dist import is_main_process
from mmengine.logging import print_log

from ..configs.identity import identity
from ..errors import UserError, reason
from ..files import lock, relative
from . import store
from .provenance import code_version, command, is_committed, now
from .schema import Record

RUNNING = "not run: it is running"
KILLED = "not run: killed: the process ended without a word"
MARKER = ".running"
_own: set[Path] = set()  # markers of this process


class Recording:
    """A run that is being recorded.

    Attributes:
        id: of its record.
        path: of its record, when it has ended.
    """

    def __init__(self, folder: Path, content: dict[str, Any], cfgs: Sequence[Config]) -> None:
        self.folder, self.cfgs = folder, cfgs
        self.content = content
        self.id = store.make(cfgs=cfgs, **content).id
        self.path = folder / f"{self.id}.json"
        self._marker: TextIO | None = None

    def set(self, **fields: Any) -> None:
        """Set fields of `schema.Record`."""
        self.content |= fields

    def begin(self) -> None:
        """Leave a marker, locked while this process lives, and what the record's digests mean.

        Raises:
            UserError: if the folder cannot be written to.
        """
        record = store.make(cfgs=self.cfgs, **{**self.content, "metrics": RUNNING, "end": RUNNING})
        try:
            for cfg in self.cfgs:
                store.keep_settings(identity(cfg), self.folder)
            if not record.resolved.startswith("not run"):
                store.keep_settings(self.cfgs[0].to_dict(), self.folder)
            path = self._marker_path
            path.parent.mkdir(parents=True, exist_ok=True)
            part = path.with_name(f".{path.name}.part")
            self._marker = part.open("w")
            lock(self._marker)
            self._marker.write(store.as_json(record))
            self._marker.flush()
            _own.add(path)
            part.replace(path)
        except OSError as error:
            raise UserError(
                f"--records {self.folder}: no record can be written there ({error}); choose another"
            ) from error

    def end(self) -> Record:
        """Write the record, and take the marker away."""
        record = store.make(cfgs=self.cfgs, **self.content)
        store.write(record, self.folder)
        if self._marker is not None:
            self._marker_path.unlink(missing_ok=True)
            self._marker.close()
        return record

    @property
    def _marker_path(self) -> Path:
        return self.folder / f"{self.id}{MARKER}"


@contextmanager
def recording(
    *,
    kind: str,
    name: str,
    cfg: Config | Sequence[Config],
    config: str | Path,
    split: str,
    folder: Path,
    **fields: Any,
) -> Iterator[Recording]:
    """Record what happens in the block, on the main process.

    An error, or an interruption, is recorded and goes on from here; a process that dies leaves a
    marker `<id>.running`, which the next run in this folder, or `tools/record.py close`, turns into
    a record that says so.

    Args:
        kind: see `Record`.
        name: what the record's id begins with.
        cfg: the config as it is run; those of an ensemble's members.
        config: its path.
        split: whose sampling is the record's `input`.
        folder: of records.
        **fields: further fields of the record.

    Raises:
        UserError: if the folder cannot be written to.
    """
    code_version()  # of the code that starts here, whatever is edited while it runs
    cfgs = [cfg] if isinstance(cfg, Config) else list(cfg)
    content = dict(
        kind=kind,
        name=name,
        config=relative(config),
        command=command(),
        input=store.input_of(cfgs[0], split),
        counts="not run: tools/flops.py counts",
        data="not run: it ended before its data were read",
        checkpoints="not run: no checkpoint was written",
        seed="not run: no seed",
        metrics="not run: nothing was measured",
        start=now(),
    )
    if len(cfgs) == 1 and not is_committed(config):
        content["resolved"] = store.content_sha256(cfgs[0].to_dict())
    run = Recording(folder, {**content, **fields}, cfgs)
    if is_main_process():
        close_killed(folder)
        run.begin()
    try:
        yield run
    except BaseException as error:
        run.set(metrics=reason(error))
        raise
    finally:
        if is_main_process():
            try:
                run.end()
            except Exception as error:  # which must not hide how the run itself ended
                message = f"No record of this run: {error}"
                print_log(message, logger="current", level=logging.ERROR)


def close_killed(folder: Path, name: str = "", why: str = KILLED) -> list[Path]:
    """Turn markers of processes that live no longer into records.

    Args:
        folder: of records.
        name: what the records' ids begin with.
        why: what they say.

    Returns:
        The records' paths.
    """
    closed = []
    for marker in sorted(folder.rglob(f"*{MARKER}")):
        if marker in _own or not str(marker.relative_to(folder)).startswith(name):
            continue
        try:
            with marker.open("r+") as file:
                lock(file)
                content = json.load(file)
                record = store.validate({**content, "metrics": why, "end": why}, marker)
                if marker != folder / f"{record.id}{MARKER}":  # it names another's record
                    continue
                closed.append(store.write(record, folder))
                marker.unlink()
        except (OSError, ValueError):  # it lives, another process closes it, or it was cut short
            continue
    return closed
