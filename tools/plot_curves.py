"""Draw the curves of trainings."""

from _run import run

if __name__ == "__main__":  # not in a loader process that is spawned from it
    run("plot_curves")
