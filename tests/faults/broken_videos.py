"""Broken videos: a training goes on and counts them, a test names the one that it meets."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av

from smallbig_mm.datasets.skipped import FILE
from smallbig_mm.errors import UserError
from smallbig_mm.records import store

from ..tool import CONFIG, ROOT, run_here
from ..videos import write_dataset, write_video

GOOD = 8


def _cut(path: Path, keep: float) -> None:
    write_video(path)
    path.write_bytes(path.read_bytes()[: int(keep * path.stat().st_size)])


def _sound(path: Path) -> None:
    """A file without a video stream."""
    with av.open(str(path), "w", format="wav") as container:
        stream = container.add_stream("pcm_s16le", rate=16000, layout="mono")
        frame = av.AudioFrame(format="s16", layout="mono", samples=1024)
        frame.rate = 16000
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


BREAK: dict[str, Callable[[Path], object]] = {
    "missing": lambda path: path.unlink(missing_ok=True),
    "empty": lambda path: path.write_bytes(b""),
    "a folder": lambda path: path.mkdir(),
    "text": lambda path: path.write_text("no video"),
    "zeros": lambda path: path.write_bytes(bytes(5000)),
    "cut in its head": lambda path: path.write_bytes(b"\0\0\0\x1cftypisom\0\0\2\0"),
    "cut before its index": lambda path: _cut(path, 0.5),
    "sound only": _sound,
}


def rows(folder: Path, quick: bool) -> list[dict[str, Any]]:
    """A row a kind: a training with one video of each kind, and a test of each alone."""
    each = 1 if quick else 3
    kinds = [(kind, number) for kind in BREAK for number in range(each)]
    listing = write_dataset(folder / "data", number=GOOD)
    for at, (kind, _) in enumerate(kinds):
        BREAK[kind](folder / f"data/broken{at}.mp4")
    lines = [f"broken{at}.mp4 0\n" for at in range(len(kinds))]
    listing.write_text(listing.read_text() + "".join(lines))
    config = folder / "tiny.py"
    config.write_text(CONFIG.format(configs=ROOT / "configs", data=folder / "data"))
    given = ["--work-dir", folder / "run", "--no-validate", "--cfg-options"]
    run_here("train", config, *given, "train_cfg.max_epochs=1", cwd=folder)
    (record,) = store.read_all(folder / "records")
    noted = {json.loads(line)["index"] for line in (folder / "run" / FILE).read_text().splitlines()}
    whole = noted == {GOOD + at for at in range(len(kinds))} and record.training.epochs == 1
    found: dict[str, dict[str, Any]] = {}
    for at, (kind, number) in enumerate(kinds):
        row = found.setdefault(
            kind, {"kind": kind, "count": 0, "survived": 0, "work lost": "0 steps", "named": "-"}
        )
        row["count"] += 1
        row["survived"] += whole and GOOD + at in noted
        if number == 0 and not (quick and at):
            row["named"] = _named(config, folder, f"broken{at}.mp4")
    return list(found.values())


def _named(config: Path, folder: Path, name: str) -> str:
    """Whether a test that meets a video ends in a line that names it."""
    alone = folder / f"{name}.txt"
    alone.write_text(f"{name} 0\n")
    given = ["--work-dir", folder / name, "--cfg-options", f"experiment_name={name}"]
    one = f"test_dataloader.dataset.ann_file={alone}"
    try:
        run_here("test", config, folder / "run/epoch_1.pth", *given, one, cwd=folder)
    except UserError as error:
        return "yes" if name in str(error).splitlines()[-1] else "no"
    return "no"
