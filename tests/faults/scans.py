"""What it takes to look at every video of a list."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from ..tool import ROOT
from ..videos import write_dataset

# Unlike getrusage's, this peak is not that of the process which started it.
MEASURED = """
from pathlib import Path
from smallbig_mm.commands import check_videos
try:
    check_videos.main()
finally:
    print(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0])
"""


def rows(folder: Path, quick: bool) -> list[dict[str, Any]]:
    """A row a list, of which every thousandth video is there; its last one all are there."""
    write_dataset(folder, 3)
    few, many = (10, 1_000) if quick else (10, 1_000_000)
    return [scan(folder, few), scan(folder, many), scan(folder, few if quick else 1_000, there=1)]


def scan(folder: Path, lines: int, there: int = 1000) -> dict[str, Any]:
    """Scan a list of so many lines of three small videos, one in `there` of which exists.

    The memory is the command's own process's peak; its worker processes decode.
    """
    listed = folder / f"{lines}-{there}.txt"
    with listed.open("w") as file:
        for i in range(lines):
            name = f"class {i % 400}/video_{i:07}.mp4" if i % there else f"{i % 3}.mp4"
            file.write(f"{name} {i % 400}\n")
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, listed, "--root", folder],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )
    found = json.loads(Path(f"{listed}.checked/summary.json").read_text())
    return {
        "lines": lines,
        **{status: found["statuses"].get(status, 0) for status in ("ok", "missing")},
        "lines/s": f"{found['videos'] / found['seconds']:.1f}",
        "peak MiB": f"{int(done.stdout.splitlines()[-1]) / 1024:.0f}",
    }
