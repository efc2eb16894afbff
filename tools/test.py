"""Test a checkpoint with the config's clips x crops: one process, or several."""

from _run import run

if __name__ == "__main__":  # not in a loader process that is spawned from it
    run("test")
