"""Train a network: one process, or several through dist_train.sh or slurm_train.sh."""

from smallbig_mm.commands import run

run("train")
