"""MotionShapes on disk: videos, mmaction2's annotation lists and a manifest.

    OUT/train/000/000012.mp4    videos, a thousand a folder
    OUT/train.txt  OUT/val.txt  `path label` lines, for mmaction2's VideoDataset
    OUT/labels.txt              the classes' names, in the order of their labels
    OUT/manifest.json           version, seed, sizes, classes, what rendered it, the lists' sha256
                                and their videos'; complete or not

A video depends on the dataset's seed, its split and its number only, not on how many there are: a
larger dataset contains the smaller one, and an interrupted one is completed by calling again.
"""

from __future__ import annotations

import hashlib
import json
import multiprocessing
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple, TypeAlias

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from ..files import write_text
from ..progress import progress_bar
from ..workers import cores
from .manifest import FILE, versions, videos_sha256
from .motion_events import EVENTS, STILLS, draw_event, draw_still
from .motion_shapes import GROUPS, SLOT_FRAMES, SLOTS, draw_video
from .video_writer import default_codec, write_video

VERSION = 1
SPLITS = ("train", "val")
Draw: TypeAlias = Callable[[int, Generator, Generator], NDArray[np.uint8]]


class Kind(NamedTuple):
    """A dataset's classes by group, and what draws a video of a class."""

    groups: dict[str, tuple[str, ...]]
    draw: Draw

    @property
    def classes(self) -> tuple[str, ...]:
        """In the order of their labels."""
        return tuple(name for names in self.groups.values() for name in names)


KINDS = {
    "orders": Kind(GROUPS, draw_video),
    "events": Kind({"events": EVENTS}, draw_event),
    "stills": Kind({"stills": STILLS}, draw_still),
}


def video_streams(seed: int, split: str, number: int) -> list[np.random.Generator]:
    """What a video's scene, order and coding draw from; no two videos of any split share them."""
    source = np.random.SeedSequence((seed, SPLITS.index(split), number))
    return [np.random.default_rng(stream) for stream in source.spawn(3)]


def video_path(split: str, number: int) -> str:
    """The path of a video below the dataset's folder."""
    return f"{split}/{number // 1000:03}/{number:06}.mp4"


def label_of(number: int, kind: str = "orders") -> int:
    """Classes take turns."""
    return number % len(KINDS[kind].classes)


def render(root: Path, seed: int, codec: str, video: tuple[str, int], kind: str = "orders") -> None:
    """Draw and write one video, (split, number)."""
    split, number = video
    scene, order, coding = video_streams(seed, split, number)
    write_video(
        root / video_path(split, number),
        KINDS[kind].draw(label_of(number, kind), scene, order),
        SLOT_FRAMES,
        quantiser=int(coding.integers(18, 33)),
        fps=int(coding.choice((10, 12, 15))),
        codec=codec,
    )


def _missing(root: Path, sizes: dict[str, int]) -> Iterator[tuple[str, int]]:
    for split, size in sizes.items():
        for number in range(size):
            if not (root / video_path(split, number)).exists():
                yield split, number


def make_motion_shapes(
    root: Path,
    train: int,
    val: int,
    seed: int = 0,
    workers: int | None = None,
    kind: str = "orders",
) -> int:
    """Write the dataset, or what is missing of it.

    Args:
        root: its folder.
        train: videos for training.
        val: videos for validation.
        seed: 0 or more; another seed gives another dataset.
        workers: processes; as many as there are cores if not given.
        kind: `orders` (classes that only the order of frames tells), `events` or
            `stills`.

    Returns:
        How many videos were written.

    Raises:
        ValueError: if a size or the seed is negative, the folder holds a dataset of another
            seed, version, codec or classes, or what is missing of it would be rendered by other
            versions of the packages than the rest.
    """
    sizes = dict(zip(SPLITS, (train, val), strict=True))
    if min(train, val, seed) < 0:
        raise ValueError(f"train={train}, val={val}, seed={seed}: give numbers of 0 or more")
    lists = {
        split: "".join(f"{video_path(split, i)} {label_of(i, kind)}\n" for i in range(size))
        for split, size in sizes.items()
    }
    manifest = dict(
        name="MotionShapes",
        version=VERSION,
        seed=seed,
        codec=default_codec(),
        versions=versions(),
        sizes=sizes,
        slots=SLOTS,
        slot_frames=SLOT_FRAMES,
        classes=list(KINDS[kind].classes),
        groups=KINDS[kind].groups,
        sha256={f"{s}.txt": hashlib.sha256(t.encode()).hexdigest() for s, t in lists.items()},
    )
    missing = list(_missing(root, sizes))
    manifest["versions"] = _check_same_dataset(root, manifest, bool(missing))
    _write_manifest(root, manifest, complete=not missing)
    _render_all(partial(render, root, seed, str(manifest["codec"]), kind=kind), missing, workers)
    for split, text in lists.items():
        write_text(root / f"{split}.txt", text)
    write_text(root / "labels.txt", "".join(f"{name}\n" for name in KINDS[kind].classes))
    digests = {f"{split}.txt": videos_sha256(root / f"{split}.txt") for split in SPLITS}
    _write_manifest(root, manifest, complete=True, videos=digests)
    return len(missing)


