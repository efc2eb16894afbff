"""Show what networks see in a video: maps over its frames, side by side."""

from _run import run

if __name__ == "__main__":  # not in a loader process that is spawned from it
    run("visualize")
