"""Annotation lists of mmaction2 from videos as people have them: in class folders, or in a csv.

OUT/train.txt  OUT/val.txt  `path label` lines, the paths below the videos' folder
OUT/classes.txt             the classes' names, in the order of their labels
OUT/report.json             counts, what was left out and why, and what made the split
"""

from __future__ import annotations

import json
import os
import random
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from ..errors import UserError, VideoDecodeError
from ..files import file_sha256, write_text
from ..scanning.trying import cut_short
from .list_files import (
    SPLIT_FOLDERS,
    counts,
    find_files,
    find_videos,
    is_video,
    read_csv,
    some,
    unlistable,
    write_list,
)
from .probing import Facts, look_at, probe, statistics

# --------------------------------------------------------------------------------------------------
# What there is


class Video(NamedTuple):
    """A video below the folder, its class, and its list if that is given (`train`, ...)."""

    name: str
    label: str
    split: str | None = None


@dataclass
class Found:
    """Videos with their classes; `left_out` says of each that has no line in any list, why."""

    videos: list[Video] = field(default_factory=list)
    left_out: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def in_class_folders(root: Path) -> Found:
    """Videos by the folder that they lie in: CLASS/..., or train/CLASS/..., val/CLASS/...

    Raises:
        UserError: if there is no such folder, or no class folder with a video.
    """
    if not root.is_dir():
        raise UserError(f"{root}: no such folder")
    found = Found()
    names = find_videos(root)
    tops = {name.split("/")[0] for name in names if "/" in name}
    lists = {top for top in tops if top.lower() in SPLIT_FOLDERS}
    split = bool(tops) and lists == tops
    if not split and any(n.count("/") > 1 and n.split("/")[0] in lists for n in names):
        raise UserError(
            f"{root}: {some(sorted(tops - lists))} beside {some(sorted(lists))}, in which classes "
            f"have folders of their own: lists are {', '.join(SPLIT_FOLDERS)}; move the others "
            "elsewhere, or say with --csv which class each video is of"
        )
    depth = 2 if split else 1
    for name in names:
        parts = name.split("/")
        if len(parts) <= depth:
            found.left_out[name] = "lies in no class folder"
            continue
        given = SPLIT_FOLDERS[parts[0].lower()] if split else None
        found.videos.append(Video(name, parts[depth - 1], given))
    if not found.videos:
        raise UserError(
            f"{root}: no video in a class folder ({root / 'CLASS' / 'NAME.mp4'}); or give --csv"
        )
    above = [root / top for top in sorted(tops)] if split else [root]
    folders = {p.name for top in above for p in top.iterdir() if p.is_dir() and p.name[0] != "."}
    if empty := sorted(folders - {video.label for video in found.videos}):
        found.notes.append(f"folders without a video, so no classes: {some(empty)}")
    if others := [name for name in find_files(root) if not is_video(name)]:
        found.notes.append(f"no videos by their suffix: {len(others)}: {some(others)}")
    return found


def in_csv(table: Path, root: Path) -> Found:
    """Videos by a csv with columns `path` (below the folder) and `label`, and if given `split`.

    Raises:
        UserError: if there is no such file, it has no such columns, or names no video that exists.
    """
    if not root.is_dir():
        raise UserError(f"{root}: no such folder")
    files = set(find_files(root))
    found, seen = Found(), dict[str, Video]()
    for line, row in read_csv(table, ("path", "label")):
        path, label, split = (row.get(k) or "" for k in ("path", "label", "split"))
        given = SPLIT_FOLDERS.get(split.lower())
        if not label or (split and not given):
            raise UserError(
                f"{table}, line {line}: {f'split {split!r}' if label else 'no label'}; give each "
                "path a label, and a split of train, val or test or none at all"
            )
        name = Path(os.path.relpath(path, root) if Path(path).is_absolute() else path).as_posix()
        video = Video(name, label, given)
        if name not in files:
            found.left_out[name] = f"{table.name}, line {line}: no such file in {root}"
        elif seen.setdefault(name, video) != video:
            found.left_out[name] = f"{table.name}, line {line}: named again, with another label"
    found.videos = list(seen.values())
    if not found.videos:
        raise UserError(f"{table}: none of its paths is a file in {root}")
    if len({video.split is None for video in found.videos}) > 1:
        raise UserError(f"{table}: some lines have a split and some have not; fill all, or none")
    if extra := sorted(name for name in files - seen.keys() if is_video(name)):
        found.notes.append(f"{len(extra)} videos are not in {table.name}: {some(extra)}")
    return found


