"""Records of results made elsewhere: mmengine's logs, and dumps of scores.

An imported record tells what its file tells and nothing of this machine; the rest is `not run`.
"""

from __future__ import annotations

import ast
import json
import re
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from mmaction.evaluation import top_k_accuracy
from mmengine.config import Config

from .. import checkpoints
from ..configs import IDENTITY, digest, identity
from ..ensemble import Scores
from ..ensemble import read as read_dump
from ..errors import UserError
from ..files import file_sha256, relative
from . import store
from .runs import checkpoint_of

NO_LOG = "not run: not in the log"
NO_DUMP = "not run: not in the dump"
NO_LIST = "not run: the list that was tested is not here"
SHOWN = 3  # how many differences between two configs an error names
PROGRESS = {"data_time", "epoch", "eta", "iter", "memory", "step", "time"}

_HEAD = re.compile(r"(\d{4}/\d\d/\d\d \d\d:\d\d:\d\d) - \S+ - [A-Z]+ - (.*)")
_STEP = re.compile(r"(?:Epoch|Iter)\((train|val|test)\)\s*(?:\[[\s\d/]+\])+\s+(.*)")


# --------------------------------------------------------------------------------------------------
# Logs


@dataclass
class Log:
    """What a log tells.

    Attributes:
        kind: `'train'`, or `'test'` if nothing was trained.
        metrics: the last evaluation's, as the evaluator names them, and `train/loss`, the mean that
            the log gives at the last step it shows. A text log rounds them to four digits.
        start: first time in it, in the time zone of the machine that wrote it, which no log names.
        end: last time in it.
        seed: of weights, order and augmentation.
        env: versions and device.
        config: the resolved config that it prints, None if it prints none.
        truncated: lines at its end that an interruption left unfinished; they are not read.
    """

    kind: str = "test"
    metrics: dict[str, float] = field(default_factory=dict)
    start: str = NO_LOG
    end: str = NO_LOG
    seed: int | str = NO_LOG
    env: dict[str, str | int] = field(default_factory=dict)
    config: dict[str, Any] | None = None
    truncated: int = 0

    def see(self, mode: str, values: dict[str, float]) -> None:
        """Take in a step of training, or an evaluation."""
        if mode == "train":
            self.kind = "train"
            if "loss" in values:
                self.metrics["train/loss"] = values["loss"]
        elif figures := {key: v for key, v in values.items() if key not in PROGRESS}:
            kept = {key: v for key, v in self.metrics.items() if key == "train/loss"}
            self.metrics = {**figures, **kept}


def read_log(path: Path) -> Log:
    """Read one of mmengine's logs, `<stamp>.log`, `<stamp>.json` or `scalars.json`.

    Raises:
        UserError: if there is no such file, it is no such log, or it has no metrics.
    """
    if not path.is_file():
        raise UserError(f"log {path}: no such file; mmengine writes WORK_DIR/STAMP/STAMP.log")
    text = path.read_text(encoding="utf-8", errors="replace")
    if text.lstrip().startswith("{"):
        log = _read_json(text, path)
    elif any(map(_HEAD.match, text.splitlines())):
        log = _read_text(text, path)
    else:
        raise UserError(
            f"{path}: unknown format; give mmengine's STAMP.log, STAMP.json or scalars.json"
        )
    if not log.metrics:
        cut = f" ({log.truncated} truncated line at its end)" if log.truncated else ""
        raise UserError(f"{path}: no metrics in it{cut}; give the log of a run that got to some")
    return log


def _read_json(text: str, path: Path) -> Log:
    """A row a line: a training step has `iter`, a validation `step` without it, a test neither."""
    log = Log()
    lines = text.splitlines()
    for number, line in enumerate(lines, start=1):
        try:
            row = json.loads(line) if line.strip() else {}
        except ValueError:
            if number == len(lines):
                log.truncated = 1
                break
            raise UserError(f"{path}, line {number}: no JSON; the log is damaged") from None
        if not isinstance(row, dict):
            raise UserError(f"{path}, line {number}: unknown format; no row of mmengine's log")
        log.kind = "train" if "step" in row else log.kind
        log.see("train" if "iter" in row else "test", _numbers(row))
    return log


def _numbers(row: dict[str, Any]) -> dict[str, float]:
    return {k: float(v) for k, v in row.items() if type(v) in (int, float)}


