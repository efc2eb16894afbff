"""A record for every run of train.py and test.py."""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mmengine.config import Config
from mmengine.dist import is_main_process
from mmengine.logging import print_log
from mmengine.runner import Runner

from ..configs import digest, ensemble_digest
from ..errors import last_line
from ..files import file_sha256, relative
from . import store
from .provenance import code_version, now
from .schema import Record


def train(runner: Runner, cfg: Config, folder: Path) -> None:
    """Train, and write a record of it with the newest validation's metrics and the mean loss."""
    _run("train", runner, cfg, folder, "not run: no checkpoint was written")


def test(runner: Runner, cfg: Config, folder: Path, checkpoint: dict[str, str]) -> None:
    """Test, and write a record of it.

    Args:
        runner: with the weights loaded.
        cfg: the config of the figure, without what a dump adds to it.
        folder: of records.
        checkpoint: where the weights come from, as `checkpoint_of` tells.
    """
    _run("test", runner, cfg, folder, [checkpoint])


def fused(
    path: Path,
    members: Sequence[Config],
    checkpoints: Sequence[dict[str, str]],
    start: str,
    metrics: Mapping[str, float],
    folder: Path,
) -> None:
    """Write a record of an ensemble, each member of which has one of its own.

    Args:
        path: the ensemble's config.
        members: its members' configs.
        checkpoints: their weights, as `checkpoint_of` tells.
        start: when the first test began.
        metrics: of the fused scores, in [0, 1].
        folder: of records.
    """
    record = store.make(
        kind="test",
        name=f"test/{path.stem}-{ensemble_digest(members)[:8]}",
        config=relative(path),
        cfg=members[0],
        split="test",
        config_sha256=ensemble_digest(members),
        command=store.command(),
        start=start,
        input="not run: each member has its own",
        counts="not run: tools/flops.py counts",
        # a test ends at a video that cannot be decoded, so these skipped none
        data=[dict(store.data_of(members[0], "test"), skipped=0)],
        checkpoints=list(checkpoints),
        seed="not run: a test has none",
        metrics=dict(metrics),
    )
    print(f"Record: {store.write(record, folder)}")


def _run(
    kind: str, runner: Runner, cfg: Config, folder: Path, checkpoints: list[dict[str, str]] | str
) -> None:
    code_version()  # of the code that starts here, whatever is edited while it runs
    start = now()
    found: dict[str, Any]
    try:
        if kind == "train":
            runner.train()
            found = dict(metrics=_trained(runner), checkpoints=newest(runner))
        else:
            metrics = {name: float(value) for name, value in runner.test().items()}
            found = dict(metrics=metrics, checkpoints=checkpoints)
    except BaseException as error:  # an interruption, too, is worth a record; it goes on from here
        reason = f"not run: {type(error).__name__}: {last_line(error)}".rstrip(": ")
        found = dict(metrics=reason, checkpoints=newest(runner) if kind == "train" else checkpoints)
        raise
    finally:
        if is_main_process():
            try:
                record = _record(kind, runner, cfg, start, found)
                print_log(f"Record: {store.write(record, folder)}", logger="current")
            except Exception as error:  # which must not hide how the run itself ended
                message = f"No record of this run: {error}"
                print_log(message, logger="current", level=logging.ERROR)


def _record(kind: str, runner: Runner, cfg: Config, start: str, found: dict[str, Any]) -> Record:
    failed = isinstance(found["metrics"], str)
    splits = [kind, "val"] if kind == "train" and cfg.get("val_dataloader") else [kind]
    data = []
    for split in splits:
        loop = getattr(runner, f"_{split}_loop")  # still a config if the run failed early
        watched = hasattr(loop, "dataloader") and (split == "train" or not failed)
        data.append(store.data_of(cfg, split, loop.dataloader.dataset if watched else None))
    detail: dict[str, Any] = {}
    if not failed:
        odd = {k: str(v) for k, v in found["metrics"].items() if not math.isfinite(v)}
        kept = {k: v for k, v in found["metrics"].items() if k not in odd}
        found["metrics"] = kept or f"not run: not finite: {odd}"
        detail = dict(not_finite=odd) if odd else {}
    return store.make(
        kind=kind,
        name=f"{kind}/{Path(cfg.filename).stem}-{digest(cfg)[:8]}",
        config=relative(cfg.filename),
        cfg=cfg,
        split=kind,
        command=store.command(),
        start=start,
        counts="not run: tools/flops.py counts",
        data=data,
        seed=runner.seed if runner.seed is not None else "not run: no seed",
        detail=detail,
        **found,
    )


def _trained(runner: Runner) -> dict[str, float]:
    """The newest validation's metrics, and the mean loss of the last 20 steps."""
    scalars: Mapping[str, Any] = runner.message_hub.log_scalars
    found = {
        name.removeprefix("val/"): float(values.current())
        for name, values in scalars.items()
        if name.startswith("val/") and "time" not in name
    }
    return {**found, "train/loss": float(scalars["train/loss"].mean(20))}


def newest(runner: Runner) -> list[dict[str, str]] | str:
    """The checkpoint that a runner has written last."""
    path = runner.message_hub.runtime_info.get("last_ckpt")
    if path is None or not Path(path).is_file():
        return "not run: no checkpoint was written"
    return [checkpoint_of(Path(path), {})]


def checkpoint_of(path: Path, rest: Mapping[str, Any]) -> dict[str, str]:
    """A checkpoint file as `schema.Checkpoint` holds it.

    Args:
        path: the file.
        rest: what it holds beside its tensors.
    """
    origin = "converted" if "origin" in (rest.get("meta") or {}) else "trained"
    return dict(file=path.name, sha256=file_sha256(path), origin=origin)
