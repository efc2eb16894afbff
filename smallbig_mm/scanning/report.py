"""What a scan has found: a line for each video, in the list's order."""

from __future__ import annotations

import csv
import json
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from ..errors import UserError
from ..files import whole
from .lines import shortest_name
from .trying import OK, SHORT

REPORT, TABLE, SUMMARY = "report.jsonl", "report.csv", "summary.json"
EARLIER = ".earlier.jsonl"
LOOK_AHEAD = 1000  # lines by which the earlier report may be behind the list


@dataclass(frozen=True)
class Entry:
    """A line of the report.

    Attributes:
        line: of the list, from 1.
        name: as listed.
        rest: of its line.
        file: its path.
        size: of the file in bytes; -1 where there is none.
        mtime: when the file, or folder, was changed, in ns.
        all_frames: whether every frame was to be decoded.
        status, frames, decoder, why, filename_tmpl: see `trying.Found`.
    """

    line: int
    name: str
    rest: str
    file: str
    size: int
    mtime: int
    all_frames: bool
    status: str
    frames: int = 0
    decoder: str = ""
    why: str = ""
    filename_tmpl: str = ""


def stat(file: str) -> tuple[int, int]:
    """Size in bytes and time of change in ns, by which a changed file is known; -1 of none."""
    try:
        found = os.stat(file)
    except (OSError, ValueError):
        return -1, -1
    return found.st_size, found.st_mtime_ns


def entries(path: Path) -> Iterator[Entry]:
    """The entries of a report, as far as they are whole: a kill may cut the last one short."""
    if path.is_file():
        with path.open(encoding="utf-8", errors="surrogateescape") as file:
            for line in file:
                try:
                    yield Entry(**json.loads(line))
                except (ValueError, TypeError):
                    return


def bad(path: Path) -> Iterator[Entry]:
    """The entries of a report that are not ok."""
    return (entry for entry in entries(path) if entry.status != OK)


def folder_of(annotations: Path) -> Path:
    """Where the report of a list is, if nobody said otherwise."""
    return annotations.with_name(f"{annotations.name}.checked")


def undecodable(annotations: Path) -> dict[str, str]:
    """What the report beside a list says of files that cannot be decoded and have not changed.

    Returns:
        Why, by the file. Those that are too short can be decoded, and are not among them.
    """
    found = (entry for entry in bad(folder_of(annotations) / REPORT) if entry.status != SHORT)
    return {e.file: e.why for e in found if stat(e.file) == (e.size, e.mtime)}


class Earlier:
    """What an earlier report says, asked for in about its order; holds `LOOK_AHEAD` x 2 entries."""

    def __init__(self, path: Path) -> None:
        self._entries = entries(path)
        self._near: dict[str, Entry] = {}
        for _ in range(LOOK_AHEAD):
            self._read()

    def _read(self) -> None:
        entry = next(self._entries, None)
        if entry is not None:
            key = shortest_name(entry.name + entry.rest)
            self._near.pop(key, None)  # so that it goes to the end
            self._near[key] = entry
            if len(self._near) > 2 * LOOK_AHEAD:
                del self._near[next(iter(self._near))]

    def of(self, text: str) -> Entry | None:
        """The entry of a line that names the same."""
        self._read()
        return self._near.get(shortest_name(text))


def set_aside(out: Path) -> Path:
    """Make room for a new report; returns where the one of an earlier scan is now, if there is one.

    Raises:
        UserError: if there is another file of the report's name.
    """
    report = out / REPORT
    put_back(out)
    if report.is_file():
        if report.stat().st_size and next(entries(report), None) is None:
            raise UserError(f"{report}: is no report of check_videos; choose another --out")
        report.replace(out / EARLIER)
    return out / EARLIER


def put_back(out: Path) -> None:
    """After a scan that did not come to its end: let its report end as the earlier one does."""
    report, earlier = out / REPORT, out / EARLIER
    if not earlier.is_file():
        return
    with whole(report) as part, part.open("w", encoding="utf-8") as file:
        last = 0
        for entry in entries(report):
            file.write(as_json(entry))
            last = entry.line
        file.writelines(as_json(entry) for entry in entries(earlier) if entry.line > last)
    earlier.unlink()


def as_json(entry: Entry) -> str:
    """A line of the report."""
    return json.dumps(vars(entry)) + "\n"


def write_table(out: Path) -> dict[str, Any]:
    """Write the report as csv; returns how many have which status and decoder, and the frames."""
    statuses: Counter[str] = Counter()
    decoders: Counter[str] = Counter()
    frames = 0
    with whole(out / TABLE) as part, part.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, [field.name for field in fields(Entry)])
        table.writeheader()
        for entry in entries(out / REPORT):
            table.writerow(vars(entry))
            statuses[entry.status] += 1
            if entry.status == OK:
                decoders[entry.decoder] += 1
                frames += entry.frames
    return dict(
        videos=sum(statuses.values()),
        statuses=dict(statuses.most_common()),
        decoders=dict(decoders.most_common()),
        frames=frames,
    )
