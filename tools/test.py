"""Test a checkpoint with the config's clips x crops: one process, or several."""

import smallbig_mm  # noqa: F401  (repairs the stack)
from smallbig_mm.checkpoints import load_for
from smallbig_mm.cli import (
    UserError,
    add_run_arguments,
    build_runner,
    check_annotations,
    load_config,
    parser,
    require_file,
    run_tool,
    unwrap,
)


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
    if args.dump is not None:
        if not args.dump.endswith((".pkl", ".pickle")):
            raise UserError(f"--dump {args.dump}: the file's name must end in .pkl or .pickle")
        evaluators = cfg.test_evaluator
        evaluators = evaluators if isinstance(evaluators, list) else [evaluators]
        cfg.test_evaluator = [*evaluators, dict(type="DumpResults", out_file_path=args.dump)]
    check_annotations(cfg, "test")
    runner = build_runner(cfg, args)
    load_for(
        unwrap(runner.model), checkpoint
    )  # mmengine's own loading only warns when names do not match
    runner.test()


if __name__ == "__main__":
    run_tool(main)
