"""Render the paper's tables beside what others and we measured, from data alone."""

from _run import run

if __name__ == "__main__":  # not in a loader process that is spawned from it
    run("make_tables")
