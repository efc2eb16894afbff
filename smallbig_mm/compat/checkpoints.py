"""Checkpoints on disk: written whole or not at all, deleted late, and found again."""

from __future__ import annotations

import functools
import logging
import re
import zipfile
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..errors import CheckpointError
from ..files import whole, write_text

POINTER = "last_checkpoint"


def write_whole() -> str | None:
    """Let mmengine write a local file under another name, which it gets when it is whole.

    mmengine writes in place, so that a process that is killed, or a full disk, leaves half a
    checkpoint, at times where a whole one was. No thread known of mmengine's; it is
    https://github.com/Lightning-AI/pytorch-lightning/issues/688.
    """
    from mmengine.fileio import LocalBackend

    if hasattr(LocalBackend.put, "__wrapped__"):
        return None
    LocalBackend.put = _whole(LocalBackend.put)
    LocalBackend.put_text = _whole(LocalBackend.put_text)
    return "checkpoints and dumps are written whole or not at all"


def _whole(put: Callable[..., None]) -> Callable[..., None]:
    @functools.wraps(put)
    def put_whole(self: Any, obj: Any, filepath: str | Path, *args: Any, **kwargs: Any) -> None:
        path = Path(filepath).resolve()
        if path.exists() and not path.is_file():  # /dev/stdout, or a folder, which upstream refuses
            return put(self, obj, filepath, *args, **kwargs)
        with whole(path) as part:
            put(self, obj, part, *args, **kwargs)

    return put_whole


# --------------------------------------------------------------------------------------------------
# Deleting


def delete_late() -> str | None:
    """Let `CheckpointHook` delete a checkpoint after the one that replaces it is whole.

    It deletes the best one, and the oldest of `max_keep_ckpts`, before it writes the next, and
    writes `last_checkpoint` in place. No thread known.
    """
    from mmengine.hooks import CheckpointHook

    if hasattr(CheckpointHook._save_best_checkpoint, "__wrapped__"):
        return None
    CheckpointHook._save_best_checkpoint = _deleting_late(CheckpointHook._save_best_checkpoint)
    CheckpointHook._save_checkpoint_with_step = _save_step
    return "a checkpoint is deleted after the one that replaces it is whole"


class _Late:
    """A storage that removes files only when told to: those of `folder` that are not the best by
    then. A training that was resumed into another work dir leaves the first one's as they are."""

    def __init__(self, storage: Any, folder: str, known: dict[str, Any]) -> None:
        self._storage, self._folder, self._known = storage, folder, known
        self._waiting = list[str]()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._storage, name)

    def remove(self, path: str) -> None:
        self._waiting.append(path)

    def flush(self) -> None:
        best = {path for key, path in self._known.items() if key.startswith("best_ckpt")}
        while self._waiting:
            path = self._waiting.pop()
            if path not in best and Path(path).resolve().parent == Path(self._folder).resolve():
                self._storage.remove(path)


def _deleting_late(save_best: Callable[..., None]) -> Callable[..., None]:
    @functools.wraps(save_best)
    def saved_first(self: Any, runner: Any, metrics: dict[str, Any]) -> None:
        storage = self.file_backend
        self.file_backend = late = _Late(storage, self.out_dir, runner.message_hub.runtime_info)
        try:
            save_best(self, runner, metrics)
            late.flush()
        finally:
            self.file_backend = storage

    return saved_first


def _save_step(self: Any, runner: Any, step: int, meta: dict[str, Any]) -> None:
    """`CheckpointHook._save_checkpoint_with_step`, which deletes last.

    The checkpoint says of itself that there is one too many, so that who resumes from it deletes
    that one, should this process not come to it.
    """
    from mmengine.dist import is_main_process

    storage, hub, limit = self.file_backend, runner.message_hub, self.max_keep_ckpts
    before = {key: hub.runtime_info.get(key) for key in ("last_ckpt", "last_ckpt_iter")}
    if isinstance(storage, _Late):
        storage.flush()  # the best checkpoint has just been written
    name = self.filename_tmpl.format(step)
    self.last_ckpt = storage.join_path(self.out_dir, name)
    hub.update_info_dict({"last_ckpt": self.last_ckpt, "last_ckpt_iter": meta["iter"]})
    kept = [*(number for number in self.keep_ckpt_ids if number != step), step] if limit > 0 else []
    if kept:
        hub.update_info("keep_ckpt_ids", kept)
    try:
        runner.save_checkpoint(
            self.out_dir,
            name,
            self.file_client_args,
            save_optimizer=self.save_optimizer,
            save_param_scheduler=self.save_param_scheduler,
            meta=meta,
            by_epoch=self.by_epoch,
            backend_args=self.backend_args,
            **self.args,
        )
    except BaseException:  # who was told of the new one is told of what there is
        hub.update_info_dict(before)
        raise
    if is_main_process():
        write_text(Path(runner.work_dir, POINTER), self.last_ckpt)
        for number in kept[:-limit]:
            old = storage.join_path(self.out_dir, self.filename_tmpl.format(number))
            if storage.isfile(old):
                storage.remove(old)
    if kept:
        self.keep_ckpt_ids = deque(kept[-limit:], limit)
        hub.update_info("keep_ckpt_ids", kept[-limit:])