def _write_manifest(root: Path, manifest: dict, **state: object) -> None:
    write_text(root / FILE, json.dumps({**manifest, **state}, indent=1) + "\n")


def _check_same_dataset(root: Path, manifest: dict, incomplete: bool) -> dict[str, str] | None:
    """Return the versions of what rendered the videos; None if they are there but nobody knows."""
    path = root / FILE
    if not path.exists():
        return manifest["versions"]
    try:
        found = json.loads(path.read_text())
    except json.JSONDecodeError as error:
        raise ValueError(f"{path} is damaged ({error}): delete {root} and call again") from None
    for key in ("version", "seed", "codec", "classes"):
        if found.get(key) != manifest[key]:
            raise ValueError(
                f"{root} holds MotionShapes with {key} {found.get(key)!r}, not {manifest[key]!r}: "
                "choose another folder, or delete this one"
            )
    begun = found.get("versions")
    if incomplete and begun != manifest["versions"]:
        raise ValueError(
            f"{root} lacks videos, and was begun with {_listed(begun)}, not "
            f"{_listed(manifest['versions'])}: install those, choose another folder, or delete "
            "this one"
        )
    return begun


def _listed(packages: dict[str, str] | None) -> str:
    named = [f"{name} {version}" for name, version in (packages or {}).items()]
    return ", ".join(named) or "unknown versions"


def _render_all(
    render_one: partial[None], videos: list[tuple[str, int]], workers: int | None
) -> None:
    if not videos:
        return
    workers = min(workers or cores(), len(videos))
    with progress_bar(total=len(videos), desc="MotionShapes", unit="video") as bar:
        if workers == 1:
            for video in videos:
                render_one(video)
                bar.update()
            return
        # A forked worker starts at once; a spawned one imports the whole stack first.
        fork = "fork" in multiprocessing.get_all_start_methods()
        with multiprocessing.get_context("fork" if fork else "spawn").Pool(workers) as pool:
            for _ in pool.imap_unordered(render_one, videos, chunksize=4):
                bar.update()


def contact_sheet(seed: int = 0, side: int = 72, kind: str = "orders") -> NDArray[np.uint8]:
    """One video a class, a row each: its name and a frame of each slot; RGB, uint8.

    Classes of a group of orders show the same scene, so that only the order differs; others a
    scene each.
    """
    rows = []
    for label, name in enumerate(KINDS[kind].classes):
        scene, order, _ = video_streams(seed, "val", 0 if kind == "orders" else label)
        frames = KINDS[kind].draw(label, scene, order)[::SLOT_FRAMES]
        height, width = frames.shape[1:3]
        top, left = (height - min(height, width)) // 2, (width - min(height, width)) // 2
        square = frames[:, top : height - top or None, left : width - left or None]
        images = [cv2.resize(f, (side, side), interpolation=cv2.INTER_AREA) for f in square]
        title = np.full((side, 2 * side, 3), 255, np.uint8)
        place = (6, side // 2 + 4)
        cv2.putText(title, name, place, cv2.FONT_HERSHEY_SIMPLEX, 0.45, (0, 0, 0), 1, cv2.LINE_AA)
        tiles = [np.pad(image, ((1, 1), (1, 1), (0, 0)), constant_values=255) for image in images]
        title = np.pad(title, ((1, 1), (0, 0), (0, 0)), constant_values=255)
        rows.append(np.concatenate([title, *tiles], axis=1))
    return np.concatenate(rows)
