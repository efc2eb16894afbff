"""What a user names to run a network on: videos, folders of them, and annotation lists."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from mmengine.config import Config

from .annotations import layout_of, read_list
from .configs.lists import folder_below
from .datasets.list_files import find_videos
from .errors import UserError
from .files import printable, require_file


class Video(NamedTuple):
    """A video, by the name that results give it, and where it lies."""

    name: str
    path: Path


def videos_in(given: Sequence[str], cfg: Config, root: str = "") -> list[Video]:
    """All videos of some files, folders and lists, in this order, each once.

    Args:
        given: a video's file; a folder, whose videos at any depth are taken in the order of their
            names; or a `.txt` list, whose labels, if it has any, are passed over.
        cfg: the network's config. The names in a list that it names itself lie where it says.
        root: folder that the names in lists are below, whatever the config says.

    Raises:
        UserError: if one of `given` is not there, a folder has no video, or a list cannot be read.
            A video that a list names and that is missing is left to who reads it.
    """
    return list(dict.fromkeys(video for text in given for video in _videos(text, cfg, root)))


def _videos(text: str, cfg: Config, root: str) -> Iterator[Video]:
    path = Path(text)
    if path.is_dir():
        names = find_videos(path)
        if not names:
            raise UserError(f"{text}: no file in this folder is a video by its name (.mp4, ...)")
        yield from (Video(printable(path / name), path / name) for name in names)
    elif path.suffix.lower() == ".txt":
        layout = layout_of(multi_class=True, prefix=root or folder_below(cfg, path))
        for sample in read_list(require_file(path, "list"), layout):
            yield Video(sample.name, Path(layout.path(sample.name)))
    else:
        yield Video(printable(path), require_file(path, "video"))
