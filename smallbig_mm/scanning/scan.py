"""Every video of a list tried, in the order of the list and in memory that does not grow with it.

The list is streamed beside the report of an earlier scan; what is being tried is bounded.
"""

from __future__ import annotations

import json
import os
import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..errors import UserError
from ..files import lock, write_text
from ..progress import progress_bar
from .lines import Text, content_of, named, numbers_of, text_of
from .report import REPORT, SUMMARY, Earlier, Entry, as_json, put_back, set_aside, stat, write_table
from .trying import OK, SHORT, Found, How, try_folder, try_video

AHEAD = 32  # lines a process that are tried before the first of them is through: one may hang


def scan(annotations: Path, out: Path, how: How) -> dict[str, Any]:
    """Try what a list names, and write what is found to a folder, and to nowhere else.

    `report.jsonl` and `report.csv` have an `Entry` for each line that is not blank, `summary.json`
    what is returned, `NAME.cleaned.txt` the lines that are ok, as they are in the list. What an
    earlier scan into this folder, stopped, killed or ended, has found of files that have not
    changed since is not tried again.

    Args:
        annotations: a line `NAME LABEL ...` for a video, `FOLDER FRAMES LABEL ...` for frames.
        out: the folder.
        how: see `How`.

    Returns:
        `list`, `root`, `complete` (False: it was stopped), `videos`, those `tried` now and the
        `seconds` that took, `statuses`, `decoders` and `frames` of those that are ok.

    Raises:
        UserError: if there is no such list or root, or the folder cannot be written to.
    """
    if not how.root.is_dir():
        raise UserError(f"--root {how.root}: no such folder")
    text = text_of(annotations, how.root)
    if not text.lines:
        raise UserError(f"list {annotations}: is empty")
    cleaned = out / f"{annotations.stem}.cleaned{annotations.suffix}"
    summary: dict[str, Any] = dict(list=str(annotations), root=str(how.root), complete=False)
    start, tried = time.perf_counter(), 0
    with _owned(out):
        earlier = set_aside(out)
        cleaned.unlink(missing_ok=True)
        part = out / ".cleaned.part"
        try:
            with (
                text.like(part) as kept,
                (out / REPORT).open("w", encoding="utf-8", buffering=1) as report,
                progress_bar(total=text.lines, unit="video", smoothing=0.05) as bar,
            ):
                bad = 0
                for line, entry, new in _results(text, Earlier(earlier), how):
                    report.write(as_json(entry))
                    tried += new
                    if entry.status == OK:
                        kept.write(line)
                    else:
                        bad += 1
                        bar.set_postfix(bad=bad, refresh=False)
                    bar.update()
            part.replace(cleaned)
            earlier.unlink(missing_ok=True)
            summary["complete"] = True
        finally:
            part.unlink(missing_ok=True)
            put_back(out)
            summary |= write_table(out)
            summary |= dict(tried=tried, seconds=time.perf_counter() - start)
            write_text(out / SUMMARY, json.dumps(summary, indent=1) + "\n")
    return summary


@contextmanager
def _owned(out: Path) -> Iterator[None]:
    """The folder, made, and this process the only one that writes to it."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        with (out / ".lock").open("w") as file:
            lock(file)
            yield
    except BlockingIOError:
        raise UserError(f"--out {out}: another check_videos is writing there") from None
    except OSError as error:
        raise UserError(f"--out {out}: cannot be written to: {error}") from error


def _results(text: Text, earlier: Earlier, how: How) -> Iterator[tuple[str, Entry, bool]]:
    """Of each line, in order: itself, its entry, and whether its video was tried for it."""
    pool = ThreadPoolExecutor(how.workers)  # each thread has a process that decodes
    waiting: deque = deque()
    try:
        for number, line in text:
            content = content_of(line)
            future = pool.submit(_entry, number, content, earlier.of(content), how)
            waiting.append((line, future))
            if len(waiting) == AHEAD * how.workers:
                line, future = waiting.popleft()
                yield line, *future.result()
        for line, future in waiting:
            yield line, *future.result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _entry(number: int, content: str, earlier: Entry | None, how: How) -> tuple[Entry, bool]:
    """The entry of a line, and whether its video was tried for it."""
    name, rest, file = named(content, how.root)
    is_folder = os.path.isdir(file)
    size, mtime = stat(file)
    tried = earlier is None or not (
        (earlier.file, earlier.size, earlier.mtime) == (file, size, mtime)
        and earlier.all_frames >= how.all_frames
        and earlier.status not in ("hung", "crashed")  # which may have been the machine's doing
        and not (is_folder and _other_frames(earlier, rest, how))
    )
    if earlier is not None and not tried:
        entry = replace(earlier, line=number, name=name, rest=rest)
    else:
        if size == -1:
            found = Found("missing", why="no such file")
        elif is_folder:
            found = try_folder(file, numbers_of(rest), how)
        else:
            found = try_video(file, how)
        entry = Entry(number, name, rest, file, size, mtime, how.all_frames, **vars(found))
    return _judged(entry, how), tried


def _other_frames(earlier: Entry, rest: str, how: How) -> bool:
    """Whether other frames of a folder are asked for, or there: the time of its change does not
    tell of files that were written over, as those that were bad are."""
    asked = rest != earlier.rest or how.filename_tmpl not in (None, earlier.filename_tmpl)
    return asked or earlier.status != OK


def _judged(entry: Entry, how: How) -> Entry:
    """Whether there are frames enough."""
    if entry.status not in (OK, SHORT):
        return entry
    if entry.frames >= how.min_frames:
        return replace(entry, status=OK, why="" if entry.status == SHORT else entry.why)
    return replace(entry, status=SHORT, why=f"{entry.frames} frames; --min-frames {how.min_frames}")
