"""Pickles that run code, in each form, given to each reader: refused in a line that names them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import mmengine
from mmengine.runner import CheckpointLoader

from smallbig_mm import checkpoints, ensemble
from smallbig_mm.errors import UserError

from ..gadgets import FORMS, GADGETS

CHECKPOINT: list[Callable[[str], Any]] = [checkpoints.read, CheckpointLoader.load_checkpoint]
DUMP: list[Callable[[str], Any]] = [ensemble.read, mmengine.load]


def rows(folder: Path, quick: bool) -> list[dict[str, Any]]:
    """A row a gadget: how many files, how many refused by name, how many ran."""
    found = []
    for name in list(GADGETS)[:: 5 if quick else 1]:
        canary, count, refused, ran = folder / "canary", 0, 0, 0
        for form, write in FORMS.items():
            file = write(name, folder / f"evil.{'pkl' if form == 'pickle' else 'pth'}", canary)
            for read in CHECKPOINT + (DUMP if form == "pickle" else []):
                count += 1
                try:
                    read(str(file))
                except UserError as error:
                    refused += str(file) in str(error) and "\n" not in str(error)
                ran += canary.exists()
                canary.unlink(missing_ok=True)
        found.append(
            {"kind": f"pickle: {name}", "count": count, "survived": refused, "code run": ran}
        )
    return found