def _read_text(text: str, path: Path) -> Log:
    """A message is a line with a time, and the lines without one that follow it."""
    log = Log()
    lines = text.splitlines()
    if not text.endswith("\n"):  # a figure cut short would be another figure
        lines.pop()
        log.truncated = 1
    times, messages = [], []
    for line in lines:
        if head := _HEAD.match(line):
            times.append(datetime.strptime(head[1], "%Y/%m/%d %H:%M:%S").isoformat())
            messages.append([head[2]])
        elif messages:
            messages[-1].append(line)
    if times:
        log.start, log.end = times[0], times[-1]
    for first, *rest in messages:
        if step := _STEP.fullmatch(first):
            mode, items = step.groups()
            values = dict(item.split(": ", 1) for item in items.split("  ") if ": " in item)
            if mode == "train" or "eta" not in values:  # which only a step has
                log.see(mode, {key.strip(): v for key, v in _floats(values).items()})
        elif first == "Config:":
            log.config = _literals("\n".join(rest), path)
        elif "System environment:" in rest:
            _read_environment(rest, log)
    return log


def _floats(values: dict[str, str]) -> dict[str, float]:
    found = {}
    for key, value in values.items():
        try:
            found[key] = float(value)
        except ValueError:
            continue
    return found


def _read_environment(lines: list[str], log: Log) -> None:
    found = dict(line.strip().split(": ", 1) for line in lines if ": " in line)
    for name, key in dict(python="Python", torch="PyTorch", mmengine="MMEngine").items():
        if key in found:
            log.env[name] = found[key].split()[0]
    devices = [found[key] for key in found if re.fullmatch(r"GPU [\d,]+", key)]
    if devices or found.get("CUDA available") == "False":
        log.env["device"] = ", ".join(devices) or "CPU"
    if found.get("GPU number", "").isdecimal():
        log.env["processes"] = int(found["GPU number"])
    if found.get("seed", "").isdecimal():
        log.seed = int(found["seed"])


# --------------------------------------------------------------------------------------------------
# The config that a log prints


def _literals(text: str, path: Path) -> dict[str, Any]:
    """Settings of a printed config, which may come from anywhere: it is parsed, never run.

    Raises:
        UserError: if it holds anything else than literals, `dict(...)`, lists and tuples.
    """
    try:
        return dict(_setting(statement) for statement in ast.parse(text).body)
    except (SyntaxError, ValueError, TypeError, RecursionError) as error:
        why = error.msg if isinstance(error, SyntaxError) else error
        raise UserError(f"{path}: the config that it prints cannot be read: {why}") from None


def _setting(statement: ast.stmt) -> tuple[str, Any]:
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            return name, _value(value)
    raise ValueError(f"no setting: {_code(statement)}")


def _value(node: ast.expr | None) -> Any:
    match node:
        case ast.Constant(value=value):
            return value
        case ast.List(elts=items):
            return [_value(item) for item in items]
        case ast.Tuple(elts=items):
            return tuple(_value(item) for item in items)
        case ast.Dict(keys=keys, values=values):
            return dict(zip(map(_value, keys), map(_value, values), strict=True))
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as number)):
            return -number
        # names that are no identifiers are printed as dict({'a.b': 1})
        case ast.Call(func=ast.Name(id="dict"), args=[] | [ast.Dict()], keywords=named):
            found = _value(node.args[0]) if node.args else {}
            if all(item.arg for item in named):
                return {**found, **{str(item.arg): _value(item.value) for item in named}}
    raise ValueError(f"no literal: {_code(node) if node else '**'}")


def _code(node: ast.AST) -> str:
    return " ".join(ast.unparse(node).split())[:60]


def _require_same(logged: dict[str, Any], cfg: Config, path: Path) -> None:
    """Raise UserError if a log's run and a config differ in what makes a figure."""
    own = Config({key: logged.get(key) for key in IDENTITY})
    ran, given = (_leaves(_measured(identity(settings))) for settings in (own, cfg))
    different = [key for key in {**ran, **given} if ran.get(key) != given.get(key)]
    if different:
        shown = "; ".join(
            f"{key} is {given.get(key, 'absent')}, {ran.get(key, 'absent')} in the log"
            for key in different[:SHOWN]
        )
        more = f"; and {len(different) - SHOWN} more" if len(different) > SHOWN else ""
        raise UserError(
            f"--config {cfg.filename}: not what {path} ran: {shown}{more}; give the config, and "
            "the --cfg-options, that it ran with"
        )


def _measured(settings: dict[str, Any]) -> dict[str, Any]:
    """Settings without what only says that scores are written, which `test.py --dump` adds."""
    evaluators = settings["test_evaluator"]
    evaluators = evaluators if isinstance(evaluators, list) else [evaluators]
    kept = [e for e in evaluators if not (e and e.get("type") == "DumpResults")]
    loader = settings["test_dataloader"] or {}
    for step in loader.get("dataset", {}).get("pipeline", []):
        if step.get("type") == "PackActionInputs":
            step.pop("meta_keys", None)
    return {**settings, "test_evaluator": kept}


