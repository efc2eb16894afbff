"""Train and test every distinct network of a grid at a small size, with several seeds."""

from _run import run

if __name__ == "__main__":  # not in a loader process that is spawned from it
    run("run_grid")
