"""Something-Something's official annotations: V1's csv and frames, V2's json and webm.

V1: `*labels.csv` (a class a line), `*train.csv` and `*validation.csv` (`id;class`), `*test.csv`
(`id`); a folder of frames a video, `ID/00001.jpg` and so on. V2: `*labels.json` (class: number),
`*train.json` and `*validation.json` (`id`, and the class as `template`, with [brackets]),
`*test.json` (`id`); `ID.webm`.
"""

from __future__ import annotations

import json
import os
import re
from functools import partial
from pathlib import Path
from typing import Any

import cv2

from ..errors import UserError, VideoDecodeError
from . import official
from .list_files import find_videos, some

SPLITS = dict(train="train", validation="val", test="test")
TEMPLATE = "{:05}.jpg"


def find_annotations(folder: Path) -> tuple[int, dict[str, Path]]:
    """The version, and the files `labels`, `train`, `validation` and `test` that there are.

    Raises:
        UserError: if those of no version, or of both, are in the folder.
    """
    found = {}
    for version, suffix in ((1, "csv"), (2, "json")):
        files = {name: sorted(folder.glob(f"*{name}.{suffix}")) for name in ("labels", *SPLITS)}
        if files["labels"] and any(files[name] for name in SPLITS):
            for name, several in files.items():
                if len(several) > 1:
                    raise UserError(f"{folder}: several {name} files: {some(map(str, several))}")
            found[version] = {name: paths[0] for name, paths in files.items() if paths}
    if len(found) != 1:
        raise UserError(
            f"{folder}: holds the annotations of {'V1 and of V2' if found else 'neither V1'}"
            f"{'' if found else ' (*labels.csv, *train.csv) nor V2 (*labels.json, *train.json)'}; "
            "give the folder of one version's"
        )
    return found.popitem()


def read_v1(files: dict[str, Path]) -> tuple[list[str], dict[str, list[official.Row]]]:
    """Classes and rows of V1."""
    classes = official.read_classes(files["labels"])
    rows = {}
    for name in SPLITS.keys() & files.keys():
        lines = files[name].read_text(encoding="utf-8-sig").splitlines()
        rows[SPLITS[name]] = [
            official.Row((video.strip(),), label.strip() or None, f"{files[name]}, line {number}")
            for number, line in enumerate(lines, start=1)
            if line.strip()
            for video, _, label in [line.partition(";")]
        ]
    return classes, rows


def read_v2(files: dict[str, Path]) -> tuple[list[str], dict[str, list[official.Row]]]:
    """Classes and rows of V2."""
    numbers = {name: int(number) for name, number in _json(files["labels"], dict).items()}
    if sorted(numbers.values()) != list(range(len(numbers))):
        raise UserError(
            f"{files['labels']}: its numbers are not 0 ... {len(numbers) - 1}, once each"
        )
    rows = {}
    for name in SPLITS.keys() & files.keys():
        rows[SPLITS[name]] = [
            official.Row(
                (str(item["id"]),),
                re.sub(r"[\[\]]", "", item["template"]) if "template" in item else None,
                f"{files[name]}, item {number}",
            )
            for number, item in enumerate(_json(files[name], list), start=1)
        ]
    return sorted(numbers, key=numbers.__getitem__), rows


def _json(path: Path, kind: type) -> Any:
    found = json.loads(path.read_text(encoding="utf-8-sig"))
    if not isinstance(found, kind):
        raise ValueError(f"{path} holds no {kind.__name__}")
    return found


def count_frames(template: str, folder: Path) -> int:
    """How many frames a folder holds.

    Raises:
        VideoDecodeError: if it has other files only, numbers are left out or do not begin at 1, a
            file is empty, or the first is no picture.
    """
    before, after = re.split(r"\{[^}]*\}", template)
    numbered = re.compile(rf"{re.escape(before)}(\d+){re.escape(after)}")
    with os.scandir(folder) as entries:
        sizes = {entry.name: entry.stat().st_size for entry in entries if entry.is_file()}
    number = sum(bool(numbered.fullmatch(name)) for name in sizes)
    if not number:
        raise VideoDecodeError(
            f"no frame {template.format(1)}; it holds {some(sorted(sizes), 2) or 'nothing'}"
        )
    for i in range(1, number + 1):
        name = template.format(i)
        if not sizes.get(name):
            why = "is empty" if name in sizes else f"is missing, of {number} frames"
            raise VideoDecodeError(f"frame {name} {why}")
    if cv2.imread(str(folder / template.format(1))) is None:
        raise VideoDecodeError(f"frame {template.format(1)} is no picture")
    return number


def write_lists(
    annotations: Path, media: Path, out: Path, template: str, workers: int | None = None
) -> list[dict[str, Any]]:
    """Write a list for each split that there are annotations of, with its report, and the classes.

    Args:
        annotations: the folder of the official files.
        media: V1's folder of folders of frames, or V2's of videos.
        out: where to write.
        template: the frames' names in V1.
        workers: processes; one a core if not given.

    Returns:
        The reports, see `official.write_lists`.

    Raises:
        UserError: if anything of this cannot be read, or does not fit.
    """
    if not media.is_dir():
        raise UserError(f"{media}: no such folder")
    try:
        template.format(1)
        if len(re.split(r"\{[^}]*\}", template)) != 2:
            raise ValueError
    except (ValueError, IndexError, KeyError):
        raise UserError(f"--template {template!r}: give one like {TEMPLATE!r}") from None
    version, paths = find_annotations(annotations)
    try:
        classes, rows = (read_v1 if version == 1 else read_v2)(paths)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UserError(
            f"{annotations}: no official annotations of V{version} "
            f"({type(error).__name__}: {error})"
        ) from error
    if version == 2:
        name, files = "sthv2_{}_list_videos.txt", official.by_stem(find_videos(media))
        return official.write_lists(media, rows, files, classes, name, out, workers)
    with os.scandir(media) as entries:
        files = {entry.name: [entry.name] for entry in entries if entry.is_dir()}
    name, look = "sthv1_{}_list_rawframes.txt", partial(count_frames, template)
    return official.write_lists(media, rows, files, classes, name, out, workers, look)
