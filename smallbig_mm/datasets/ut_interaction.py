"""UT-Interaction: six two-person interactions, 120 segmented clips, five folds by sequence.

M. S. Ryoo and J. K. Aggarwal, "UT-Interaction Dataset, ICPR contest on Semantic Description of
Human Activities (SDHA)", 2010. Clips are named ``<id>_<sequence>_<label>.avi``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import Literal

import av
import av.error
import numpy as np
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

from ..files import whole, write_text

CLASSES = ("handshake", "hug", "kick", "point", "punch", "push")
SHAPE_ONLY = "shape_only.json"
VIDEO_SUFFIXES = (".avi", ".mp4")
Split = Literal["train", "val"]

# Sequences 1-10 were filmed in a parking lot, 11-20 on a lawn: each fold holds out two of both.
# People appear in several sequences, so no split by sequence is a split by person.
FOLDS: dict[int, frozenset[int]] = {
    k: frozenset({2 * k - 1, 2 * k, 2 * k + 9, 2 * k + 10}) for k in range(1, 6)
}
TUNED_ON = 2  # fold whose test clips chose the recipe

_NAME = re.compile(r"(?P<id>\d+)_(?P<sequence>\d+)_(?P<label>\d+)")


@dataclass(frozen=True, order=True)
class Clip:
    """One segmented clip.

    Attributes:
        path: File, relative to the data set's folder: ``<class>/<id>_<sequence>_<label>.avi``.
        sequence: The recording it was cut from, 1 to 20.
        label: Index into ``CLASSES``.
    """

    path: Path
    sequence: int
    label: int


def parse_clip(path: Path) -> Clip:
    """Reads a clip's sequence and label from ``<class>/<id>_<sequence>_<label>.<suffix>``.

    Raises:
        ValueError: The name does not parse, the sequence is not 1 to 20, the folder is not a
            class, or the label contradicts the folder.
    """
    folder = path.parent.name
    match = _NAME.fullmatch(path.stem)
    if match is None:
        raise ValueError(f"{path}: the name is not <id>_<sequence>_<label>{path.suffix}")
    sequence, label = int(match["sequence"]), int(match["label"])
    if not any(sequence in held_out for held_out in FOLDS.values()):
        raise ValueError(f"{path}: sequence {sequence} is not one of 1 to 20")
    if folder not in CLASSES:
        raise ValueError(f"{path}: folder {folder!r} is not one of {', '.join(CLASSES)}")
    if label != CLASSES.index(folder):
        raise ValueError(
            f"{path}: label {label} contradicts its folder ({folder} is {CLASSES.index(folder)})"
        )
    return Clip(path, sequence, label)


def find_clips(root: Path) -> list[Clip]:
    """Lists the clips under ``root``, sorted by path.

    Raises:
        FileNotFoundError: ``root`` does not exist, a class has no folder, or a class folder has
            no video.
        ValueError: See `parse_clip`.
    """
    if not root.is_dir():
        raise FileNotFoundError(f"{root}: no such folder")
    missing = [name for name in CLASSES if not (root / name).is_dir()]
    if missing:
        raise FileNotFoundError(
            f"{root}: no folder {', '.join(missing)}; "
            "expected <class>/<id>_<sequence>_<label>.avi for every class"
        )
    clips = []
    for name in CLASSES:
        files = sorted(p for p in (root / name).iterdir() if p.suffix.lower() in VIDEO_SUFFIXES)
        if not files:
            raise FileNotFoundError(f"{root / name}: no {' or '.join(VIDEO_SUFFIXES)} file")
        clips += [parse_clip(file.relative_to(root)) for file in files]
    return clips


def split(clips: Sequence[Clip], fold: int) -> dict[Split, list[Clip]]:
    """Splits clips by sequence: ``val`` has the four sequences that the fold holds out."""
    held_out = FOLDS[fold]
    return {
        "train": [clip for clip in clips if clip.sequence not in held_out],
        "val": [clip for clip in clips if clip.sequence in held_out],
    }


def tuning_split(clips: Sequence[Clip]) -> dict[Split, list[Clip]]:
    """Splits fold 1's *training* clips again, for choosing a recipe without fold 1's test clips.

    ``val`` has the test clips of fold `TUNED_ON`.
    """
    return split(split(clips, 1)["train"], TUNED_ON)


def write_annotations(clips: Sequence[Clip], out: Path) -> dict[str, int]:
    """Writes mmaction2 video lists (``<path> <label>`` a line) and ``labels.txt``.

    Files are ``fold<k>_train.txt``, ``fold<k>_val.txt`` (k = 1 to 5), ``tune_train.txt`` and
    ``tune_val.txt``. Paths are relative to the data set's folder (``data_prefix``).

    Returns:
        The number of lines of each list, by file name.

    Raises:
        ValueError: A list would be empty, as when sequences are missing from the folder.
    """
    lists = {
        f"{name}_{part}.txt": part_clips
        for name, parts in _splits(clips)
        for part, part_clips in parts.items()
    }
    empty = [name for name, part_clips in lists.items() if not part_clips]
    if empty:
        raise ValueError(f"no clip for {', '.join(empty)}: are all 20 sequences in the folder?")
    write_text(out / "labels.txt", "".join(f"{name}\n" for name in CLASSES))
    for name, part_clips in lists.items():
        lines = (f"{clip.path.as_posix()} {clip.label}\n" for clip in part_clips)
        write_text(out / name, "".join(lines))
    return {name: len(part_clips) for name, part_clips in lists.items()}


def _splits(clips: Sequence[Clip]) -> Iterator[tuple[str, Mapping[Split, list[Clip]]]]:
    for fold in FOLDS:
        yield f"fold{fold}", split(clips, fold)
    yield "tune", tuning_split(clips)


def scale_clip(source: Path, target: Path, short_side: int, every: int = 1) -> tuple[int, int, int]:
    """Writes an H.264 mp4 copy that decodes faster: smaller, and with fewer frames.

    The aspect ratio is kept up to rounding to even sizes (which H.264's 4:2:0 wants). The file
    appears only once it is complete.

    Args:
        source: A video.
        target: The copy; its folder is made.
        short_side: Short side of the copy, in pixels.
        every: Keep one frame in ``every``, from the first.

    Returns:
        Width, height (pixels) and frames of the copy.

    Raises:
        ValueError: ``source`` cannot be decoded, ``short_side`` is odd or below 16, or ``every``
            is below 1.
    """
    if short_side < 16 or short_side % 2:
        raise ValueError(f"short_side={short_side}: give an even number of at least 16")
    if every < 1:
        raise ValueError(f"every={every}: give 1 to keep every frame, 3 for every third")
    with whole(target) as partial:
        try:
            return _transcode(source, partial, short_side, every)
        except (av.error.FFmpegError, IndexError, OSError) as error:
            raise ValueError(f"{source}: cannot be decoded ({error})") from error


def _transcode(source: Path, target: Path, short_side: int, every: int) -> tuple[int, int, int]:
    frames = 0
    with av.open(str(source)) as reader, av.open(str(target), "w", format="mp4") as writer:
        stream = reader.streams.video[0]
        scale = short_side / min(stream.width, stream.height)
        width, height = (2 * round(scale * side / 2) for side in (stream.width, stream.height))
        rate = (stream.average_rate or Fraction(30)) / every
        encoder = writer.add_stream("libx264", rate=rate)
        encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuv420p"
        # For such short and small clips decoding everything is faster than seeking.
        encoder.options = {"crf": "16", "bf": "0", "tune": "fastdecode"}
        encoder.thread_count = 1
        for frame in islice(reader.decode(stream), None, None, every):
            scaled = frame.reformat(width, height, "yuv420p", interpolation="AREA")
            scaled.pts, scaled.time_base = frames, 1 / rate
            writer.mux(encoder.encode(scaled))
            frames += 1
        writer.mux(encoder.encode(None))
    return width, height, frames


def shape_only(root: Path, clips: Sequence[Clip]) -> dict[str, float]:
    """Top-1 over the five folds of classifiers that see no pixel: what a clip's shape gives away.

    Returns:
        By what the classifier sees: width, height and length; and, of that, what is left after the
        short side is resized, a square cut out and frames sampled uniformly: how large people
        appear (frame height over short side) and the shrinking's sharpness (short side).
    """
    shapes = []
    for clip in clips:
        with av.open(str(root / clip.path)) as container:
            stream = container.streams.video[0]
            shapes.append((stream.width, stream.height, stream.frames))
    width, height, frames = np.log(np.array(shapes, dtype=float)).T
    short = np.minimum(width, height)
    seen = {
        "width, height and length": (width, height, frames),
        "what is left of the shape in a crop": (height - short, short),
    }
    return {name: discriminant_accuracy(np.stack(x, 1), clips) for name, x in seen.items()}


def discriminant_accuracy(features: np.ndarray, clips: Sequence[Clip]) -> float:
    """Top-1 of a linear discriminant, each clip classified by the fold that holds it out.

    Args:
        features: (clips, features).
        clips: The clips, in the order of `features`.
    """
    labels = np.array([clip.label for clip in clips])
    # The little shrinkage is for features that are constant within classes.
    discriminant = LinearDiscriminantAnalysis(solver="lsqr", shrinkage=1e-6)
    correct = 0
    for held_out in FOLDS.values():
        test = np.array([clip.sequence in held_out for clip in clips])
        found = discriminant.fit(features[~test], labels[~test]).predict(features[test])
        correct += int((found == labels[test]).sum())
    return correct / len(clips)
