"""Test a checkpoint with the config's clips x crops: one process, or several."""

import copy
from functools import partial
from pathlib import Path

from mmengine.dist import is_main_process

from ..checkpoints import load_for
from ..checks import ready
from ..configs import load_config
from ..ensemble import dump_scores
from ..files import CONFIGS, require_file
from ..records import runs, store
from ..records.training import unwrap
from ..report.judging import said
from ..report.lines import verdicts
from ..unfinished import make_resumable
from .cli import add_run_arguments, build_runner, parser, records_folder


def main() -> None:
    example = (
        "python tools/test.py configs/motion_shapes/smallbig_r23.py "
        "work_dirs/smallbig_r23/epoch_8.pth --dump scores.pkl"
    )
    tool = parser(__doc__, example)
    tool.add_argument("config", help="config file")
    tool.add_argument("checkpoint", help="checkpoint file")
    add_run_arguments(tool)
    tool.add_argument("--dump", help="write the scores to this .pkl file, in the list's order")
    args = tool.parse_args()

    cfg = load_config(args.config, args.cfg_options)
    checkpoint = require_file(args.checkpoint, "checkpoint")
    cfg.load_from, cfg.resume = None, False
    recorded = copy.deepcopy(cfg)
    if args.dump is not None:
        dump_scores(cfg, args.dump)
    make_resumable(cfg)
    folder = records_folder(cfg, args)
    runner = ready(cfg, partial(build_runner, cfg, args), ["test"], folder)
    # mmengine's own loading only warns when names do not match
    rest = load_for(unwrap(runner.model), checkpoint)
    path = runs.test(runner, recorded, folder, runs.tested(checkpoint, rest, folder))
    if is_main_process() and Path(cfg.filename).resolve().is_relative_to(CONFIGS):
        record = store.read(path)
        print(said(record, verdicts(record, folder)))
