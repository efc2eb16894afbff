"""Give a checkpoint of the authors' code (xhl-video/SmallBigNet) the names that mmaction2 loads."""

from _run import run

if __name__ == "__main__":  # not in a loader process that is spawned from it
    run("convert_checkpoint")
