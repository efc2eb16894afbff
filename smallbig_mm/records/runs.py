"""Training and testing by mmengine's runner, with a record of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mmengine.config import Config
from mmengine.dist import broadcast_object_list, is_main_process
from mmengine.runner import Runner

from ..configs import sources
from ..configs.identity import VIDEOS, digest, ensemble_digest, identity
from ..configs.lists import labelled
from ..datasets.decoders import CountDecoders
from ..datasets.skipped import SkippedVideos, skipped
from ..datasets.undecodable import UndecodableVideos, log_of, require_videos
from ..deploy.execution import PLAIN, Execution
from ..errors import RecordError
from ..files import content_sha256, file_name, file_sha256, relative, sources_sha256
from ..screen import EpochLines, show
from ..unfinished import KeepScores
from . import store
from .figures import NumbersOnly, as_fields
from .finite import Finite
from .provenance import command, environment
from .recording import Recording, recording
from .resuming import Resumable
from .schema import Record
from .training import LONGER, KeepTraining, LoadFrom, Validations, WholeEpochs, training_of


def train(runner: Runner, cfg: Config, folder: Path) -> None:
    """Train, and record it with the figures of its last epoch's weights and the mean loss.

    Raises:
        VideoDecodeError: before it trains, if videos of its val list are missing or known as bad.
    """
    if runner._resume and runner._load_from and (record := _ended(runner, cfg, folder)):
        message = (
            f"{runner._load_from} is the end of this training, recorded as {record}: there is "
            f"nothing to train. {LONGER}"
        )
        show(message)
        return
    validations, undecodable, numbers = Validations(), UndecodableVideos(), NumbersOnly()
    for hook in (validations, undecodable, numbers, EpochLines()):
        runner.register_hook(hook)
    with _of("train", runner, cfg, folder) as run:
        held_out = store.data_of(cfg, "val", 0)
        run.set(seed=runner.seed if runner.seed is not None else "not run: no seed")
        if runner.val_loop is not None:
            require_videos(runner.val_loop.dataloader.dataset, log_of(runner, "val"))
        try:
            trained(runner, cfg, run)
            why, _ = undecodable.unvalidated.get(runner.iter, ("not validated", 0))
            run.set(**_validated(runner, validations, numbers, why))
            for key in ("last_ckpt", "best_ckpt"):
                if (path := runner.message_hub.runtime_info.get(key)) is not None:
                    show(f"{key.partition('_')[0].capitalize()} checkpoint: {path}")
        finally:
            if validations.figures:
                bad = undecodable.unvalidated.get(max(validations.figures), ("", 0))[1]
                run.content["data"] += [{**own, "skipped": bad} for own in held_out]


def trained(runner: Runner, cfg: Config, run: Recording) -> None:
    """Train, and set what a record says of it, whether it ends well or not: how it was run, on
    which data, and the checkpoints that it wrote."""
    given = LoadFrom()
    keep = KeepTraining(cfg, given)
    for hook in (given, keep, Finite(), SkippedVideos(), WholeEpochs(), Resumable()):
        runner.register_hook(hook)
    try:
        runner.train()
    finally:
        if keep.facts:  # else it failed before it started
            data = keep.facts["data"]
            if isinstance(data, list):
                data = [{**d, "skipped": skipped(runner.work_dir, d["list"])} for d in data]
            else:
                data = {**data, "skipped": skipped(runner.work_dir)}
            facts = dict(keep.facts, epochs=runner.epoch, data=data)
            run.set(training=facts, checkpoints=written(runner))
            run.set(data=[*data] if isinstance(data, list) else [data])
    if runner.message_hub.runtime_info.get("last_ckpt_iter") not in (None, runner.iter):
        run.set(checkpoints=written(runner, stale=True))


def _ended(runner: Runner, cfg: Config, folder: Path) -> str | None:
    """The id of a record of this training that ended with the checkpoint to resume from, and with
    figures for it; None if there is none in this folder."""
    found: list[str | None] = [None]
    if is_main_process():
        sha256, validates = file_sha256(Path(str(runner._load_from))), cfg.get("val_cfg")
        for path in folder.glob(f"{_name('train', cfg)}-*.json"):
            try:
                record = store.read(path)
            except RecordError:  # cut short, so not of a training that ended
                continue
            written = [] if isinstance(record.checkpoints, str) else record.checkpoints
            has_it = any((c.role, c.sha256) == ("last", sha256) for c in written)
            missed = validates and "validation" in record.detail
            if has_it and not missed and not isinstance(record.metrics, str):
                found = [record.id]
    broadcast_object_list(found)
    return found[0]


def loss(runner: Runner) -> dict[str, float]:
    """The mean loss of a training's last 20 steps."""
    return {"train/loss": float(runner.message_hub.get_scalar("train/loss").mean(20))}


