"""Fuse the scores of several networks: the mean of their softmax scores."""

from _run import run

if __name__ == "__main__":  # not in a loader process that is spawned from it
    run("ensemble")
