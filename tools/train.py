"""Train a network: one process, or several through dist_train.sh or slurm_train.sh."""

from _run import run

run("train")
