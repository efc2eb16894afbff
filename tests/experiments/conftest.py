"""MotionShapes at its smallest, and a grid's config on it."""

from pathlib import Path

import pytest

from smallbig_mm.datasets.motion_shapes_files import make_motion_shapes
from smallbig_mm.files import SHARE

GRID = """
_base_ = "{config}"
networks = ("table05/*",)
train_cfg = dict(max_epochs=1, val_interval=1)
train_dataloader = dict(dataset=dict(data_root="{data}"))
test_dataloader = dict(dataset=dict(data_root="{data}"))
"""


def write_grid(path: Path, data: Path) -> Path:
    """A grid's config on the videos in `data`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(GRID.format(config=SHARE / "configs/motion_shapes/grid.py", data=data))
    return path


@pytest.fixture(scope="session")
def tiny(tmp_path_factory) -> Path:
    """Of 22 videos to train on and 11 to test on."""
    root = tmp_path_factory.mktemp("grid")
    make_motion_shapes(root / "data", 22, 11, seed=0, workers=1)
    return write_grid(root / "small/grid.py", root / "data")
