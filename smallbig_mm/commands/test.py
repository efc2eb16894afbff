"""Test a checkpoint with the config's clips x crops: one process, or several."""

import copy

from ..checkpoints import load_for
from ..configs import check_annotations, load_config
from ..ensemble import dump_scores
from ..files import require_file
from ..records import runs
from .cli import add_run_arguments, build_runner, parser, unwrap


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
    check_annotations(cfg, "test")
    runner = build_runner(cfg, args)
    # mmengine's own loading only warns when names do not match
    rest = load_for(unwrap(runner.model), checkpoint)
    runs.test(runner, recorded, args.records, runs.checkpoint_of(checkpoint, rest))