def _leaves(value: Any, name: str = "") -> dict[str, str]:
    """Settings, as Python writes them, by their dotted names."""
    if not value or not isinstance(value, (dict, list)):
        return {name: repr(value)}
    items = value.items() if isinstance(value, dict) else enumerate(value)
    found: dict[str, str] = {}
    for key, item in items:
        found |= _leaves(item, f"{name}.{key}" if name else str(key))
    return found


# --------------------------------------------------------------------------------------------------
# Records


def record_log(path: Path, cfg: Config, folder: Path, command: str) -> tuple[Log, Path]:
    """Write a record of a run that left a log.

    Args:
        path: the log, see `read_log`.
        cfg: the config that was run.
        folder: of records.
        command: what the user typed.

    Returns:
        What the log tells, and the record's path.

    Raises:
        UserError: if the log cannot be read, is of another config, or has a record already.
        RecordError: if a metric is no number, or a record in `folder` cannot be read.
    """
    log = read_log(path)
    if log.config is not None:
        _require_same(log.config, cfg, path)
    found = dict(
        metrics=log.metrics,
        seed=log.seed,
        start=log.start,
        end=log.end,
        env={"imported": "log", **log.env},
        data=NO_LOG,
        checkpoints=NO_LOG,
    )
    return log, _write(log.kind, path, cfg, folder, command, NO_LOG, found)


def record_dump(
    path: Path, cfg: Config, checkpoint: Path | None, folder: Path, command: str
) -> tuple[dict[str, float], Path]:
    """Write a record of a test whose scores were dumped.

    Args:
        path: the dump, see `smallbig_mm.ensemble.read`.
        cfg: the config that was tested.
        checkpoint: the weights that were tested, if they are at hand.
        folder: of records.
        command: what the user typed.

    Returns:
        The accuracies, `acc/top1` and `acc/top5` in [0, 1], and the record's path.

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
    metrics = {"acc/top1": float(top1), "acc/top5": float(top5)}
    weights: list[dict[str, str]] | str = "not run: not given"
    if checkpoint is not None:
        _, rest = checkpoints.read(checkpoint)
        weights = [checkpoint_of(checkpoint, rest)]
    found = dict(
        metrics=metrics,
        seed=NO_DUMP,
        start=NO_DUMP,
        end=NO_DUMP,
        env={"imported": "dump"},
        data=_dumped_data(cfg, dump),
        checkpoints=weights,
    )
    return metrics, _write("test", path, cfg, folder, command, NO_DUMP, found)


def _dumped_data(cfg: Config, dump: Scores) -> list[dict[str, Any]]:
    """What was tested: as many videos as there are scores, of the config's list if it is here.

    Raises:
        UserError: if the list is here and has other labels.
    """
    found = dict(list=NO_LIST, sha256=NO_DUMP, samples=len(dump.labels), skipped=NO_DUMP)
    dataset = cfg.get("test_dataloader", {}).get("dataset", {})
    path = Path(dataset.get("data_root") or "", dataset.get("ann_file", ""))
    if path.is_file():
        lines = [line.split() for line in path.read_text().splitlines() if line.strip()]
        if sorted(int(line[-1]) for line in lines) != sorted(dump.labels.tolist()):
            raise UserError(
                f"{path}: the config's list has other labels than {dump.source}; give the config "
                "that was tested, or --cfg-options test_dataloader.dataset.ann_file=..."
            )
        found |= dict(list=relative(path), sha256=file_sha256(path))
    return [found]


def _write(
    kind: str,
    path: Path,
    cfg: Config,
    folder: Path,
    command: str,
    missing: str,
    found: dict[str, Any],
) -> Path:
    sha256 = file_sha256(path)
    for record in store.read_all(folder):
        if record.detail.get("imported", {}).get("sha256") == sha256:
            raise UserError(f"{path}: has a record already, {folder / record.id}.json")
    record = store.validate(
        dict(
            id=f"imported/{kind}-{Path(cfg.filename).stem}-{sha256[:8]}",
            kind=kind,
            config=relative(cfg.filename),
            config_sha256=digest(cfg),
            code=dict(commit=missing, dirty=missing),
            command=command,
            input=store.input_of(cfg, kind),
            counts=missing,
            detail=dict(imported=dict(file=path.name, sha256=sha256)),
            **found,
        ),
        path,
    )
    return store.write(record, folder)
