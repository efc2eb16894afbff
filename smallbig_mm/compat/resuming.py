"""What mmengine does with the words of a checkpoint that it resumes from."""

from __future__ import annotations

import functools
import logging
from pathlib import Path
from typing import Any

from .. import printed


def never_run_printed_configs() -> str | None:
    """Parse the config that a checkpoint holds as text, which mmengine runs as Python.

    `Runner.resume` runs `meta['config']` to look for `gpu_ids`, and mmengine's inferencers run
    `meta['cfg']`, however carefully the file was loaded: `Config.fromstring` in
    https://github.com/open-mmlab/mmengine/blob/v0.10.7/mmengine/runner/runner.py#L2028 (no thread
    known).
    """
    from mmengine.config import Config

    upstream = Config.fromstring
    if hasattr(upstream, "__wrapped__"):
        return None

    @functools.wraps(upstream)
    def from_string(cfg_str: str, file_format: str) -> Config:
        if file_format != ".py":
            return upstream(cfg_str, file_format)
        return Config(printed.parse(cfg_str))

    Config.fromstring = staticmethod(from_string)
    return "configs in checkpoints: parsed, never run"


def delete_own_checkpoints_only() -> str | None:
    """Forget a best checkpoint that is none of the run's own.

    On resuming, mmengine takes the path of the best checkpoint so far from the file that it resumes
    from, and when a better one comes deletes that path, a whole folder too: `_save_best_checkpoint`
    in https://github.com/open-mmlab/mmengine/blob/v0.10.7/mmengine/hooks/checkpoint_hook.py (no
    thread known). A file from elsewhere may name anything; one of another work dir names the best
    checkpoint of the earlier run.
    """
    from mmengine.hooks import CheckpointHook
    from mmengine.logging import print_log

    upstream = CheckpointHook.before_train
    if hasattr(upstream, "__wrapped__"):
        return None

    @functools.wraps(upstream)
    def before_train(self: Any, runner: Any) -> None:
        known = runner.message_hub.runtime_info
        if "keep_ckpt_ids" in known:  # they become parts of paths
            known["keep_ckpt_ids"] = [n for n in known["keep_ckpt_ids"] if isinstance(n, int)]
        out = Path(self.out_dir or runner.work_dir)
        if self.out_dir and self.out_dir != runner.work_dir:
            out = out / Path(runner.work_dir).name
        for key in [key for key in known if key.startswith("best_ckpt")]:
            path = Path(str(known[key]))
            if path.parent.resolve() != out.resolve() or not path.name.startswith("best_"):
                print_log(
                    f"The best checkpoint so far, {path}, is not in {out}: it stays as it is, and "
                    "the next best one stands beside it",
                    logger="current",
                    level=logging.WARNING,
                )
                del known[key]
        upstream(self, runner)

    CheckpointHook.before_train = before_train
    return "resuming: only the run's own checkpoints are deleted"
