"""What a generated dataset says of itself, and a digest of its videos as they are.

The list of a generated dataset is the same for every seed and codec, so its contents tell nothing.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ..errors import UserError
from ..files import content_sha256, file_sha256

NAME = "manifest.json"
KEPT = ("name", "version", "seed", "sizes", "codec", "versions")


def manifest_of(path: Path) -> dict[str, Any] | None:
    """The manifest beside an annotation list, if it names that list.

    Args:
        path: the list, of `path label` lines with paths below its folder.

    Returns:
        Name, version, seed, sizes, codec and the versions of what wrote it, as far as it says them,
        and `videos`: SHA-256 over the list's files as they are now. None without a manifest.

    Raises:
        UserError: if the manifest cannot be read.
    """
    manifest = path.parent / NAME
    if not manifest.is_file():
        return None
    try:
        found = json.loads(manifest.read_text())
        named = path.name in found["sha256"]
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise UserError(f"{manifest}: cannot be read ({error!r}); restore or remove it") from error
    if not named:
        return None
    return {**{key: found[key] for key in KEPT if key in found}, "videos": videos_sha256(path)}


def videos_sha256(path: Path) -> str:
    """SHA-256 over the names and contents of a list's files, in any order; a missing one shows."""
    names = [line.rsplit(maxsplit=1)[0] for line in path.read_text().splitlines() if line.strip()]
    files = ((name, path.parent / name) for name in names)
    return content_sha256(
        sorted((name, file_sha256(file) if file.is_file() else None) for name, file in files)
    )
