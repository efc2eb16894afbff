"""mmaction2's own scripts: where they are, and what they lack on today's stack."""

from __future__ import annotations

import difflib
import importlib.util
import runpy
import sys
import tempfile
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from .datasets.video_writer import write_video
from .errors import UserError

# Of a script: lines that fail, and what they mean. No threads known.
MENDED = {
    # the logs of mmaction2 1.x, unlike those of 0.x, tell no mode
    "analyze_logs.py": ("log_dict[epoch]['mode'][-1] == 'val'", "'val' in log_dict[epoch]['mode']"),
}


def find(name: str) -> Path:
    """A script by its path, or by the end of its path below mmaction2's tools, without `.py` too.

    Raises:
        UserError: if there is none, or there are several.
    """
    if Path(name).is_file():
        return Path(name)
    spec = importlib.util.find_spec("mmaction")
    package = Path(spec.origin).parent if spec and spec.origin else Path()
    tools = next(
        (t for t in (package / ".mim/tools", package.parent / "tools") if t.is_dir()), None
    )
    scripts = sorted(tools.rglob("*.py")) if tools else []
    wanted = Path(name if name.endswith(".py") else f"{name}.py").parts
    found = [path for path in scripts if path.parts[-len(wanted) :] == wanted]
    if len(found) == 1:
        return found[0]
    if found and tools:
        several = ", ".join(str(path.relative_to(tools)) for path in found)
        raise UserError(f"{name}: mmaction2 has several such scripts: {several}")
    near = difflib.get_close_matches(wanted[-1], {path.name for path in scripts}, cutoff=0.5)
    raise UserError(
        f"{name}: no such file, nor a script of mmaction2's; nearest: {', '.join(near) or 'none'}"
    )


def run(script: Path, arguments: Sequence[str]) -> None:
    """Run a script as `python SCRIPT` does; what it raises is raised."""
    stand_in()
    sys.argv = [str(script), *arguments]
    sys.path.insert(0, str(script.resolve().parent))
    wrong, right = MENDED.get(script.name, ("", ""))
    text = script.read_text(encoding="utf-8") if wrong else ""
    if wrong not in text or not wrong:
        runpy.run_path(str(script), run_name="__main__")
        return
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, script.name)
        copy.write_text(text.replace(wrong, right), encoding="utf-8")
        runpy.run_path(str(copy), run_name="__main__")


def stand_in() -> None:
    """Put what scripts import, and neither mmaction2 nor this package needs, where they look.

    `seaborn.set_style`, of analyze_logs.py and vis_scheduler.py, is matplotlib's style of the same
    name; `moviepy.editor.ImageSequenceClip`, of browse_dataset.py and vis_cam.py, writes with PyAV
    and Pillow (moviepy 2 has no `editor`).
    """
    if importlib.util.find_spec("seaborn") is None:
        import matplotlib.style

        _module("seaborn").set_style = lambda name: matplotlib.style.use(f"seaborn-v0_8-{name}")
    moviepy = importlib.util.find_spec("moviepy") is not None
    if not moviepy or importlib.util.find_spec("moviepy.editor") is None:
        parent: Any = sys.modules["moviepy"] if moviepy else _module("moviepy")
        parent.editor = editor = _module("moviepy.editor")
        editor.ImageSequenceClip = Clip


def _module(name: str) -> Any:
    """An empty module, in its place; with a spec, for who asks whether it is there."""
    sys.modules[name] = importlib.util.module_from_spec(ModuleSpec(name, None))
    return sys.modules[name]


class Clip:
    """What mmaction2 asks of moviepy's `ImageSequenceClip`.

    Args:
        frames: RGB, each (H, W, 3) uint8.
        fps: frames a second.
    """

    def __init__(self, frames: Sequence[Any], fps: float) -> None:
        self._frames, self._fps = np.stack(list(frames)).astype(np.uint8), fps

    def write_videofile(self, path: str, **options: Any) -> None:
        """An mp4; an odd height or width gets a row or column more."""
        _, height, width, _ = self._frames.shape
        even = np.pad(self._frames, ((0, 0), (0, height % 2), (0, width % 2), (0, 0)), mode="edge")
        write_video(
            Path(path), even, slot_frames=len(even), quantiser=18, fps=round(self._fps) or 1
        )

    def write_gif(self, path: str, **options: Any) -> None:
        """A gif that is shown again and again."""
        first, *others = map(Image.fromarray, self._frames)
        first.save(
            path,
            format="GIF",
            save_all=True,
            append_images=others,
            duration=1000 / self._fps,
            loop=0,
        )
