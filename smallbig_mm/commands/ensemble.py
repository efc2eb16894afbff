"""Fuse the scores of several networks: the mean of their softmax scores.

A member is a dump of tools/test.py, or a config and a checkpoint, which are tested first. An
ensemble config names its members' configs and is followed by as many checkpoints.
"""

import argparse
import copy
import sys
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mmengine.config import Config

from .. import ensemble
from ..checkpoints import load_for
from ..configs import load_config
from ..configs.lists import check_annotations
from ..errors import UserError
from ..files import CONFIGS, require_file
from ..records import runs
from ..records.provenance import now
from ..records.store import folder_for
from ..records.training import unwrap
from ..report.judging import said
from ..report.lines import verdicts
from ..screen import show
from ..unfinished import make_resumable
from . import summary
from .cli import RECORDS_HELP, add_config_options, build_runner, out_file, parser


@dataclass(frozen=True)
class Trained:
    """A member that is still to be tested."""

    cfg: Config
    checkpoint: Path


def main() -> None:
    example = (
        "python tools/ensemble.py a.pkl b.pkl\n"
        "  python tools/ensemble.py configs/a.py a.pth configs/b.py b.pth --dump fused.pkl\n"
        "  python tools/ensemble.py configs/table10/26_smallbig_en.py r50.pth r101.pth"
    )
    tool = parser(__doc__, example)
    tool.add_argument(
        "members", nargs="+", help="dumps, configs with a checkpoint, ensemble configs with theirs"
    )
    tool.add_argument("--work-dir", help="where members write dumps and logs (work_dirs/CONFIGS)")
    add_config_options(tool, of="of every member: ")
    tool.add_argument("--dump", type=out_file, help="write the fused scores to this .pkl file")
    tool.add_argument("--records", type=Path, help=RECORDS_HELP)
    args = tool.parse_args()

    if args.dump is not None:
        ensemble.require_suffix(args.dump)
    members = read_members(args.members, args.cfg_options)
    stems = [Path(name).stem for name in args.members if name.endswith(".py")]
    start = now()
    work_dir = Path(args.work_dir or Path("work_dirs", "+".join(stems)))
    names = [name for name in args.members if name.endswith(".py")]
    records = args.records or folder_for((names or ["-"])[0], work_dir)
    scores, weights = test_all(members, work_dir, records)
    fused = ensemble.fuse(scores)
    print(ensemble.table([*scores, fused]))
    figures = ensemble.accuracy(fused)
    trained = [member for member in members if isinstance(member, Trained)]
    if len(stems) == 1 and len(trained) == len(members):  # one ensemble config, and all of it
        cfgs = [member.cfg for member in trained]
        numbers = {f"acc/{k.replace('-', '')}": value / 100 for k, value in figures.items()}
        record = runs.fused(Path(args.members[0]), cfgs, weights, start, numbers, records)
        print(f"Record: {records / record.id}.json")
        if Path(args.members[0]).resolve().is_relative_to(CONFIGS):
            print(said(record, verdicts(record, records)))
    if args.dump is not None:
        ensemble.write(fused, args.dump)


def read_members(names: list[str], options: dict | None) -> list[ensemble.Scores | Trained]:
    """The members that the command line names; whatever can be checked before a test is."""
    members: list[ensemble.Scores | Trained] = []
    rest = deque(names)
    while rest:
        name = rest.popleft()
        if name.endswith(ensemble.SUFFIXES):
            members.append(ensemble.read(require_file(name, "dump")))
        elif name.endswith(".py"):
            configs = read_configs(name, options)
            given: list[Path] = []
            while rest and len(given) < len(configs) and not _is_member(rest[0]):
                given.append(require_file(rest.popleft(), "checkpoint"))
            if len(given) < len(configs):
                raise UserError(
                    f"config {name}: it takes {len(configs)} checkpoint(s) after it, and "
                    f"{len(given)} of them are given"
                )
            members += map(Trained, configs, given)
        else:
            raise UserError(
                f"{name}: neither a dump (.pkl) nor a config (.py), and no config before it lacks "
                "a checkpoint"
            )
    if len(members) < 2:
        raise UserError(f"an ensemble has two members or more; {' '.join(names)} is one")
    return members


def _is_member(name: str) -> bool:
    return name.endswith((".py", *ensemble.SUFFIXES))


def read_configs(path: str, options: dict | None) -> list[Config]:
    """The config at `path`, or those of the members that it names; ready to be tested."""
    whole = load_config(path)
    if "members" in whole:
        configs = ensemble.members_of(whole, options)
    else:
        configs = [load_config(path, options)]
    for cfg in configs:
        if "model" not in cfg or "test_dataloader" not in cfg:
            raise UserError(f"config {cfg.filename}: a member's has a model and a test_dataloader")
        if cfg.model.cls_head.get("average_clips") != "prob":
            raise UserError(f"config {cfg.filename}: softmax scores are fused; set {ensemble.PROB}")
        check_annotations(cfg, "test")
    return configs


def test_all(
    members: list[ensemble.Scores | Trained], folder: Path, records: Path
) -> tuple[list[ensemble.Scores], list[dict[str, Any]]]:
    """Every member's scores, which are also in `folder`, and the weights of those tested here."""
    scores: list[ensemble.Scores] = []
    weights: list[dict[str, Any]] = []
    kept: list[Path] = []
    try:
        for number, member in enumerate(members, start=1):
            if isinstance(member, Trained):
                dump = folder / f"{number}_{Path(member.cfg.filename).stem}.pkl"
                weights.append(test(member, dump, records))
                scores.append(ensemble.read(dump))
                kept.append(dump)
            else:
                scores.append(member)
    except BaseException:
        for path in kept:
            print(
                f"{path} holds a finished member's scores: "
                "give it in place of the config and checkpoint",
                file=sys.stderr,
            )
        raise
    return scores, weights


def test(member: Trained, dump: Path, records: Path) -> dict[str, Any]:
    """Test a member with its config's clips x crops, write its dump and its record.

    Returns:
        Where its weights come from.
    """
    cfg = copy.deepcopy(member.cfg)  # what a dump adds to it makes no other figure
    cfg.load_from, cfg.resume = None, False
    cfg.experiment_name = dump.stem  # mmengine's loggers and visualisers are one a name
    ensemble.dump_scores(cfg, str(dump))
    make_resumable(cfg)
    where = argparse.Namespace(work_dir=str(dump.with_suffix("")), launcher="none", local_rank=0)
    runner = build_runner(cfg, where)
    rest = load_for(unwrap(runner.model), member.checkpoint)
    weights = runs.tested(member.checkpoint, rest, records)
    show(summary.of_test(cfg, runner, member.checkpoint))
    runs.test(runner, member.cfg, records, weights)
    return weights
