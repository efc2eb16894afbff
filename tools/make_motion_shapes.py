"""Write the MotionShapes benchmark: real mp4 files and mmaction2 annotation lists."""

from _run import run

run("make_motion_shapes")
