"""Repairs of the published stack, one small function each.

mmaction2 1.2.0 and mmengine 0.10.7 predate today's PyTorch, NumPy and setuptools. Each function in
`REPAIRS` mends one thing, names the upstream thread, and returns one line saying what it did, or
`None` where upstream is healthy and nothing was touched. `repair` runs them all, once a process.
Nothing heavier than the standard library is imported before it is needed, so that this package
can still say what is wrong when torch, mmcv or mmaction2 is missing or broken.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable

from ..errors import StackError, VideoDecodeError, WeightsError
from .bases import find_own_bases
from .checkpoints import delete_late, find_whole, write_whole
from .decoders import read_right_frames
from .distributed import (
    distribute_without_cuda,
    freeze_before_wrapping,
    meet_anew_after_restart,
    scale_lr_by_accumulation,
)
from .imports import (
    provide_importlib_metadata,
    replace_pkg_resources,
    require_stack,
    stand_in_for_drn,
)
from .lists import read_lists_as_checked
from .networks import (
    bound_testing,
    chain_train,
    check_head_width,
    draw_without_file,
    feed_channels_last,
    load_tsm_silently,
)
from .numpy2 import jitter_hue_beyond_uint8, restore_np_inf
from .pickles import load_files_safely
from .precision import autocast_on_cpu, judge_bfloat16
from .resuming import delete_own_checkpoints_only, never_run_printed_configs
from .seeds import seed_draws
from .videos import survive_bad_videos
from .weights import (
    allow_checkpoint_types,
    load_checkpoints_safely,
    load_urls_safely,
    log_what_is_loaded,
    resolve_torchvision_names,
)

__all__ = ["REPAIRS", "StackError", "VideoDecodeError", "WeightsError", "repair", "repairs"]

REPAIRS: tuple[Callable[[], str | None], ...] = (
    provide_importlib_metadata,
    stand_in_for_drn,
    replace_pkg_resources,
    find_own_bases,
    load_files_safely,
    never_run_printed_configs,
    delete_own_checkpoints_only,
    allow_checkpoint_types,
    load_checkpoints_safely,
    load_urls_safely,
    log_what_is_loaded,
    resolve_torchvision_names,
    freeze_before_wrapping,
    meet_anew_after_restart,
    scale_lr_by_accumulation,
    distribute_without_cuda,
    read_right_frames,
    read_lists_as_checked,
    survive_bad_videos,
    jitter_hue_beyond_uint8,
    restore_np_inf,
    chain_train,
    load_tsm_silently,
    draw_without_file,
    feed_channels_last,
    bound_testing,
    check_head_width,
    judge_bfloat16,
    autocast_on_cpu,
    write_whole,
    delete_late,
    find_whole,
    seed_draws,
)
_done: dict[str, str | None] = {}


def repair() -> dict[str, str | None]:
    """Check the stack and run every repair, once a process.

    Returns:
        For each repair's name one line saying what it did, or None where nothing was needed.

    Raises:
        StackError: if a package is missing or of a version that no repair can make work.
    """
    if not _done:
        # mmengine asks pkg_resources while it reads a config; each time that would warn its user.
        warnings.filterwarnings("ignore", "pkg_resources is deprecated")
        with warnings.catch_warnings():
            # Only detection needs the operator whose absence mmcv-lite reports on every import.
            warnings.filterwarnings("ignore", "Fail to import ``MultiScaleDeformableAttention``")
            require_stack()
            _done.update({function.__name__: function() for function in REPAIRS})
    return repairs()


def repairs() -> dict[str, str | None]:
    """What `repair` did in this process; empty before it ran."""
    return dict(_done)
