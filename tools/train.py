"""Train a network: one process, or several through dist_train.sh or slurm_train.sh."""

from _run import run

if __name__ == "__main__":  # not in a loader process that is spawned from it
    run("train")