def test(
    runner: Runner,
    cfg: Config,
    folder: Path,
    checkpoint: dict[str, Any],
    how: Execution = PLAIN,
) -> Path:
    """Test, and record it.

    Args:
        runner: with the weights loaded.
        cfg: the config of the figure, without what a dump adds to it.
        folder: of records.
        checkpoint: where the weights come from, as `tested` tells.
        how: the runner's network is run.

    Returns:
        The record's path.

    Raises:
        VideoDecodeError: if a video cannot be decoded; one that no look at the files can tell, when
            the whole list has been gone through.
    """
    numbers = NumbersOnly()
    for hook in (Finite(), UndecodableVideos(), numbers):
        runner.register_hook(hook)
    with _of("test", runner, cfg, folder) as run:
        run.set(checkpoints=[checkpoint], seed="not run: a test has none")
        run.set(data=store.data_of(cfg, "test"), backend=how.backend, precision=how.precision)
        run.set(env=environment() | how.versions())
        labels = labelled(cfg, "test")
        require_videos(runner.test_loop.dataloader.dataset, log_of(runner, "test"))
        settings, data = digest(cfg, ("model", "test_dataloader")), run.content["data"]
        places = [[str(d.get(key)) for key in VIDEOS] for d in sources(cfg, "test")]
        follows_from = [settings, checkpoint["sha256"], data, places, sources_sha256(), str(how)]
        calibrated = how.calibrated_on()
        kept = KeepScores(content_sha256([*follows_from, calibrated]))
        runner.register_hook(kept)
        metrics = runner.test()  # an error, if it skipped any
        figures = as_fields({**metrics, **numbers.others}, runner.work_dir, run.id)
        if not labels:
            figures["metrics"] = "not run: the list has no labels"
        if calibrated:
            figures["detail"]["calibration"] = calibrated
        if kept.reused:
            figures["detail"]["reused_from_a_stopped_test"] = kept.reused
        run.set(data=[{**own, "skipped": 0} for own in run.content["data"]], **figures)
        _show(figures)
    return run.path


def _show(fields: dict[str, Any]) -> None:
    """A test's figures, as `as_fields` gives them."""
    metrics = fields["metrics"]
    lines = [metrics] if isinstance(metrics, str) else [f"{k}: {v:.4f}" for k, v in metrics.items()]
    show("\n".join([*lines, *(f"{a['name']}: {a['file']}" for a in fields["attachments"])]))


def fused(
    path: Path,
    members: Sequence[Config],
    checkpoints: Sequence[dict[str, Any]],
    start: str,
    metrics: Mapping[str, float],
    folder: Path,
) -> Record:
    """Record an ensemble, each member of which has a record of its own.

    Args:
        path: the ensemble's config.
        members: its members' configs, in its order, as they make the figure.
        checkpoints: their weights, as `tested` tells.
        start: when the first test began.
        metrics: of the fused scores, in [0, 1].
        folder: of records.
    """
    for cfg in members:
        store.keep_settings(identity(cfg), folder)
    name = f"test/{file_name(path.stem)}-{ensemble_digest(members)[:8]}"
    record = store.make(
        kind="test",
        name=name,
        config=relative(path),
        cfgs=members,
        command=command(),
        start=start,
        input="not run: each member has its own",
        counts="not run: tools/flops.py counts",
        # a test ends at a video that cannot be decoded, so these skipped none
        data=store.data_of(members[0], "test", 0),
        checkpoints=list(checkpoints),
        seed="not run: a test has none",
        metrics=dict(metrics),
    )
    store.write(record, folder)
    return record


def _name(kind: str, cfg: Config) -> str:
    return f"{kind}/{file_name(Path(cfg.filename).stem)}-{digest(cfg)[:8]}"


@contextmanager
def _of(kind: str, runner: Runner, cfg: Config, folder: Path) -> Iterator[Recording]:
    name = _name(kind, cfg)
    with recording(
        kind=kind, name=name, cfg=cfg, config=cfg.filename, split=kind, folder=folder
    ) as run:
        decoders = CountDecoders()
        runner.register_hook(decoders)
        try:
            yield run
        finally:
            if decoders.counts:
                run.content["detail"] = {
                    **run.content.get("detail", {}),
                    "decoders": decoders.counts,
                }
            show(f"Record: {run.path}")


def _validated(
    runner: Runner, validations: Validations, numbers: NumbersOnly, why: str
) -> dict[str, Any]:
    """The last weights' figures, or `why` they have none, and the loss."""
    figures = validations.figures.get(runner.iter, {})
    if runner.iter in validations.figures:  # then the last evaluation is of these weights
        figures = {**figures, **numbers.others}
    found = as_fields({**figures, **loss(runner)}, runner.work_dir, "validation")
    if not figures:
        found["detail"] |= dict(validation=f"not run: {why}")
    return found


def written(runner: Runner, stale: bool = False) -> list[dict[str, Any]] | str:
    """The checkpoints that a runner has written: the last one, and the best one if there is one.

    Args:
        runner: the runner.
        stale: leave the last one out, as figures are of later weights.
    """
    found = []
    for role, key in (("last", "last_ckpt"), ("best", "best_ckpt"))[stale:]:
        path = runner.message_hub.runtime_info.get(key)
        if path is not None and Path(path).is_file():
            how = dict(origin="trained", role=role, training="not run: as this record's training")
            found.append(dict(file=Path(path).name, sha256=file_sha256(Path(path)), **how))
    why = "the last weights were not kept" if stale else "no checkpoint was written"
    return found or f"not run: {why}"


def tested(path: Path, rest: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """A checkpoint that is tested, as `schema.Checkpoint` holds it.

    Args:
        path: the file.
        rest: what it holds beside its tensors.
        folder: of records, where the settings that it was trained with are kept.
    """
    meta = rest.get("meta") or {}
    origin = "converted" if "origin" in meta else "trained"
    return dict(
        file=path.name,
        sha256=file_sha256(path),
        origin=origin,
        role="tested",
        training=training_of(rest, folder),
        settings=meta.get("settings", {}) if origin == "converted" else {},
    )
