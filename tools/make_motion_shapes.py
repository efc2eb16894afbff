"""Write the MotionShapes benchmark: real mp4 files and mmaction2 annotation lists."""

from _run import run

if __name__ == "__main__":  # not in a loader process that is spawned from it
    run("make_motion_shapes")
