"""Test a checkpoint with the config's clips x crops: one process, or several."""

import copy

import smallbig_mm  # noqa: F401  (repairs the stack)
from smallbig_mm.checkpoints import load_for
from smallbig_mm.cli import (
    add_run_arguments,
    build_runner,
    check_annotations,
    load_config,
    parser,
    require_file,
    run_tool,
    unwrap,
)
from smallbig_mm.ensemble import dump_scores
from smallbig_mm.records import runs


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


if __name__ == "__main__":
    run_tool(main)
