"""Test a checkpoint with the config's clips x crops: one process, or several.

With another backend or precision it says by how much its figures differ from those of torch in
float32, which a test of the same checkpoint and list must have recorded.
"""

import copy
from functools import partial
from pathlib import Path

from mmengine.dataset import pseudo_collate
from mmengine.dist import is_main_process

from ..checkpoints import load_for
from ..checks import ready
from ..configs import gives_features, load_config, only_dumps, require_network
from ..deploy.recogniser import DeployedRecogniser
from ..ensemble import dump_scores
from ..errors import UserError
from ..files import CONFIGS, require_file
from ..records import runs, store
from ..records.training import unwrap
from ..report import backends
from ..report.judging import said
from ..report.lines import verdicts
from ..screen import show
from ..unfinished import make_resumable
from . import summary
from .cli import (
    add_backend_arguments,
    add_run_arguments,
    build_runner,
    execution,
    out_file,
    parser,
    records_folder,
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
    add_backend_arguments(tool)
    tool.add_argument(
        "--dump", type=out_file, help="write the scores to this .pkl file, in the list's order"
    )
    args = tool.parse_args()

    how = execution(args)
    cfg = load_config(args.config, args.cfg_options)
    require_network(cfg, "test")
    checkpoint = require_file(args.checkpoint, "checkpoint")
    if (cfg.get("test_cfg") or {}).get("fp16"):
        raise UserError(
            f"{args.config}: test_cfg.fp16: its record would say float32; give --precision bf16"
        )
    cfg.load_from, cfg.resume = None, False
    recorded = copy.deepcopy(cfg)
    if args.dump is not None:
        dump_scores(cfg, args.dump)
    if gives_features(cfg) and not only_dumps(cfg):
        raise UserError(
            f"{args.config}: model.cls_head is a FeatureHead, which gives features, a tensor a "
            "video, and no scores: write them with --dump FILE.pkl, or use "
            "tools/extract_features.py"
        )
    make_resumable(cfg)
    folder = records_folder(cfg, args)
    runner = ready(cfg, partial(build_runner, cfg, args), ["test"], folder)
    # mmengine's own loading only warns when names do not match
    network = unwrap(runner.model)
    rest = load_for(network, checkpoint)
    show(summary.of_test(cfg, runner, checkpoint, how))
    if not how.is_plain:
        batch = pseudo_collate([runner.test_loop.dataloader.dataset[0]])
        network = network.cpu() if how.needs_cpu else network
        runner.model = DeployedRecogniser(network, cfg, batch, how)
    path = runs.test(runner, recorded, folder, runs.tested(checkpoint, rest, folder), how)
    if not is_main_process():
        return
    record = store.read(path)
    if not how.is_plain:
        print("\n".join(backends.difference(record, store.read_all(folder))))
    if Path(cfg.filename).resolve().is_relative_to(CONFIGS):
        print(said(record, verdicts(record, folder)))
