"""Classify one video: the classes with the highest scores, over the config's clips and crops."""

from _run import run

if __name__ == "__main__":  # not in a loader process that is spawned from it
    run("predict")