# --------------------------------------------------------------------------------------------------
# Finding


def find_whole() -> str | None:
    """Let a training that resumes find its newest checkpoint that is whole.

    mmengine takes what `last_checkpoint` names, be it damaged, gone, or of a folder that was copied
    from; without that file it begins anew. No thread known.
    """
    from mmengine import runner

    if runner.find_latest_checkpoint is newest_whole:
        return None
    for module in (runner, runner.checkpoint, runner.runner, runner._flexible_runner):
        module.find_latest_checkpoint = newest_whole
    return "resuming takes the newest checkpoint that is whole"


def newest_whole(path: str | Path) -> str | None:
    """The newest whole checkpoint of a work dir; None if there is none, nor a trace of one.

    Newest is what `last_checkpoint` names, or one that was written after it; those of an earlier,
    longer training in the same folder are older than `last_checkpoint`, whatever their number. What
    is passed over is logged.

    Args:
        path: the work dir. Its checkpoints lie in it, or where `CheckpointHook.out_dir` put them;
            if there are none yet, it is the one of another work dir that this one goes on from.

    Raises:
        CheckpointError: if there are checkpoints, or `last_checkpoint`, but nothing whole.
    """
    folder, pointer = Path(path), Path(path, POINTER)
    named = None
    if pointer.is_file():
        named = Path(pointer.read_text(errors="replace").strip("\0 \n"))
    found = _numbered(folder)
    if named and not found and named.parent.name == folder.resolve().name:
        found = _numbered(named.parent)
    elif named and not found and named.is_file():
        found = {("", 0): named}
    if named and (last := _number(named)) and any(prefix == last[0] for prefix, _ in found):
        found = {
            key: file
            for key, file in found.items()
            if key[0] == last[0]
            and (key <= last or file.stat().st_mtime_ns >= pointer.stat().st_mtime_ns)
        }
    passed: list[str] = []
    for _, file in sorted(found.items(), key=lambda item: item[0][1], reverse=True):
        why = damage(file)
        if why is None:
            _say(named, file, passed)
            return str(file)
        passed.append(f"{file.name} is not whole ({why})")
    if passed or (named and named.name):
        what = ", ".join(passed) if passed else f"{POINTER} names {named}, which is gone"
        raise CheckpointError(
            f"{folder}: no checkpoint to resume from: {what}; take these files away to begin anew"
        )
    return None


def _say(named: Path | None, file: Path, passed: list[str]) -> None:
    from mmengine.logging import print_log

    if named and named.name != file.name and not passed:
        passed = [f"{POINTER} names {named}"]
    if passed:
        message = f"Resuming from {file}, as {', '.join(passed)}"
        print_log(message, logger="current", level=logging.WARNING)


def _number(file: Path) -> tuple[str, int] | None:
    """`('epoch_', 12)` of `epoch_12.pth`; None for the best checkpoints and other files."""
    match = re.fullmatch(r"(?!best_)(\D*)(\d+)\.pth", file.name)
    return (match[1], int(match[2])) if match else None


def _numbered(folder: Path) -> dict[tuple[str, int], Path]:
    files = {_number(file): file for file in folder.glob("*.pth") if file.is_file()}
    return {key: file for key, file in files.items() if key}


def damage(file: Path) -> str | None:
    """What shows that a checkpoint, a zip file with checksums, is not whole; None if it is."""
    try:
        if not file.stat().st_size:
            return "empty"
        with zipfile.ZipFile(file) as archive:
            bad = archive.testzip()
    except OSError as error:  # which says nothing about the file
        raise CheckpointError(f"{file}: cannot be read ({error.strerror})") from error
    except Exception as error:  # a broken archive raises almost anything
        return f"cut short or damaged: {error}"
    return f"damaged: checksum of {bad}" if bad else None
