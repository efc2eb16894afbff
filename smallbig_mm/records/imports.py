"""Records of results made elsewhere: mmengine's scalars, and dumps of scores.

An imported record tells what its file tells and nothing of this machine; the rest is `not run`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mmaction.evaluation import top_k_accuracy
from mmengine.config import Config

from .. import checkpoints
from ..annotations import read_list
from ..configs import dataset_of
from ..configs.identity import identity
from ..configs.lists import lists
from ..ensemble import Scores
from ..ensemble import read as read_dump
from ..errors import UserError
from ..files import file_name, file_sha256, relative
from ..paper import compared
from . import store
from .runs import tested
from .scalars import PROGRESS, read_rows

NO_LOG = "not run: not in the log"
NO_DUMP = "not run: not in the dump"
NO_LIST = "not run: the list that was tested is not here"


def read_scalars(path: Path) -> tuple[str, dict[str, float], int]:
    """Read the scalars that mmengine writes: `vis_data/scalars.json`, or `<stamp>.json`.

    Returns:
        `train`, or `test` if nothing was trained; the last evaluation's metrics, as the evaluator
        names them, and `train/loss` at the last step; and how many lines at the end, 0 or 1, an
        interruption left unfinished.

    Raises:
        UserError: if there is no such file, it is none of these, or has no metrics.
    """
    rows, cut = read_rows(path)
    kind = "train" if any("step" in row for row in rows) else "test"
    found: dict[str, float] = {}
    loss: dict[str, float] = {}
    for values in rows:
        if "iter" in values:
            loss = {"train/loss": values["loss"]} if "loss" in values else loss
        elif figures := {k: v for k, v in values.items() if k not in PROGRESS}:
            found = figures
    if not found and not loss:
        lost = f" ({cut} truncated line at its end)" if cut else ""
        raise UserError(f"{path}: no metrics in it{lost}; give the log of a run that got to some")
    return kind, {**found, **loss}, cut


def record_scalars(path: Path, cfg: Config, folder: Path, command: str) -> tuple[Path, int]:
    """Write a record of a run that left its scalars; it fills no row, which needs its weights.

    Args:
        path: see `read_scalars`.
        cfg: the config that was run.
        folder: of records.
        command: what the user typed.

    Returns:
        The record's path, and how many unfinished lines were not read.

    Raises:
        UserError: if the file cannot be read, or has a record already.
        RecordError: if a metric is no number, or a record in `folder` cannot be read.
    """
    kind, metrics, cut = read_scalars(path)
    found = dict(metrics=metrics, data=NO_LOG, checkpoints=NO_LOG, env={"imported": "log"})
    return _write(kind, path, cfg, folder, command, NO_LOG, found), cut


def record_dump(
    path: Path, cfg: Config, checkpoint: Path | None, folder: Path, command: str
) -> Path:
    """Write a record of a test whose scores were dumped.

    Args:
        path: the dump, see `smallbig_mm.ensemble.read`.
        cfg: the config that was tested.
        checkpoint: the weights that were tested, if they are at hand.
        folder: of records.
        command: what the user typed.

    Returns:
        The record's path; its metrics are `acc/top1` and `acc/top5`, in [0, 1].

    Raises:
        UserError: if the dump cannot be read, has other classes, or has a record already.
        CheckpointError: if the checkpoint cannot be read.
        RecordError: if a record in `folder` cannot be read.
    """
    dump = read_dump(path)
    head = cfg.get("model", {}).get("cls_head", {})
    if head.get("num_classes", dump.classes) != dump.classes:
        raise UserError(
            f"--config {cfg.filename}: has {head.num_classes} classes, {path} {dump.classes}; "
            "give the config that was tested"
        )
    # single precision, as they were dumped: AccMetric breaks ties in it
    top1, top5 = top_k_accuracy(dump.scores.float().numpy(), dump.labels.tolist(), (1, 5))
    weights: list[dict[str, Any]] | str = "not run: not given"
    if checkpoint is not None:
        weights = [tested(checkpoint, checkpoints.read(checkpoint)[1], folder)]
    found = dict(
        metrics={"acc/top1": float(top1), "acc/top5": float(top5)},
        env={"imported": "dump"},
        data=_dumped_data(cfg, dump),
        checkpoints=weights,
        backend=dump.backend,
        precision=dump.precision,
    )
    return _write("test", path, cfg, folder, command, NO_DUMP, found)


def _dumped_data(cfg: Config, dump: Scores) -> list[dict[str, Any]]:
    """What was tested: as many videos as there are scores, of the config's list if it is here.

    Raises:
        UserError: if the list is here and has other labels.
    """
    named = lists(cfg, "test")
    here = [(path, layout) for path, layout in named if layout and path.is_file()]
    if here and here == named:
        samples = [sample for path, layout in here for sample in read_list(path, layout)]
        labels = [label for sample in samples for label in sample.labels]
        if sorted(labels) != sorted(dump.labels.tolist()):
            raise UserError(
                f"{', '.join(str(path) for path, _ in here)}: the config's list has other labels "
                f"than {dump.source}; give the config that was tested, or "
                "--cfg-options test_dataloader.dataset.ann_file=..."
            )
        return [{**own, "manifest": None} for own in store.data_of(cfg, "test", NO_DUMP)]
    count, dataset = len(dump.labels), dataset_of(cfg)
    found = dict(list=NO_LIST, sha256=NO_DUMP, samples=count, skipped=NO_DUMP, manifest=None)
    return [dict(found, dataset=dataset, known=compared(dataset, "test", count, NO_DUMP))]


def _write(
    kind: str,
    path: Path,
    cfg: Config,
    folder: Path,
    command: str,
    missing: str,
    found: Mapping[str, Any],
) -> Path:
    sha256 = file_sha256(path)
    for record in store.read_all(folder):
        if record.detail.get("imported", {}).get("sha256") == sha256:
            raise UserError(f"{path}: has a record already, {folder / record.id}.json")
    record = store.make(
        kind=kind,
        name=f"imported/{kind}-{file_name(Path(cfg.filename).stem)}-{sha256[:8]}",
        config=relative(cfg.filename),
        cfgs=[cfg],
        resolved=missing,
        code=dict(commit=missing, dirty=missing, version=missing),
        command=command,
        input=store.input_of(cfg, kind),
        counts=missing,
        seed=missing,
        start=missing,
        end=missing,
        detail=dict(imported=dict(file=path.name, sha256=sha256)),
        **found,
    )
    store.keep_settings(identity(cfg), folder)
    return store.write(record, folder)
