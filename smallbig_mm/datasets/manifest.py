"""What a rendered dataset is: its generator, what rendered it, and a digest of its videos.

Its annotation lists cannot tell: they are the same for every seed and codec.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np

from ..files import file_sha256

FILE = "manifest.json"
KEPT = ("name", "version", "seed", "sizes", "codec", "versions")


def versions() -> dict[str, str]:
    """Of the packages that draw, convert and encode a video; PyAV does not tell libx264's."""
    libraries = {
        name: ".".join(map(str, av.library_versions[name])) for name in ("libavcodec", "libswscale")
    }
    return dict(av=av.__version__, **libraries, opencv=cv2.__version__, numpy=np.__version__)


def videos_sha256(annotations: Path) -> str:
    """SHA-256 of the sorted lines `path sha256` of a list's videos, `path missing` of a lost one.

    Args:
        annotations: a list of `path label` lines, with the paths below its own folder.
    """
    lines = []
    for line in filter(str.strip, annotations.read_text().splitlines()):
        path = line.rsplit(maxsplit=1)[0]
        file = annotations.parent / path
        lines.append(f"{path} {file_sha256(file) if file.is_file() else 'missing'}\n")
    return hashlib.sha256("".join(sorted(lines)).encode()).hexdigest()


def manifest_of(annotations: Path) -> dict[str, Any] | None:
    """What a record says of the dataset of a list, None if it was not rendered by this package.

    A manifest that cannot be read, or names no such list, is taken for that of something else.

    Returns:
        `KEPT` of the manifest beside the list (an older one tells no versions: None), and the
        digest of the list's videos as they are now, `videos`.
    """
    try:
        manifest = json.loads((annotations.parent / FILE).read_text())
        if manifest["name"] != "MotionShapes" or annotations.name not in manifest["sha256"]:
            return None
    except (OSError, ValueError, TypeError, KeyError):  # none, or that of something else
        return None
    return {key: manifest.get(key) for key in KEPT} | {"videos": videos_sha256(annotations)}
