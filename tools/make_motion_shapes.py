"""Write the MotionShapes benchmark: real mp4 files and mmaction2 annotation lists."""

from smallbig_mm.commands import run

run("make_motion_shapes")