# --------------------------------------------------------------------------------------------------
# What cannot be used


def leave_out(root: Path, found: Found, workers: int | None = None) -> dict[str, Facts]:
    """Take videos out of `found` that no list can name, that cannot be read, or that come twice.

    Of videos with the same bytes one stays: one of a test list, else of a val list, else the first
    by name, so that no video is in training and in testing. If they are of several classes, none.

    Returns:
        What each video that stays says of itself.
    """
    for video in found.videos:
        if why := unlistable(video.name) or unlistable(video.label):
            found.left_out[video.name] = why
    _keep(found)
    facts, unreadable = look_at(root, [video.name for video in found.videos], workers, _whole)
    found.left_out |= unreadable
    _keep(found)
    for same in _same_bytes(root, found.videos):
        first, *others = sorted(
            same, key=lambda v: (("test", "val", "train", None).index(v.split), v)
        )
        if len({video.label for video in same}) > 1:
            listed = ", ".join(f"{video.name} ({video.label})" for video in same)
            found.left_out |= {v.name: f"the same video in several classes: {listed}" for v in same}
        else:
            found.left_out |= {v.name: f"the same video as {first.name}" for v in others}
    _keep(found)
    return {video.name: facts[video.name] for video in found.videos}


def _whole(path: Path) -> Facts:
    """What a video says of itself, if it holds what it says."""
    facts = probe(path)
    if why := cut_short(str(path)):
        raise VideoDecodeError(why)
    return facts


def _keep(found: Found) -> None:
    found.videos = [video for video in found.videos if video.name not in found.left_out]


def _same_bytes(root: Path, videos: Sequence[Video]) -> Iterator[list[Video]]:
    """Groups of videos with the same bytes; only files of the same size are read for it."""
    sizes: dict[int, list[Video]] = {}
    for video in videos:
        sizes.setdefault((root / video.name).stat().st_size, []).append(video)
    for alike in sizes.values():
        digests: dict[str, list[Video]] = {}
        for video in alike if len(alike) > 1 else ():
            digests.setdefault(file_sha256(root / video.name), []).append(video)
        yield from (group for group in digests.values() if len(group) > 1)


# --------------------------------------------------------------------------------------------------
# Train and val


def groups(videos: Sequence[Video], pattern: str | None) -> list[str]:
    """What each video was cut from: what a regular expression finds in its path.

    Args:
        videos: whose paths are searched.
        pattern: of what it matches, its groups count, or all if it has none; None for videos that
            have nothing to do with each other.

    Raises:
        UserError: if it is no regular expression, or does not match a name.
    """
    if pattern is None:
        return [video.name for video in videos]
    try:
        expression = re.compile(pattern)
    except re.error as error:
        raise UserError(f"--group-by '{pattern}': no regular expression ({error})") from error
    found = [expression.search(video.name) for video in videos]
    if lost := [video.name for video, match in zip(videos, found, strict=True) if not match]:
        raise UserError(
            f"--group-by '{pattern}': not found in {some(lost)}; it must say of each video which "
            "recording it is of"
        )
    return ["|".join(m.groups(default="") or (m[0],)) for m in found if m]


