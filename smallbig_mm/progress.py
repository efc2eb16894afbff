"""A progress bar that moves on a terminal and writes a line now and then into a log."""

from __future__ import annotations

import sys
from typing import Any

from tqdm import tqdm


def progress_bar(**options: Any) -> tqdm:
    """tqdm with `options`; where its output is not a terminal, one line in 20 seconds."""
    if not sys.stderr.isatty():
        options.update(mininterval=20, maxinterval=20, ncols=90)
    return tqdm(**options)
