"""Train and test every network, control, fold and seed of UT-Interaction, and print the table."""

from _run import run

if __name__ == "__main__":  # not in a loader process that is spawned from it
    run("run_ut_interaction")