def split(videos: Sequence[Video], group_of: Sequence[str], share: float, seed: int) -> list[str]:
    """`'train'` or `'val'` for each video: near `share` of each class to val, groups kept whole.

    Groups are drawn in random order, and one goes to val if that brings the classes nearer to their
    shares, or a class has none there yet; the last group of a class stays in train.

    Args:
        videos: whose classes are to be shared out.
        group_of: of each.
        share: of val, between 0 and 1.
        seed: the same gives the same split, of the same videos.
    """
    sizes: dict[str, Counter[str]] = {}
    for video, group in zip(videos, group_of, strict=True):
        sizes.setdefault(group, Counter())[video.label] += 1
    total = Counter(video.label for video in videos)
    # a class of two videos or more has one in val
    wanted = {c: min(max(1, round(share * n)), n - 1) for c, n in total.items()}
    order = sorted(sizes)
    random.Random(seed).shuffle(order)
    taken: Counter[str] = Counter()
    val = set()

    def nearer(group: str) -> bool:
        distances = ((wanted[c] - taken[c], n) for c, n in sizes[group].items())
        return sum(abs(far) - abs(far - n) for far, n in distances) > 0

    def first(group: str) -> bool:
        return any(wanted[c] and not taken[c] for c in sizes[group])

    for good, groups in ((nearer, order), (first, sorted(order, key=lambda g: sizes[g].total()))):
        for group in groups:
            spare = all(taken[c] + n < total[c] for c, n in sizes[group].items())
            if group not in val and spare and good(group):
                val.add(group)
                taken += sizes[group]
    return ["val" if group in val else "train" for group in group_of]


def label_order(labels: Iterable[str]) -> list[str]:
    """Classes in the order of their labels: by name, or by number if all are numbers."""
    names = sorted(set(labels))
    return sorted(names, key=int) if all(name.isdecimal() for name in names) else names


def write_lists(
    root: Path,
    out: Path,
    found: Found,
    share: float,
    seed: int,
    group_by: str | None = None,
    workers: int | None = None,
) -> dict[str, Any]:
    """Write the lists, the classes and the report of what was found.

    Args:
        root: the videos' folder.
        out: where to write; nothing is written elsewhere.
        found: is changed: what cannot be used is left out.
        share: see `split`; not used if the videos come with their split.
        seed: see `split`.
        group_by: see `groups`.
        workers: processes that look at the videos; one a core if not given.

    Returns:
        The report.

    Raises:
        UserError: if a list would be empty, `share` is none, `group_by` fits no names, or other
            lists are there.
    """
    given = found.videos[0].split is not None
    if not 0 < share < 1:
        raise UserError(f"--val {share}: give a share between 0 and 1")
    if given and group_by:
        raise UserError("--group-by: these videos come with their split, which stays as it is")
    group_of = dict(
        zip((video.name for video in found.videos), groups(found.videos, group_by), strict=True)
    )
    facts = leave_out(root, found, workers)
    videos = sorted(found.videos)
    kept = [group_of[video.name] for video in videos]
    sides = [str(v.split) for v in videos] if given else split(videos, kept, share, seed)
    if "val" not in sides and "test" in sides:
        sides = ["val" if side == "test" else side for side in sides]
        found.notes.append("there is no val: what is called test is val.txt")
    names = [side for side in ("train", "val", "test") if side in sides]
    if names[:2] != ["train", "val"]:
        why = [f"{name}: {why}" for name, why in found.left_out.items()]
        raise UserError(
            f"{root}: {len(videos)} usable videos, none of them for "
            f"{'val' if 'train' in names else 'train'}.txt; a class needs two videos, of different "
            f"recordings with --group-by. Left out: {some(why) or 'none'}"
        )
    classes = label_order(video.label for video in videos)
    if len(classes) < 2:
        raise UserError(
            f"{root}: all videos are of class {classes[0]!r}; give the folder of class folders"
        )
    lists = {
        side: [video for video, other in zip(videos, sides, strict=True) if other == side]
        for side in names
    }
    per_class = {side: counts((v.label for v in part), classes) for side, part in lists.items()}
    for side in names:
        if lacking := [name for name, number in per_class[side].items() if not number]:
            found.notes.append(f"{side}.txt has no video of {some(lacking)}")
    number_of = {name: number for number, name in enumerate(classes)}
    write_list(out / "classes.txt", ((name,) for name in classes))
    digests = {
        f"{side}.txt": write_list(
            out / f"{side}.txt", ((v.name, number_of[v.label]) for v in lists[side])
        )
        for side in names
    }
    report = dict(
        videos=str(root),
        split=dict(given=True)
        if given
        else dict(val=share, seed=seed, group_by=group_by, groups=len(set(kept))),
        sha256=digests,
        per_class=per_class,
        left_out=found.left_out,
        notes=found.notes,
        statistics=statistics(facts.values()),
    )
    write_text(out / "report.json", json.dumps(report, indent=1) + "\n")
    return report
